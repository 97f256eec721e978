package activation

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// History returns a page of the tenant's history, the newest first: at most
// limit of the entries whose ID is below before, where 0 begins with the newest.
// A page shorter than limit is the last; a limit below 1 reads nothing.
func (t *Tenant) History(ctx context.Context, before int64, limit int) ([]HistoryEntry, error) {
	return run(ctx, t, "read-history", "", func(ctx context.Context, o *operation) ([]HistoryEntry, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]HistoryEntry, error) {
			return r.History(ctx, before, limit)
		})
	})
}

// Log returns a page of the log of assignment changes, the newest first. Pages
// are those of [Tenant.History].
func (t *Tenant) Log(ctx context.Context, before int64, limit int) ([]LogEntry, error) {
	return run(ctx, t, "read-log", "", func(ctx context.Context, o *operation) ([]LogEntry, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]LogEntry, error) {
			return r.Log(ctx, before, limit)
		})
	})
}

// Samples returns the daily samples of seats in use and capacity of a module,
// from the given days or between, ordered by day. An empty module means all,
// ordered by day, then module.
func (t *Tenant) Samples(ctx context.Context, module string, from, to time.Time) ([]Sample, error) {
	return run(ctx, t, "read-samples", "", func(ctx context.Context, o *operation) ([]Sample, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]Sample, error) {
			return r.Samples(ctx, module, from, to)
		})
	})
}

// ExportHistory writes the history as JSON Lines, a [HistoryEntry] a line, the
// newest first. It is read in pages, so what happens meanwhile may be missing.
func (t *Tenant) ExportHistory(ctx context.Context, w io.Writer) error {
	return export(ctx, w, t.History, func(e HistoryEntry) int64 { return e.ID })
}

// ExportLog writes the log of assignment changes as JSON Lines, a [LogEntry] a
// line, as [Tenant.ExportHistory] does.
func (t *Tenant) ExportLog(ctx context.Context, w io.Writer) error {
	return export(ctx, w, t.Log, func(e LogEntry) int64 { return e.ID })
}

func export[T any](
	ctx context.Context, w io.Writer, read func(ctx context.Context, before int64, limit int) ([]T, error), id func(T) int64,
) error {
	lines := json.NewEncoder(w)
	before := int64(0)
	for {
		page, err := read(ctx, before, chunk)
		if err != nil {
			return err
		}
		for _, entry := range page {
			if err := lines.Encode(entry); err != nil {
				return fmt.Errorf("activation: export: %w", err)
			}
			before = id(entry)
		}
		if len(page) < chunk {
			return nil
		}
	}
}
