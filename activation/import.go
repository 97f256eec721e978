package activation

import (
	"context"
	"fmt"
	"iter"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/seat"
)

// importBatch is how many holders are imported in a transaction.
const importBatch = 10_000

// Import makes holders known and gives them what their Assigned list, as
// [Actor.Admit] does: how a host brings in seats that it has kept elsewhere, a
// million holders if need be. Every 10,000 of them are one transaction, after
// each of which progress, if it is not nil, is told how many holders are stored.
// It returns that number too.
//
// When a batch is refused, by a [*seat.RefusedError], or the sequence has an
// error, those before it stay; repeating the import passes over what is there.
// Holders keep the modules that they have beyond their Assigned. A sequence may
// be a query of the host's; no transaction is open while it is read.
func (a *Actor) Import(ctx context.Context, holders iter.Seq2[seat.Holder, error], progress func(stored int)) (int, error) {
	stored := 0 // returned with an error, too
	err := do(ctx, a.operation(OperationImport, ""), func(ctx context.Context, o *operation) error {
		if o.bound {
			return errImportBound
		}
		store := func(batch []seat.Holder) error {
			if _, err := o.admit(ctx, batch); err != nil {
				return fmt.Errorf("after %s: %w", errtext.Count(int64(stored), "holder"), err)
			}
			stored += len(batch)
			if progress != nil {
				progress(stored)
			}
			return nil
		}
		batch := make([]seat.Holder, 0, importBatch)
		for h, err := range holders {
			if err != nil {
				return fmt.Errorf("read the host's holders, after %d that are stored: %w", stored, err)
			}
			if batch = append(batch, h); len(batch) < importBatch {
				continue
			}
			if err := store(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if len(batch) == 0 {
			return nil
		}
		return store(batch)
	})
	return stored, err
}

var errImportBound = invalid("it is many transactions, and can't run in one of the host's")
