package storetest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/storetest"
)

// brokenStore breaks a promise, and is caught by the case that tests it.
type brokenStore struct {
	name    string
	caught  string // the promise and its case, as "promise/case"
	factory storetest.Factory
}

// brokenStores returns stores that are wrong as stores tend to be.
func brokenStores() []brokenStore {
	return append([]brokenStore{
		{"no isolation", "Isolation/Reads", broken(noIsolation)},
		{"wrong tenant", "Isolation/Reads", broken(wrongTenant)},
		{"deletes everywhere", "Isolation/Writes", broken(deletesEverywhere)},
		{"lost update", "Update/NoneLost", broken(lostUpdate)},
		{"reads seats before the lock", "Update/LastSeat", brokenSeats()},
		{"reads seats before the lock, at random", "Update/Linearizable", brokenSeats()},
		{"check then insert", "Update/LastSeat", broken(checkThenInsert)},
		{"check then insert, oversold", "Update/NeverOversold", broken(checkThenInsert)},
		{"check then insert, histories", "Update/Linearizable", broken(checkThenInsert)},
		{"runs twice", "Update/NoneLost", broken(runsTwice)},
		{"swallowed error", "Update/Error", broken(swallowedError)},
		{"half rolled back", "Update/Error", broken(halfRolledBack)},
		{"wrapped error", "Update/Error", broken(wrappedError)},
		{"keeps on panic", "Update/Panic", broken(keepsOnPanic)},
		{"overlooks context", "Update/Canceled", broken(overlooksContext)},
		{"waits regardless", "Update/CanceledWhileWaiting", broken(waitsRegardless)},
		{"reads before writes", "Update/ReadsWhatItWrote", broken(checkThenInsert)},
		{"seats half rolled back", "Update/Error", brokenSeatUpdates(halfRolledBack)},
		{"seats remembered that were rolled back", "Update/Error", brokenSeatUpdates(censusOutOfStep)},
		{"seats kept on panic", "Update/Panic", brokenSeatUpdates(keepsOnPanic)},
		{"seats regardless of the context", "Update/Canceled", brokenSeatUpdates(overlooksContext)},
		{"dirty reads", "View/Consistent", broken(dirtyReads)},
		{"shares what it returns", "View/Copies", broken(sharesWhatItReturns)},
		{"shares what it was given", "View/Copies", broken(sharesWhatItWasGiven)},
		{"known outcome", "OutcomeUnknown/CanceledInCommit", broken(knownOutcome)},
		{"census out of step", "Census/CountsHolders", broken(censusOutOfStep)},
		{"census of the assigned", "Census/CountsHolders", broken(censusOfAssigned)},
		{"loses count of many", "Census/Sizes", broken(losesCountOfMany)},
		{"recounts nothing", "Census/Recount", recountsNothing()},
		{"census out of step, at random", "Model/RandomUpdates", broken(censusOutOfStep)},
		{"cursor that skips", "Paging/Pages", broken(cursorThatSkips)},
		{"at once all but one", "Paging/Pages", broken(atOnceAllButOne)},
		{"cursor of a row", "Paging/WhileRowsChange", broken(cursorOfRow)},
		{"changes without gone", "Changes/LikeReload", broken(changesWithoutGone)},
		{"revisions without tokens", "Changes/Failover", broken(numbersAlone)},
		{"changes of the future", "Changes/UnknownRevision", broken(changesOfFuture)},
		{"everything changed", "Changes/OnlyChanged", broken(everythingChanged)},
		{"hints for others", "Watch/Hints", broken(hintsForOthers)},
		{"due too late", "Due/Pages", broken(dueTooLate)},
		{"erase leaves the log", "Erase/Everywhere", broken(eraseLeavesLog)},
		{"erase leaves the wishes", "Erase/Everywhere", broken(eraseLeavesWishes)},
		{"wishes by holder", "Keeps/Wishes", broken(wishesByHolder)},
		{"wishes of one module each", "Keeps/Wishes", broken(wishesOfOneModule)},
		{"counts wishes that are met", "Keeps/Wishes", broken(countsMetWishes)},
		{"holders without case", "Ids/Holders", broken(holdersWithoutCase)},
		{"tenants without space", "Ids/Tenants", broken(tenantsWithoutSpace)},
		{"workers without space", "Ids/Tenants", broken(workersWithoutSpace)},
		{"actors without space", "Ids/Texts", broken(actorsWithoutSpace)},
		{"wishes without case", "Ids/Texts", broken(wishesWithoutCase)},
		{"too many parameters", "Limits/ManyAtOnce", broken(tooManyParameters)},
		{"too many parameters for wishes", "Limits/ManyWishes", broken(tooManyWishes)},
		{"too many parameters for samples", "Limits/ManyWishes", broken(tooManySamples)},
		{"short notes", "Limits/Large", broken(shortNotes)},
		{"highest lowered", "Keeps/Highest", broken(highestLowered)},
		{"history in order", "Keeps/Records", broken(historyInOrder)},
		{"forgets the bytes", "Keeps/Envelopes", broken(forgetsBytes)},
		{"revision of writes", "Keeps/Revision", broken(revisionOfTenant)},
		{"revision before the commit", "Keeps/Revision", broken(revisionBeforeCommit)},
	}, brokenJournals()...)
}

