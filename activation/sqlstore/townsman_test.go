package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
)

// The environment by which a process becomes a townsman.
const (
	townVariable  = "SEATWRIGHT_TEST_TOWN"  // the DSN
	childVariable = "SEATWRIGHT_TEST_CHILD" // the name of the townsman
)

const (
	town          = "town"
	townsmen      = 4 // processes
	families      = 3 // goroutines of each process
	familyMembers = 4
)

// townSeats is how many plans there are under a license.
func townSeats(number int64) int64 { return 10 + number%5 }

func member(child string, family, i int) string { return fmt.Sprintf("c%s-f%d-u%d", child, family, i) }

// TestTownsman is a process of TestProcesses. It assigns, switches, releases
// and activates until it is killed, and reports what it is about to do and what
// is done.
func TestTownsman(t *testing.T) {
	dsn := os.Getenv(townVariable)
	if dsn == "" {
		return // TestProcesses runs it, and looks at what it reports
	}
	engine := newEngine(t, openTown(t, dsn))
	var group sync.WaitGroup
	child := os.Getenv(childVariable)
	for family := range families {
		group.Go(func() { liveOn(t, engine.Tenant(town), child, family) })
	}
	group.Go(func() { renewOn(t, engine.Tenant(town)) })
	group.Wait()
}

// openTown opens the store of the town, whose tables are there.
func openTown(t *testing.T, dsn string) activation.Store {
	t.Helper()
	if !strings.HasPrefix(dsn, "postgres:") {
		_, store := openDB(t, "mysql", dsn, sqlstore.MySQL)
		return store
	}
	pool, err := pgxpool.New(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool)
	require.NoError(t, err)
	return store
}

func report(format string, args ...any) {
	// One call of the system, so that no line is cut in two.
	if _, err := fmt.Fprintf(os.Stdout, "town "+format+"\n", args...); err != nil {
		os.Exit(0) // the parent process has gone
	}
}

// insist repeats an operation until it is known how it ended. It pauses while
// the server is restarted.
func insist(ctx context.Context, operation func() error) error {
	for {
		err := operation()
		var refused *seat.RefusedError
		if err == nil || errors.As(err, &refused) {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// liveOn gives and takes seats of a few holders who are nobody else's.
func liveOn(t *testing.T, crm *activation.Tenant, child string, family int) {
	t.Helper()
	ctx := t.Context()
	held := make(map[string]string)
	var ids []string
	for i := range familyMembers {
		ids = append(ids, member(child, family, i))
	}
	var holders []seat.Holder
	if err := insist(ctx, func() (err error) { holders, err = crm.Holders(ctx, ids...); return err }); err != nil {
		return
	}
	for _, h := range holders {
		held[h.ID] = strings.Join(h.Assigned, "+")
		report("is %s %q", h.ID, held[h.ID])
	}
	for {
		id := ids[rand.IntN(len(ids))]
		next, operation := liveOnce(ctx, crm, id, held[id])
		report("try %s %q", id, next)
		err := insist(ctx, operation)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			held[id] = next
		}
		report("is %s %q", id, held[id])
	}
}

func liveOnce(ctx context.Context, crm *activation.Tenant, id, has string) (next string, operation func() error) {
	const plan, addon = "acme.plan", "acme.addon"
	switch {
	case has == "":
		return plan, func() error { return errOf(crm.As(id).Assign(ctx, seat.Assignment{Holder: id, Module: plan})) }
	case has == plan && rand.IntN(2) == 0:
		return addon, func() error {
			_, err := crm.As(id).Switch(ctx, seat.Swap{Holder: id, From: plan, To: addon})
			return err
		}
	default:
		return "", func() error {
			_, err := crm.As(id).Release(ctx, seat.Assignment{Holder: id, Module: has})
			return err
		}
	}
}

// renewOn loads one license after another. Those with too few seats wait.
func renewOn(t *testing.T, crm *activation.Tenant) {
	t.Helper()
	ctx := t.Context()
	for ctx.Err() == nil {
		status, err := crm.Status(ctx)
		if err != nil || len(status.Owners) == 0 {
			continue
		}
		number := status.Owners[0].Number + 1 + rand.Int64N(3)
		if result, err := crm.As("renewing").Load(ctx, bytes.NewReader(acme(t, number, townSeats(number)))); err == nil && result.Activated {
			report("activated %d", result.Plan.To) // it may be a license that has waited
		}
	}
}

// oversold counts the holders one by one, in one state of the town, and says by
// how many seats the license is exceeded.
func oversold(ctx context.Context, store activation.Store) (by int64, err error) {
	err = store.View(ctx, town, func(r activation.Reader) error {
		owners, err := r.Owners(ctx)
		if err != nil || len(owners) == 0 || owners[0].Active == nil {
			return err
		}
		holders, err := r.HoldersWith(ctx, []string{"acme.plan"}, "", 1000)
		by = int64(len(holders)) - townSeats(owners[0].Active.Number)
		return err
	})
	return by, err
}

// replay goes through the log, in which nothing begins or ends twice, and
// returns what everybody has in the end.
func replay(t *testing.T, log []activation.LogEntry) map[string]map[string]bool {
	t.Helper()
	held := make(map[string]map[string]bool)
	for _, entry := range slices.Backward(log) {
		if held[entry.Holder] == nil {
			held[entry.Holder] = make(map[string]bool)
		}
		begins := entry.Cause == seat.CauseAssigned
		require.NotEqual(t, begins, held[entry.Holder][entry.Module], "entry %d: %s of %s for %s", entry.ID, entry.Cause, entry.Module, entry.Holder)
		if begins {
			held[entry.Holder][entry.Module] = true
		} else {
			delete(held[entry.Holder], entry.Module)
		}
	}
	return held
}
