package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// dueIsListed asks for what is due at several instants, in pages of every
// size.
func dueIsListed(e *env) {
	lister := mustBe[activation.DueLister](e, "Due")
	for tenant, record := range map[string]activation.TenantRecord{
		"e":     {Due: second(10)},
		"a":     {Due: second(10), LeasedUntil: second(1000)},
		"B":     {Due: second(20)},
		"b":     {Due: second(11)},
		"never": {Newest: second(1)},
		"ä":     {Due: second(5)},
		"done":  {Due: second(5)},
	} {
		e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutTenant(ctx, record) })
	}
	e.update("done", func(ctx context.Context, w activation.Writer) error {
		return w.PutTenant(ctx, activation.TenantRecord{Sampled: day(1)})
	})
	e.rolledBack("rolled back")
	for _, c := range []struct {
		now  time.Time
		want []string
	}{
		{second(4), nil},
		{second(5), []string{"ä"}},
		{second(10), []string{"a", "e", "ä"}},
		{second(11), []string{"a", "b", "e", "ä"}},
		{second(2000), []string{"B", "a", "b", "e", "ä"}},
	} {
		for limit := 1; limit <= len(c.want)+1; limit++ {
			var got []string
			after := ""
			for {
				page, err := lister.Due(e.Context(), c.now, after, limit)
				if err != nil {
					e.Fatalf("Due: %v", err)
				}
				if len(page) > limit {
					e.Fatalf("a page of %d tenants was asked for, and has %d", limit, len(page))
				}
				got = append(got, page...)
				if len(page) < limit {
					break
				}
				after = page[limit-1]
			}
			e.same(fmt.Sprintf("due at %s, in pages of %d", c.now.Format(time.TimeOnly), limit), c.want, got)
		}
	}
}

// rolledBack makes a check due in an Update that fails.
func (e *env) rolledBack(tenant string) {
	e.Helper()
	err := e.store.Update(e.Context(), tenant, func(w activation.Writer) error {
		if err := w.PutTenant(e.Context(), activation.TenantRecord{Due: second(1)}); err != nil {
			return err
		}
		return errOwn
	})
	if err != errOwn { //nolint:errorlint // it must be the same error, not wrapped
		e.Errorf("Update returns %v, want the error of its function as it is", err)
	}
}
