package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/seat"
)

// beside keeps something outside of all transactions.
type beside[K comparable, V any] struct{ kept sync.Map }

func (b *beside[K, V]) put(key K, value V) { b.kept.Store(key, value) }

func (b *beside[K, V]) find(key K) (value V, found bool) {
	if kept, known := b.kept.Load(key); known {
		return kept.(V), true //nolint:errcheck // put stores only this type
	}
	return value, false
}

// tap replaces what functions are given, whatever the tenant.
func (t *tampered) tapAll(replace func(everything) activation.Writer) {
	t.tap = func(_ string, w everything) activation.Writer { return replace(w) }
}

type highestTap struct {
	everything
	numbers *beside[string, int64]
	prefix  string
}

func (w highestTap) PutHighest(ctx context.Context, owner, serial string, number int64) error {
	w.numbers.put(w.prefix+owner+" "+serial, number)
	return w.everything.PutHighest(ctx, owner, serial, number)
}

func (w highestTap) Highest(ctx context.Context, owner, serial string) (int64, error) {
	if number, known := w.numbers.find(w.prefix + owner + " " + serial); known {
		return number, nil
	}
	return w.everything.Highest(ctx, owner, serial)
}

// wrongTenant caches numbers by a key that does not lead with the tenant.
func wrongTenant(t *tampered) {
	numbers := new(beside[string, int64])
	t.tapAll(func(w everything) activation.Writer { return highestTap{w, numbers, ""} })
}

// highestLowered keeps the number that was put last.
func highestLowered(t *tampered) {
	numbers := new(beside[string, int64])
	t.tap = func(tenant string, w everything) activation.Writer { return highestTap{w, numbers, tenant + " "} }
}

type deletingTap struct {
	everything
	store *memstore.Store
}

func (w deletingTap) DeleteHolders(ctx context.Context, ids ...string) error {
	if err := w.store.Update(ctx, "bystander", func(w activation.Writer) error { return w.DeleteHolders(ctx, ids...) }); err != nil {
		return err
	}
	return w.everything.DeleteHolders(ctx, ids...)
}

func deletesEverywhere(t *tampered) {
	t.tap = func(tenant string, w everything) activation.Writer {
		if tenant == "bystander" {
			return w
		}
		return deletingTap{w, t.Store}
	}
}

type dirtyTap struct {
	everything
	store  *memstore.Store
	tenant string
}

func (r dirtyTap) Census(ctx context.Context) (census seat.Census, err error) {
	err = r.store.View(ctx, r.tenant, func(r activation.Reader) (err error) {
		census, err = r.Census(ctx)
		return err
	})
	return census, err
}

// dirtyReads reads the census as it is now.
func dirtyReads(t *tampered) {
	t.view = func(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
		return t.Store.View(ctx, tenant, func(r activation.Reader) error {
			return fn(dirtyTap{&recorder{Reader: r}, t.Store, tenant})
		})
	}
}

type cachingTap struct {
	everything
	pages *beside[activation.Revision, []seat.Holder]
}

func (r cachingTap) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	record, err := r.Tenant(ctx)
	if err != nil || len(modules) > 0 || after != "" {
		return r.everything.HoldersWith(ctx, modules, after, limit)
	}
	if page, known := r.pages.find(record.Revision); known {
		return page, nil
	}
	page, err := r.everything.HoldersWith(ctx, modules, after, limit)
	r.pages.put(record.Revision, page)
	return page, err
}

// sharesWhatItReturns returns the same page again.
func sharesWhatItReturns(t *tampered) {
	pages := new(beside[activation.Revision, []seat.Holder])
	t.tapAll(func(w everything) activation.Writer { return cachingTap{w, pages} })
}

type bytesTap struct {
	everything
	stored *beside[activation.Digest, []byte]
	forget bool
}

func (w bytesTap) PutOwner(ctx context.Context, record activation.OwnerRecord) error {
	licenses := record.Pending
	if record.Active != nil {
		licenses = append(licenses[:len(licenses):len(licenses)], *record.Active)
	}
	for _, license := range licenses {
		if license.Envelope != nil || w.forget {
			w.stored.put(license.Digest, license.Envelope)
		}
	}
	return w.everything.PutOwner(ctx, record)
}

func (w bytesTap) Envelope(ctx context.Context, digest activation.Digest) ([]byte, error) {
	if raw, known := w.stored.find(digest); known {
		return raw, nil
	}
	return w.everything.Envelope(ctx, digest)
}

// sharesWhatItWasGiven keeps the bytes of envelopes without a copy.
func sharesWhatItWasGiven(t *tampered) {
	stored := new(beside[activation.Digest, []byte])
	t.tapAll(func(w everything) activation.Writer { return bytesTap{w, stored, false} })
}

