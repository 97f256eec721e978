package benchmarks

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	seed = 20260601
	// plainModules and bundles are together at most 64, so that the plain map
	// has room for what a holder occupies in one word.
	plainModules = 44
	bundles      = 4
	bundleSize   = 8
	// roles is how many sets of assigned modules the holders have among them.
	roles = 100
	// questions is a power of two, and enough of them that the holders asked
	// about are not in a cache because they have just been asked about.
	questions = 1 << 18
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// question is what a host asks. Its texts share no memory with what the sides
// keep, as those of a request do not.
type question struct{ holder, module string }

// tenant is what both sides know.
type tenant struct {
	licenses  *license.Set
	roles     [][]string // sets of assigned modules
	holders   []member
	questions []question
}

type member struct {
	id   string
	role int
}

// newTenant makes a tenant whose holders have one of a hundred roles: a few
// plain modules, and in every second role a bundle, if there are bundles. Every
// second question is about a module that the holder may use.
func newTenant(tb testing.TB, holders int, withBundles bool) *tenant {
	tb.Helper()
	random := rand.New(rand.NewPCG(seed, uint64(holders)))
	licenses, err := license.NewSet(sold())
	if err != nil {
		tb.Fatal(err)
	}
	t := &tenant{licenses: licenses, roles: make([][]string, roles)}
	for i := range t.roles {
		if withBundles && i%2 == 0 {
			t.roles[i] = append(t.roles[i], fmt.Sprintf("vendor.plan%d", random.IntN(bundles)))
		}
		for _, m := range random.Perm(plainModules)[:1+random.IntN(4)] {
			t.roles[i] = append(t.roles[i], fmt.Sprintf("vendor.module%02d", m))
		}
	}
	for i := range holders {
		t.holders = append(t.holders, member{fmt.Sprintf("user-%07d", i), random.IntN(roles)})
	}
	t.ask(random)
	return t
}

func sold() *license.License {
	l := &license.License{Owner: license.Owner{Name: "vendor"}, Number: 1}
	for i := range plainModules {
		l.Modules = append(l.Modules, license.Module{
			Name: fmt.Sprintf("module%02d", i), Kind: license.User, Quantity: license.MaxSeats,
		})
	}
	for i := range bundles {
		plan := license.Module{Name: fmt.Sprintf("plan%d", i), Kind: license.User, Quantity: license.MaxSeats, Bundle: true}
		for j := range bundleSize {
			plan.Includes = append(plan.Includes, fmt.Sprintf("module%02d", i*bundleSize+j))
		}
		l.Modules = append(l.Modules, plan)
	}
	return l
}

func (t *tenant) ask(random *rand.Rand) {
	entries := t.licenses.Entries()
	for i := range questions {
		holder := t.holders[random.IntN(len(t.holders))]
		module := entries[random.IntN(len(entries))].Name
		if i%2 == 0 {
			assigned := t.roles[holder.role]
			module = assigned[random.IntN(len(assigned))]
			if plan := t.licenses.Module(module); len(plan.Includes) > 0 {
				module = plan.Includes[random.IntN(len(plan.Includes))].Name
			}
		}
		t.questions = append(t.questions, question{strings.Clone(holder.id), strings.Clone(module)})
	}
}

func (t *tenant) holder(i int) seat.Holder {
	m := t.holders[i]
	return seat.Holder{ID: m.id, Kind: license.User, Type: "internal", Assigned: t.roles[m.role]}
}

func (t *tenant) entitlements() *seat.Entitlements {
	return seat.NewEntitlements(t.licenses, now, func(yield func(seat.Holder) bool) {
		for i := range t.holders {
			if !yield(t.holder(i)) {
				return
			}
		}
	})
}
