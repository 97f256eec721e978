package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// observer looks at one tenant after another all the while, each time at one
// consistent state of the store, and counts holders one by one. It knows the
// licenses from the vendor.
type observer struct {
	store  activation.Store
	vendor vendor
	number map[string]int64          // the active one, by tenant
	check  map[string]time.Time      // when the last failed check was seen, by tenant
	known  map[string]map[int64]caps // by tenant and number

	mu    sync.Mutex
	found observed
}

// observed is what an observer has seen.
type observed struct {
	looks int
	// full counts the modules that were seen with all seats in use, activated
	// the licenses that were seen to follow another one.
	full, activated int
	// most is the figures of the fullest module of many seats that was seen.
	most seats
	// failing counts the failed checks that were seen in what a status shows.
	failing int
	// wrong says what should not have been seen, some of it.
	wrong      []string
	wrongCount int
}

// seats are those of a module.
type seats struct {
	Module          string
	InUse, Capacity int64
}

// caps is how many seats there are of each module that is counted.
type caps map[string]int64

func newObserver(store activation.Store, v vendor) *observer {
	return &observer{
		store: store, vendor: v, number: make(map[string]int64), check: make(map[string]time.Time),
		known: make(map[string]map[int64]caps),
	}
}

// run looks until the context ends.
func (o *observer) run(ctx context.Context, pause time.Duration) {
	tenants := o.vendor.Town.tenants()
	next := 0
	every(ctx, pause, func() {
		tenant := tenants[next%len(tenants)]
		next++
		if err := o.look(ctx, tenant); err != nil && ctx.Err() == nil {
			o.wrong("%s: %v", tenant, err)
		}
	})
}

func (o *observer) seen() observed {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := o.found
	found.wrong = slices.Clone(found.wrong)
	return found
}

func (o *observer) wrong(format string, figures ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.found.wrongCount++
	const some = 20
	if len(o.found.wrong) < some {
		o.found.wrong = append(o.found.wrong, fmt.Sprintf(format, figures...))
	}
}

// look looks at a tenant.
func (o *observer) look(ctx context.Context, tenant string) error {
	var owners []activation.OwnerRecord
	var holders []seat.Holder
	err := o.store.View(ctx, tenant, func(r activation.Reader) (err error) {
		if owners, err = r.Owners(ctx); err != nil {
			return err
		}
		const all = 10_000
		holders, err = r.HoldersWith(ctx, nil, "", all)
		return err
	})
	if err != nil || len(owners) == 0 || owners[0].Active == nil {
		return err
	}
	o.judge(tenant, owners[0], holders)
	return nil
}

func (o *observer) judge(tenant string, record activation.OwnerRecord, holders []seat.Holder) {
	number := record.Active.Number
	capacities := o.capacities(tenant, number)
	inUse := occupied(holders)
	o.mu.Lock()
	o.found.looks++
	before := o.number[tenant]
	o.number[tenant] = number
	if before > 0 && number > before {
		o.found.activated++
	}
	if record.Check.Failures > 0 && !record.Check.LastTry.Equal(o.check[tenant]) {
		o.check[tenant] = record.Check.LastTry
		o.found.failing++
	}
	for module, capacity := range capacities {
		if inUse[module] == capacity {
			o.found.full++
		}
		if inUse[module] > o.found.most.InUse {
			o.found.most = seats{module, inUse[module], capacity}
		}
	}
	o.mu.Unlock()
	if number < before {
		o.wrong("%s: license %d follows license %d", tenant, number, before)
	}
	for _, module := range oversold(inUse, capacities) {
		o.wrong("%s: license %d has %d seats of %s, and %d are in use", tenant, number, capacities[module], module, inUse[module])
	}
}

// capacities returns the seats that a license has.
func (o *observer) capacities(tenant string, number int64) caps {
	known := o.known[tenant]
	if known[number] == nil {
		// Those of the one before are not needed any more.
		o.known[tenant] = map[int64]caps{number: capacitiesOf(o.vendor.license(tenant, number))}
	}
	return o.known[tenant][number]
}

func capacitiesOf(l *license.License) caps {
	capacities := make(caps)
	for i := range l.Modules {
		if m := &l.Modules[i]; m.Kind != license.Site {
			capacities[owner+"."+m.Name] = m.Quantity + m.Overdraft
		}
	}
	return capacities
}

// occupied counts the seats of each module, one for each holder who has it or a
// bundle that includes it.
func occupied(holders []seat.Holder) map[string]int64 {
	inUse := make(map[string]int64)
	for _, h := range holders {
		has := make(map[string]bool)
		for _, module := range h.Assigned {
			has[module] = true
			for _, part := range included[module] {
				has[part] = true
			}
		}
		for module := range has {
			inUse[module]++
		}
	}
	return inUse
}

// oversold lists the modules of which more seats are in use than there are.
func oversold(inUse map[string]int64, capacities caps) (modules []string) {
	for module, n := range inUse {
		if n > capacities[module] {
			modules = append(modules, module)
		}
	}
	slices.Sort(modules)
	return modules
}