// forgetsBytes takes an envelope without bytes for an empty one.
func forgetsBytes(t *tampered) {
	stored := new(beside[activation.Digest, []byte])
	t.tapAll(func(w everything) activation.Writer { return bytesTap{w, stored, true} })
}

type censusTap struct {
	everything
	tenant string
	counts *beside[string, seat.Census]
}

func (w censusTap) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	if err := w.everything.PutHolders(ctx, holders...); err != nil {
		return err
	}
	census, err := w.everything.Census(ctx)
	w.counts.put(w.tenant, census)
	return err
}

func (w censusTap) Census(ctx context.Context) (seat.Census, error) {
	if census, known := w.counts.find(w.tenant); known {
		return census, nil
	}
	return w.everything.Census(ctx)
}

// censusOutOfStep counts when holders are put, and not when they go.
func censusOutOfStep(t *tampered) {
	counts := new(beside[string, seat.Census])
	t.tap = func(tenant string, w everything) activation.Writer { return censusTap{w, tenant, counts} }
}

// wrongTap counts one more of each combination than there are.
type wrongTap struct {
	everything
	activation.Recounter
	tenant string
	wrong  *beside[string, bool]
}

func (w wrongTap) Census(ctx context.Context) (seat.Census, error) {
	census, err := w.everything.Census(ctx)
	if _, wrong := w.wrong.find(w.tenant); wrong {
		for i := range census {
			census[i].Count++
		}
	}
	return census, err
}

// recountsNothing returns a factory of stores whose recount does nothing.
func recountsNothing() storetest.Factory {
	wrong := new(beside[string, bool])
	factory := broken(func(t *tampered) {
		t.tap = func(tenant string, w everything) activation.Writer {
			recounter, _ := w.(activation.Recounter)
			return wrongTap{w, recounter, tenant, wrong}
		}
	})
	factory.Spoil = func(_ testing.TB, _, tenant string) { wrong.put(tenant, true) }
	delete(factory.Exempt, "Recount")
	return factory
}

type manyTap struct {
	everything
	wrong *beside[string, bool]
}

func (w manyTap) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	const many = 1000
	if len(holders) > many {
		w.wrong.put("", true)
	}
	return w.everything.PutHolders(ctx, holders...)
}

func (w manyTap) Census(ctx context.Context) (seat.Census, error) {
	return wrongTap{everything: w.everything, wrong: w.wrong}.Census(ctx)
}

// losesCountOfMany counts some twice of those who come many at a time.
func losesCountOfMany(t *tampered) {
	wrong := new(beside[string, bool])
	t.tapAll(func(w everything) activation.Writer { return manyTap{w, wrong} })
}

type assignedTap struct{ everything }

func (w assignedTap) Census(ctx context.Context) (seat.Census, error) {
	census, err := w.everything.Census(ctx)
	return slices.DeleteFunc(census, func(c seat.Combination) bool { return len(c.Assigned) == 0 }), err
}

func censusOfAssigned(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return assignedTap{w} })
}

type skippingTap struct{ everything }

func (w skippingTap) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	page, err := w.everything.HoldersWith(ctx, modules, after, limit+1)
	if after != "" && len(page) > limit {
		return page[1:], err
	}
	return page[:min(limit, len(page))], err
}

// cursorThatSkips loses a holder between two pages.
func cursorThatSkips(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return skippingTap{w} })
}

type atOnceTap struct{ everything }

func (w atOnceTap) EachHolder(ctx context.Context, visit func(seat.Holder)) error {
	holders, err := w.HoldersWith(ctx, nil, "", 10_000)
	for i, h := range holders {
		if i != 1 {
			visit(h)
		}
	}
	return err
}

// atOnceAllButOne goes through all holders at once, and forgets one.
func atOnceAllButOne(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return atOnceTap{w} })
}

type rowTap struct{ everything }

func (w rowTap) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	known, err := w.Holders(ctx, after)
	if after != "" && len(known) == 0 {
		return nil, err
	}
	return w.everything.HoldersWith(ctx, modules, after, limit)
}

// cursorOfRow finds nothing once the row of the cursor has gone.
func cursorOfRow(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return rowTap{w} })
}

type changesTap struct {
	everything
	alter func(changed []seat.Holder, gone []string, known bool) ([]seat.Holder, []string, bool)
	since func(activation.Revision) activation.Revision
}

func (r changesTap) ChangedHolders(ctx context.Context, since activation.Revision) ([]seat.Holder, []string, bool, error) {
	changed, gone, known, err := r.everything.ChangedHolders(ctx, r.since(since))
	changed, gone, known = r.alter(changed, gone, known)
	return changed, gone, known, err
}

