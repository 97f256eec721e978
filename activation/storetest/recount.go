package storetest

import (
	"context"
	"errors"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// censusIsRecounted spoils a census and lets the store count again: in an Update
// that is rolled back, in one that writes holders as well, and where the census
// is right.
func censusIsRecounted(e *env) {
	if e.factory.Spoil == nil {
		e.Fatal(`Factory.Spoil is missing; if that is meant, exempt the store from "Recount" with a reason`)
	}
	before := e.populated(tenant)
	bystander := e.populated("bystander")
	e.factory.Spoil(e, e.place, tenant)
	spoilt := e.contents(tenant)
	for combination, count := range countHolders(before.Holders) {
		if spoilt.Census[combination] != count+1 {
			e.Fatalf("after Factory.Spoil the census counts %d for %s, want %d", spoilt.Census[combination], combination, count+1)
		}
	}
	e.same("holders after the census was spoilt", before.Holders, spoilt.Holders)

	ctx := e.Context()
	if err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
		return errors.Join(e.recount(ctx, w), errOwn)
	}); !errors.Is(err, errOwn) {
		e.Errorf("Update returns %v, want the error of its function", err)
	}
	e.same("after a recount that was rolled back", spoilt, e.contents(tenant))

	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		if err := w.PutHolders(ctx, seat.Holder{ID: "u2", Kind: license.User, Type: "new", Assigned: []string{"acme.mail"}}); err != nil {
			return err
		}
		if err := w.DeleteHolders(ctx, "u3"); err != nil {
			return err
		}
		if err := e.recount(ctx, w); err != nil {
			return err
		}
		return w.PutHolders(ctx, seat.Holder{ID: "u9", Kind: license.User})
	})
	repaired := e.contents(tenant)
	e.same("after a recount: the census is not what counting the holders gives", countHolders(repaired.Holders), repaired.Census)
	e.same("another tenant", bystander, e.contents("bystander"))

	e.update(tenant, e.recount)
	e.same("after a recount of what was right", repaired, e.contents(tenant))
}

// recount compares the census with all holders in the same Update.
func (e *env) recount(ctx context.Context, w activation.Writer) error {
	recounter, ok := w.(activation.Recounter)
	if !ok {
		e.Fatal(`the writer is no activation.Recounter; if that is meant, exempt the store from "Recount" with a reason`)
	}
	if err := recounter.RecountCensus(ctx); err != nil {
		return err
	}
	census, err := readCensus(ctx, w)
	if err != nil {
		return err
	}
	holders, err := listHolders(ctx, w, nil, 100)
	e.same("after a recount, in the same Update", countHolders(holders), census)
	return err
}
