package activation

import (
	"context"
	"iter"
	"time"
)

// History returns a page of the tenant's history, the newest first: at most
// limit of the entries whose ID is below before, where 0 begins with the newest.
// A page shorter than limit is the last. A limit below 1 is refused.
func (t *Tenant) History(ctx context.Context, before int64, limit int) ([]HistoryEntry, error) {
	return page(ctx, t.operation(OperationHistory, ""), limit, func(ctx context.Context, r Reader) ([]HistoryEntry, error) {
		return r.History(ctx, before, limit)
	})
}

// AllHistory returns the whole history, the newest first, for an export; a screen
// asks for one page by [Tenant.History]. It is read in pages, so what happens
// meanwhile is missing. An error ends the sequence.
func (t *Tenant) AllHistory(ctx context.Context) iter.Seq2[HistoryEntry, error] {
	return entries(ctx, t.History, func(e HistoryEntry) int64 { return e.ID })
}

// Log returns a page of the log of assignment changes, the newest first. Pages
// are those of [Tenant.History].
func (t *Tenant) Log(ctx context.Context, before int64, limit int) ([]LogEntry, error) {
	return page(ctx, t.operation(OperationLog, ""), limit, func(ctx context.Context, r Reader) ([]LogEntry, error) {
		return r.Log(ctx, before, limit)
	})
}

// AllLog returns the whole log of assignment changes, as [Tenant.AllHistory]
// does.
func (t *Tenant) AllLog(ctx context.Context) iter.Seq2[LogEntry, error] {
	return entries(ctx, t.Log, func(e LogEntry) int64 { return e.ID })
}

// entries goes through pages of entries, the newest first.
func entries[T any](
	ctx context.Context, read func(ctx context.Context, before int64, limit int) ([]T, error), id func(T) int64,
) iter.Seq2[T, error] {
	return all(func(last *T) ([]T, error) {
		before := int64(0)
		if last != nil {
			before = id(*last)
		}
		return read(ctx, before, chunk)
	})
}

// Samples returns the daily samples of seats in use and capacity of a module,
// from the given days or between, ordered by day. An empty module means all,
// ordered by day, then module. They are read 100 days at a time. An error ends
// the sequence.
func (t *Tenant) Samples(ctx context.Context, module string, from, to time.Time) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		for begin := from; !begin.After(to); begin = begin.Add(samplePage) {
			end := begin.Add(samplePage - time.Microsecond) // not a whole day less, since from may be any time of day
			if end.After(to) {
				end = to
			}
			samples, err := t.samples(ctx, module, begin, end)
			if err != nil {
				yield(Sample{}, err)
				return
			}
			for _, sample := range samples {
				if !yield(sample, nil) {
					return
				}
			}
		}
	}
}

// samplePage is how long the samples last that are read at once.
const samplePage = 100 * day

func (t *Tenant) samples(ctx context.Context, module string, from, to time.Time) ([]Sample, error) {
	return run(ctx, t.operation(OperationSamples, ""), func(ctx context.Context, o *operation) ([]Sample, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]Sample, error) {
			return r.Samples(ctx, module, from, to)
		})
	})
}

func page[T any](ctx context.Context, o *operation, limit int, read func(context.Context, Reader) ([]T, error)) ([]T, error) {
	return run(ctx, o, func(ctx context.Context, o *operation) ([]T, error) {
		if limit < 1 {
			return nil, invalid("a page of %d entries", limit)
		}
		return view(ctx, o, read)
	})
}
