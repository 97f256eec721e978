package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// keptWhenReopened opens a store where another one has written.
func keptWhenReopened(e *env) {
	before := e.populated(tenant)
	if err := e.store.Update(e.Context(), tenant, func(w activation.Writer) error {
		e.runAll(e.Context(), w, writes())
		return errOwn
	}); !errors.Is(err, errOwn) {
		e.Errorf("Update returns %v, want the error of its function", err)
	}
	reopened := e.factory.Open(e, e.place)
	e.same("a store that was opened where another one has written", before, e.contentsIn(reopened, tenant))
	if err := reopened.Update(e.Context(), tenant, func(w activation.Writer) error {
		e.runAll(e.Context(), w, writes())
		return nil
	}); err != nil {
		e.Fatalf("Update of a store that was opened again: %v", err)
	}
	after := e.contentsIn(reopened, tenant)
	if after.Tenant.Revision.Number <= before.Tenant.Revision.Number {
		e.Errorf("the revision was %v and is %v in a store that was opened again", before.Tenant.Revision, after.Tenant.Revision)
	}
	e.same("the first store after the second one has written", after, e.contents(tenant))
}

// sharedByStores runs operations on several stores on the same data, as
// several processes of a host do.
func sharedByStores(e *env) {
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutHolders(ctx, citizens()...) })
	e.soak(tenant, e.amount(300, 3_000), e.store, e.factory.Open(e, e.place), e.factory.Open(e, e.place))
}

// keptWhenKilled kills processes that write, and looks for all that they have
// reported and for nothing half done.
func keptWhenKilled(e *env) {
	random := e.random()
	stored := make(map[string]int64)
	for round := range e.amount(3, 8) {
		e.killAfter(1+random.IntN(60), time.Duration(random.IntN(5000))*time.Microsecond, stored)
		if e.Failed() {
			return
		}
		reopened := e.factory.Open(e, e.place)
		for _, tenant := range hammered {
			got := e.contentsIn(reopened, tenant)
			n := got.Highest[identity{owner, "S-1"}]
			if n != stored[tenant] && n != stored[tenant]+1 {
				e.Errorf("round %d: tenant %s was written %d times, and %d are reported and one may be under way", round, tenant, n, stored[tenant])
			}
			stored[tenant] = n
			e.checkHammered(n, got)
		}
	}
}

// hammered are the tenants that a process writes, each in a goroutine.
var hammered = []string{"north", "south", "west"}

// hammerOnce writes to many places at once, depending on what is there.
func hammerOnce(ctx context.Context, store activation.Store, tenant string) (n int64, err error) {
	err = store.Update(ctx, tenant, func(w activation.Writer) error {
		highest, err := w.Highest(ctx, owner, "S-1")
		if err != nil {
			return err
		}
		n = highest + 1
		if err := activate(ctx, w, highest, n); err != nil {
			return err
		}
		if err := w.PutTenant(ctx, activation.TenantRecord{Newest: second(int(n))}); err != nil {
			return err
		}
		if err := w.PutHolders(ctx, hammeredHolder(n, "acme.web")); err != nil {
			return err
		}
		if n > 1 {
			if err := w.PutHolders(ctx, hammeredHolder(n-1, "acme.mail")); err != nil {
				return err
			}
		}
		if err := w.DeleteHolders(ctx, hammeredHolder(n-3, "").ID); err != nil {
			return err
		}
		return w.AppendLog(ctx,
			activation.LogEntry{At: second(0), Holder: fmt.Sprint(n), Module: "acme.web"},
			activation.LogEntry{At: second(0), Holder: fmt.Sprint(n), Module: "acme.mail"})
	})
	return n, err
}

// checkHammered says what is left of n times hammerOnce.
func (e *env) checkHammered(n int64, got contents) {
	e.Helper()
	if n == 0 {
		e.same("a tenant that was not written", contents{}, got)
		return
	}
	e.same("the newest instant", second(int(n)), got.Tenant.Newest)
	want := population{}
	for i := max(1, n-2); i <= n; i++ {
		h := hammeredHolder(i, "acme.mail")
		if i == n {
			h = hammeredHolder(i, "acme.web")
		}
		want[h.ID] = h
	}
	e.same("holders", sortedHolders(want), got.Holders)
	e.same("the census", countHolders(got.Holders), got.Census)
	e.same("envelopes", map[string]string{"acme active": fmt.Sprintf("license %d", n)}, got.Envelopes)
	if int64(len(got.History)) != n || int64(len(got.Log)) != 2*n {
		e.Errorf("%d history entries and %d log entries are kept, want %d and %d", len(got.History), len(got.Log), n, 2*n)
	}
	for i, entry := range got.History {
		if entry.To != n-int64(i) {
			e.Errorf("history entry %d leads to license %d, want %d", entry.ID, entry.To, n-int64(i))
		}
	}
}