// brokenSeats returns a factory of stores that read what an Update of seats is
// about before it begins.
func brokenSeats() storetest.Factory {
	factory := broken(func(*tampered) {})
	open := factory.Open
	factory.Open = func(t testing.TB, place string) activation.Store {
		t.Helper()
		return earlySeats{open(t, place).(*tampered)} //nolint:errcheck // broken opens only this type
	}
	return factory
}

// brokenSeatUpdates returns a factory of stores whose Update is right, and whose
// UpdateSeats has one change.
func brokenSeatUpdates(change func(*tampered)) storetest.Factory {
	factory := broken(func(*tampered) {})
	open := factory.Open
	factory.Open = func(t testing.TB, place string) activation.Store {
		t.Helper()
		right := open(t, place).(*tampered) //nolint:errcheck // broken opens only this type
		wrong := *right
		change(&wrong)
		return ownSeats{right, wrong.Update}
	}
	return factory
}

// ownSeats has another way for seats.
type ownSeats struct {
	*tampered
	seats updating
}

func (o ownSeats) UpdateSeats(ctx context.Context, tenant string, _ []string, fn func(activation.Writer) error) error {
	return o.seats(ctx, tenant, fn)
}

// sound is the store that is right.
func sound(testing.TB, string) activation.Store { return memstore.New() }

// plain is right, and has no optional interface.
func plain(testing.TB, string) activation.Store {
	t := newTampered()
	t.tap = func(_ string, w everything) activation.Writer { return struct{ activation.Writer }{w} }
	return struct{ activation.Store }{t}
}

// broken returns a factory of stores with one change.
func broken(change func(*tampered)) storetest.Factory {
	return storetest.Factory{
		Open: func(testing.TB, string) activation.Store {
			t := newTampered()
			change(t)
			return t
		},
		Exempt: map[string]string{"Durability": "it is in memory", "Recount": "it is tested with a store that does"},
	}
}

type (
	viewing  = func(context.Context, string, func(activation.Reader) error) error
	updating = func(context.Context, string, func(activation.Writer) error) error
)

// everything is what a memory store hands out.
type everything interface {
	activation.Writer
	activation.ChangeReader
}

// tampered is a memory store of which parts can be replaced.
type tampered struct {
	*memstore.Store
	view   viewing
	update updating
	// tap replaces what functions are given. A reader is a writer that writes
	// nowhere.
	tap   func(tenant string, w everything) activation.Writer
	due   func(ctx context.Context, now time.Time, after string, limit int) ([]string, error)
	watch func(ctx context.Context, notify func(string)) error
}

func newTampered() *tampered {
	store := memstore.New()
	return &tampered{
		Store: store, view: store.View, update: store.Update, due: store.Due, watch: store.Watch,
		tap: func(_ string, w everything) activation.Writer { return w },
	}
}

func (t *tampered) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return t.view(ctx, tenant, func(r activation.Reader) error { return fn(t.tap(tenant, &recorder{Reader: r})) })
}

