package activation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// errNoRecounter is for a writer that wraps a store's and hides what it can do.
var errNoRecounter = errors.New("the store can't count its census anew")

// Repair counts the census anew from the holders, where [Tenant.Verify] finds
// that it differs, so that figures and blockers are right again; the samples of
// today are taken anew with it. It returns what it mended, at most [MaxDrift]; a
// dry run only reports. It is one transaction, and history. It reads all holders
// while the tenant is locked.
//
// Licenses that do not verify and seats that are oversold are for a person to
// decide about, and stay as they are. See docs/spec/storage.md, Verify.
func (a *Actor) Repair(ctx context.Context) ([]Drift, error) {
	return run(ctx, a.operation(OperationRepair, ""), func(ctx context.Context, o *operation) ([]Drift, error) {
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) ([]Drift, error) {
			return x.repair(ctx)
		})
	})
}

func (x *transaction) repair(ctx context.Context) ([]Drift, error) {
	var found drifts
	if err := x.recount(ctx, &found); err != nil || len(found.list) == 0 || x.op.dry {
		return found.list, err
	}
	recounter, ok := x.w.(Recounter)
	if !ok {
		return nil, errNoRecounter
	}
	if err := recounter.RecountCensus(ctx); err != nil {
		return nil, fmt.Errorf("count the census anew: %w", err)
	}
	x.counted = false
	if today := x.now.Truncate(day); x.record.Sampled.Equal(today) {
		if err := x.sample(ctx, today); err != nil {
			return nil, err
		}
	}
	if _, err := x.w.AppendHistory(ctx, HistoryEntry{At: x.now, Kind: HistoryRepaired, By: x.op.by}); err != nil {
		return nil, fmt.Errorf("record the repair: %w", err)
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "census counted anew", slog.String("by", x.op.by), slog.Int("differences", len(found.list)))
	})
	return found.list, x.countSeats(ctx)
}