func asked(since activation.Revision) activation.Revision { return since }

// numbersAlone goes by the number of a revision, whatever its token.
func numbersAlone(t *tampered) {
	tokens := new(beside[string, activation.Revision])
	t.tap = func(tenant string, w everything) activation.Writer {
		key := func(number int64) string { return fmt.Sprint(number, " ", tenant) }
		if record, err := w.Tenant(context.Background()); err == nil {
			tokens.put(key(record.Revision.Number), record.Revision)
		}
		return changesTap{
			w, func(changed []seat.Holder, gone []string, known bool) ([]seat.Holder, []string, bool) {
				return changed, gone, known
			},
			func(since activation.Revision) activation.Revision {
				right, _ := tokens.find(key(since.Number))
				return right
			},
		}
	}
}

func changesWithoutGone(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		return changesTap{
			w, func(changed []seat.Holder, _ []string, known bool) ([]seat.Holder, []string, bool) {
				return changed, nil, known
			},
			asked,
		}
	})
}

func changesOfFuture(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		return changesTap{
			w, func(changed []seat.Holder, gone []string, _ bool) ([]seat.Holder, []string, bool) {
				return changed, gone, true
			},
			asked,
		}
	})
}

func everythingChanged(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		return changesTap{
			w, func(changed []seat.Holder, gone []string, known bool) ([]seat.Holder, []string, bool) {
				return changed, gone, known
			},
			func(activation.Revision) activation.Revision { return activation.Revision{} },
		}
	})
}

type erasingTap struct{ everything }

func (w erasingTap) RenameHolder(ctx context.Context, id, pseudonym string) error {
	holders, err := w.Holders(ctx, id)
	if err != nil || len(holders) == 0 {
		return err
	}
	holders[0].ID = pseudonym
	return errors.Join(w.DeleteHolders(ctx, id), w.PutHolders(ctx, holders...))
}

func eraseLeavesLog(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return erasingTap{w} })
}

type foldingTap struct{ everything }

func (w foldingTap) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	all, err := w.HoldersWith(ctx, nil, "", 10_000)
	return slices.DeleteFunc(all, func(h seat.Holder) bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, h.ID) })
	}), err
}

// holdersWithoutCase looks holders up as a database does whose collation
// makes no difference by case.
func holdersWithoutCase(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return foldingTap{w} })
}

type parametersTap struct{ everything }

func (w parametersTap) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	const columns, parameters = 5, 32_766
	if columns*len(holders) > parameters {
		return errors.New("too many parameters")
	}
	return w.everything.PutHolders(ctx, holders...)
}

func tooManyParameters(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return parametersTap{w} })
}

type historyTap struct{ everything }

func (w historyTap) History(ctx context.Context, before int64, limit int) ([]activation.HistoryEntry, error) {
	entries, err := w.everything.History(ctx, before, limit)
	slices.Reverse(entries)
	return entries, err
}

func historyInOrder(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return historyTap{w} })
}

type revisionTap struct{ everything }

func (w revisionTap) Tenant(ctx context.Context) (activation.TenantRecord, error) {
	record, err := w.everything.Tenant(ctx)
	record.Revision.Number = min(record.Revision.Number, 3)
	return record, err
}

// revisionOfTenant forgets that writing holders changes a tenant.
func revisionOfTenant(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return revisionTap{w} })
}

type earlierTap struct{ everything }

func (w earlierTap) Tenant(ctx context.Context) (activation.TenantRecord, error) {
	record, err := w.everything.Tenant(ctx)
	record.Revision.Number--
	return record, err
}

// revisionBeforeCommit has in an Update the revision that was there before.
func revisionBeforeCommit(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		if _, viewing := w.(*recorder); viewing {
			return w
		}
		return earlierTap{w}
	})
}

// earlySeats reads holders and census before it waits for the others.
type earlySeats struct{ *tampered }

func (e earlySeats) UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	early := earlyTap{}
	err := e.View(ctx, tenant, func(r activation.Reader) (err error) {
		if early.census, err = r.Census(ctx); err == nil {
			early.holders, err = r.Holders(ctx, holders...)
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.Update(ctx, tenant, func(w activation.Writer) error {
		early.everything = w.(everything) //nolint:errcheck // a writer of memstore has all of them
		return fn(early)
	})
}

type earlyTap struct {
	everything
	census  seat.Census
	holders []seat.Holder
}

func (e earlyTap) Census(context.Context) (seat.Census, error) { return e.census, nil }

func (e earlyTap) Holders(context.Context, ...string) ([]seat.Holder, error) { return e.holders, nil }
