package memstore

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

var errClosed = errors.New("memstore: a reader or writer was used after its function had returned")

// reader reads a state.
type reader struct {
	state  *state
	closed atomic.Bool
}

var (
	_ activation.Reader       = (*reader)(nil)
	_ activation.ChangeReader = (*reader)(nil)
)

func (r *reader) close() { r.closed.Store(true) }

// ready is called first by every method.
func (r *reader) ready(ctx context.Context) error {
	if r.closed.Load() {
		return errClosed
	}
	return ctx.Err()
}

func (r *reader) Tenant(ctx context.Context) (activation.TenantRecord, error) {
	if err := r.ready(ctx); err != nil {
		return activation.TenantRecord{}, err
	}
	return r.state.record, nil
}

func (r *reader) Owners(ctx context.Context) ([]activation.OwnerRecord, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	owners := make([]activation.OwnerRecord, 0, r.state.owners.size)
	for _, record := range r.state.owners.all() {
		owners = append(owners, copyOwner(record))
	}
	return owners, nil
}

func (r *reader) Envelope(ctx context.Context, digest activation.Digest) ([]byte, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(r.state.envelopes.value(digest)), nil
}

func (r *reader) Highest(ctx context.Context, owner, serial string) (int64, error) {
	if err := r.ready(ctx); err != nil {
		return 0, err
	}
	return r.state.highest.value(identity{owner, serial}), nil
}

func (r *reader) Census(ctx context.Context) (seat.Census, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	census := make(seat.Census, 0, r.state.population.census.size)
	for _, c := range r.state.population.census.all() {
		c.Assigned = slices.Clone(c.Assigned)
		census = append(census, c)
	}
	return census, nil
}

func (r *reader) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	found := make([]*holder, 0, len(ids))
	for _, id := range ids {
		if h, known := r.state.population.holders.find(id); known {
			found = append(found, h)
		}
	}
	slices.SortFunc(found, func(a, b *holder) int { return strings.Compare(a.ID, b.ID) })
	return copyHolders(slices.CompactFunc(found, func(a, b *holder) bool { return a.ID == b.ID })), nil
}

func (r *reader) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	return copyHolders(r.state.population.page(modules, after, limit)), nil
}

// ChangedHolders implements [activation.ChangeReader].
func (r *reader) ChangedHolders(ctx context.Context, since activation.Revision) ([]seat.Holder, []string, bool, error) {
	if err := r.ready(ctx); err != nil {
		return nil, nil, false, err
	}
	if since.Number < r.state.population.known || since.Number > r.state.record.Revision.Number ||
		since.Token != r.state.tokens.value(since.Number) {
		return nil, nil, false, nil
	}
	changed, gone := r.state.population.since(since.Number)
	return copyHolders(changed), gone, true, nil
}

func (r *reader) History(ctx context.Context, before int64, limit int) ([]activation.HistoryEntry, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	entries := newest(r.state.history, before, limit)
	for i, entry := range entries {
		entries[i] = copyHistoryEntry(entry)
	}
	return entries, nil
}

func (r *reader) Log(ctx context.Context, before int64, limit int) ([]activation.LogEntry, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	return newest(r.state.log, before, limit), nil
}

func newest[E any](entries tree[int64, E], before int64, limit int) []E {
	if before == 0 {
		before = math.MaxInt64
	}
	var found []E
	for _, entry := range entries.below(before) {
		if len(found) >= limit {
			break
		}
		found = append(found, entry)
	}
	return found
}

func (r *reader) Samples(ctx context.Context, module string, from, to time.Time) ([]activation.Sample, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	var found []activation.Sample
	for _, s := range r.state.samples.above(sampleKey{day: from}) {
		if s.Day.After(to) {
			break
		}
		if module == "" || s.Module == module {
			found = append(found, s)
		}
	}
	return found, nil
}
