package memstore_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var reference = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// BenchmarkAssign assigns by the rules and releases again. The figures are to
// be alike whatever the number of holders: ratio is to the smallest.
func BenchmarkAssign(b *testing.B) {
	var smallest float64
	for _, holders := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("holders=%d", holders), func(b *testing.B) {
			store := populated(b, holders)
			licenses := licensed(b)
			runtime.GC() // collects the garbage of populating, so that no assignment pays for it
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				id := fmt.Sprintf("u%07d", i/2*7919%holders)
				if err := toggle(b, store, licenses, id, i%2 == 0); err != nil {
					b.Fatal(err)
				}
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if smallest == 0 {
				smallest = each
			}
			b.ReportMetric(each/smallest, "ratio")
		})
	}
}

func licensed(tb testing.TB) *license.Set {
	tb.Helper()
	set, err := license.NewSet(&license.License{Owner: license.Owner{Name: "acme"}, Number: 1, Modules: []license.Module{
		{Name: "web", Kind: license.User, Quantity: license.MaxSeats},
		{Name: "mail", Kind: license.User, Quantity: license.MaxSeats, Requires: []string{"web"}},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

func populated(tb testing.TB, holders int) *memstore.Store {
	tb.Helper()
	store := memstore.New()
	if err := store.Update(tb.Context(), "t", func(w activation.Writer) error {
		all := make([]seat.Holder, holders)
		for i := range all {
			all[i] = seat.Holder{ID: fmt.Sprintf("u%07d", i), Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}}
		}
		return w.PutHolders(tb.Context(), all...)
	}); err != nil {
		tb.Fatal(err)
	}
	return store
}

// toggle assigns or releases a module as the engine does.
func toggle(tb testing.TB, store activation.Store, licenses *license.Set, id string, assign bool) error {
	tb.Helper()
	ctx := tb.Context()
	return store.Update(ctx, "t", func(w activation.Writer) error {
		census, err := w.Census(ctx)
		if err != nil {
			return err
		}
		holders, err := w.Holders(ctx, id)
		if err != nil {
			return err
		}
		wanted := seat.Assignment{Holder: id, Module: "acme.mail"}
		decision := seat.Release(licenses, holders, wanted)
		if assign {
			if decision, err = seat.Assign(seat.Situation{Licenses: licenses, Now: reference, Census: census}, holders, wanted); err != nil {
				return err
			}
		}
		if err := w.PutHolders(ctx, decision.Holders...); err != nil {
			return err
		}
		for _, c := range decision.Changes {
			if err := w.AppendLog(ctx, activation.LogEntry{At: reference, By: "admin", Holder: id, Module: c.Module, Cause: c.Cause}); err != nil {
				return err
			}
		}
		return nil
	})
}