func (t *tampered) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return t.update(ctx, tenant, func(w activation.Writer) error { return fn(t.tap(tenant, w.(everything))) }) //nolint:errcheck // a writer of memstore has all of them
}

func (t *tampered) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	return t.due(ctx, now, after, limit)
}

func (t *tampered) Watch(ctx context.Context, notify func(string)) error { return t.watch(ctx, notify) }

func noIsolation(t *tampered) {
	t.view = func(ctx context.Context, _ string, fn func(activation.Reader) error) error {
		return t.Store.View(ctx, "all", fn)
	}
	t.update = func(ctx context.Context, _ string, fn func(activation.Writer) error) error {
		return t.Store.Update(ctx, "all", fn)
	}
}

func tenantsWithoutSpace(t *tampered) {
	t.view = func(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
		return t.Store.View(ctx, strings.TrimRight(tenant, " "), fn)
	}
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		return t.Store.Update(ctx, strings.TrimRight(tenant, " "), fn)
	}
}

// lostUpdate forgets what was written while another Update ran.
func lostUpdate(t *tampered) {
	var running sync.Mutex
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		if running.TryLock() {
			defer running.Unlock()
			return t.Store.Update(ctx, tenant, fn)
		}
		overwritten := errors.New("overwritten")
		err := t.Store.Update(ctx, tenant, func(w activation.Writer) error {
			if err := fn(w); err != nil {
				return err
			}
			return overwritten
		})
		if errors.Is(err, overwritten) {
			return nil
		}
		return err
	}
}

// checkThenInsert reads without a lock, and writes afterwards.
func checkThenInsert(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		later := &recorder{}
		if err := t.Store.View(ctx, tenant, func(r activation.Reader) error {
			later.Reader = r
			return fn(later)
		}); err != nil {
			return err
		}
		return t.Store.Update(ctx, tenant, func(w activation.Writer) error { return later.apply(ctx, w) })
	}
}

func runsTwice(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		return t.Store.Update(ctx, tenant, func(w activation.Writer) error { return errors.Join(fn(w), fn(w)) })
	}
}

func swallowedError(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		_ = t.Store.Update(ctx, tenant, fn)
		return nil
	}
}

func wrappedError(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		if err := t.Store.Update(ctx, tenant, fn); err != nil {
			return errors.Join(err)
		}
		return nil
	}
}

// halfRolledBack has the log in a place without transactions.
func halfRolledBack(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		written := &recorder{}
		err := t.Store.Update(ctx, tenant, func(w activation.Writer) error {
			written.Reader, written.to = w, w
			return fn(written)
		})
		if err != nil {
			_ = t.Store.Update(ctx, tenant, func(w activation.Writer) error {
				for _, o := range written.ops {
					if o.Method == "AppendLog" {
						return o.apply(ctx, w)
					}
				}
				return nil
			})
		}
		return err
	}
}

func keepsOnPanic(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		var panicked any
		err := t.Store.Update(ctx, tenant, func(w activation.Writer) error {
			defer func() { panicked = recover() }()
			return fn(w)
		})
		if panicked != nil {
			panic(panicked)
		}
		return err
	}
}

func overlooksContext(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		return t.Store.Update(context.WithoutCancel(ctx), tenant, fn)
	}
}

// waitsRegardless says that the context has ended, but only when its turn has
// come and gone.
func waitsRegardless(t *tampered) {
	var turn sync.Mutex
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		turn.Lock()
		defer turn.Unlock()
		return t.Store.Update(ctx, tenant, fn)
	}
}

// knownOutcome says that the context has ended, whatever became of the commit.
func knownOutcome(t *tampered) {
	t.update = func(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
		if err := t.Store.Update(context.WithoutCancel(ctx), tenant, fn); err != nil {
			return err
		}
		return ctx.Err()
	}
}

func hintsForOthers(t *tampered) {
	t.watch = func(ctx context.Context, notify func(string)) error {
		return t.Store.Watch(ctx, func(tenant string) { notify(tenant + "?") })
	}
}

func dueTooLate(t *tampered) {
	t.due = func(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
		return t.Store.Due(ctx, now.Add(-time.Microsecond), after, limit)
	}
}
