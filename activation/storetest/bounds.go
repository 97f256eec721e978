package storetest

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seatwright/seatwright/activation"
)

// keepsBounds reads with limits below 1, looks for samples from an hour after
// midnight, and for an owner of whom nothing is kept any more.
func keepsBounds(e *env) {
	e.populated(tenant)
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutOwner(ctx, activation.OwnerRecord{Owner: "gone"})
	})
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		for _, limit := range []int{0, -1} {
			history, err := r.History(ctx, 0, limit)
			if err != nil {
				return err
			}
			log, err := r.Log(ctx, 0, limit)
			if err != nil {
				return err
			}
			holders, err := r.HoldersWith(ctx, nil, "", limit)
			if len(history)+len(log)+len(holders) > 0 {
				e.Errorf("a limit of %d reads %d entries of the history, %d of the log and %d holders", limit, len(history), len(log), len(holders))
			}
			if err != nil {
				return err
			}
		}
		owners, err := r.Owners(ctx)
		kept := false
		for _, owner := range owners {
			kept = kept || cmp.Equal(owner, activation.OwnerRecord{Owner: "gone"}, cmpopts.EquateEmpty())
		}
		if !kept {
			e.Errorf("the record of an owner of whom nothing is kept is not among %+v", owners)
		}
		return err
	})
	e.update("days", func(ctx context.Context, w activation.Writer) error {
		return w.PutSamples(ctx, activation.Sample{Day: day(1), Module: "acme.web"})
	})
	e.view("days", func(ctx context.Context, r activation.Reader) error {
		for _, c := range []struct {
			from, to time.Time
			want     int
		}{
			{day(1), day(1), 1},
			{day(1).Add(time.Hour), day(2), 0},
			{day(0), day(1).Add(-time.Microsecond), 0},
			{day(1).Add(-time.Hour), day(1).Add(time.Hour), 1},
		} {
			samples, err := r.Samples(ctx, "", c.from, c.to)
			if err != nil {
				return err
			}
			if len(samples) != c.want {
				e.Errorf("%d samples from %v to %v are read, want %d", len(samples), c.from, c.to, c.want)
			}
		}
		return nil
	})
}
