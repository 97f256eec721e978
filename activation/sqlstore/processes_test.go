package sqlstore_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestProcesses has four processes work on one tenant, kills each several
// times, and the server once.
func TestProcesses(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		server := pgtest.Start(t)
		openPostgres(t, server.DSN())
		processes(t, server)
	})
	t.Run("MySQL", func(t *testing.T) {
		server := mariatest.Start(t)
		migratedMySQL(t, server.DSN())
		processes(t, server)
	})
}

// server is one that a test may restart.
type server interface {
	DSN() string
	Restart(t testing.TB)
}

func processes(t *testing.T, server server) {
	t.Helper()
	store := openTown(t, server.DSN())
	crm := newEngine(t, store).Tenant(town)
	founded(t, crm)

	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	samples := 0
	group.Go(func() {
		for ctx.Err() == nil {
			if by, err := oversold(ctx, store); err == nil {
				samples++
				if by > 0 {
					t.Errorf("oversold by %d seats", by)
				}
			}
		}
	})
	known := &census{states: make(map[string]state)}
	var working sync.WaitGroup
	restart := make(chan struct{})
	for child := range townsmen {
		working.Go(func() {
			const lives = 4
			for life := range lives {
				known.live(t, server.DSN(), fmt.Sprint(child))
				if child == 0 && life == 1 {
					close(restart)
				}
			}
		})
	}
	<-restart
	server.Restart(t)
	working.Wait()
	stop()
	group.Wait()
	require.Greater(t, samples, 10)

	verified(t, crm)
	holders, err := crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 1000)
	require.NoError(t, err)
	require.Len(t, holders, townsmen*families*familyMembers)
	log, err := crm.Log(t.Context(), 0, 1_000_000)
	require.NoError(t, err)
	held := replay(t, log)
	for _, h := range holders {
		now := strings.Join(h.Assigned, "+")
		require.Equal(t, strings.Join(slices.Sorted(maps.Keys(held[h.ID])), "+"), now, "%s by the log", h.ID)
		known.check(t, h.ID, now)
	}
	require.Positive(t, checkHistory(t, crm, known.activated), "activations")
	t.Logf("%d samples, %d entries of the log, %d operations acknowledged", samples, len(log), known.acknowledged)
}

// checkHistory looks for activations that were acknowledged, each once, and
// returns how many there are.
func checkHistory(t *testing.T, crm *activation.Tenant, acknowledged []int64) int {
	t.Helper()
	history, err := crm.History(t.Context(), 0, 1_000_000)
	require.NoError(t, err)
	times := make(map[int64]int)
	last := int64(1 << 62)
	for _, entry := range history {
		if entry.Kind != activation.HistoryActivated {
			continue
		}
		require.Less(t, entry.To, last, "numbers grow")
		last = entry.To
		times[entry.To]++
	}
	for _, number := range acknowledged {
		require.Equal(t, 1, times[number], "license %d was activated", number)
	}
	return len(acknowledged)
}

// founded gives the town its first license and its people.
func founded(t *testing.T, crm *activation.Tenant) {
	t.Helper()
	licensed(t, crm, townSeats(1), 0)
	var holders []seat.Holder
	for child := range townsmen {
		for family := range families {
			for i := range familyMembers {
				holders = append(holders, seat.Holder{ID: member(fmt.Sprint(child), family, i), Kind: license.User})
			}
		}
	}
	require.NoError(t, errOf(crm.As("host").Admit(t.Context(), holders...)))
}

// state is what a holder has by the reports, or may have meanwhile.
type state struct {
	has, perhaps string
	trying       bool
}

// census is what the processes have reported.
type census struct {
	mu           sync.Mutex
	states       map[string]state
	activated    []int64
	acknowledged int
}

// live runs a process until it has reported enough, and kills it.
func (c *census) live(t *testing.T, dsn, child string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Error(err)
		return
	}
	command := exec.CommandContext(t.Context(), program, "-test.run=^TestTownsman$", "-test.count=1", "-test.timeout=2m")
	command.Env = append(os.Environ(), townVariable+"="+dsn, childVariable+"="+child)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := command.Start(); err != nil {
		t.Error(err)
		return
	}
	const enough = 150
	reports := 0
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if !c.note(t, lines.Text()) {
			continue
		}
		if reports++; reports == enough {
			if err := command.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := command.Wait(); err == nil || reports < enough {
		t.Errorf("process %s ended by itself after %d reports (%v): %s", child, reports, err, complaints.String())
	}
}

// note notes a report, if a line is one.
func (c *census) note(t *testing.T, line string) bool {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var number int64
	if _, err := fmt.Sscanf(line, "town activated %d", &number); err == nil {
		c.activated = append(c.activated, number)
		return true
	}
	var verb, holder, has string
	if _, err := fmt.Sscanf(line, "town %s %s %q", &verb, &holder, &has); err != nil {
		return false
	}
	before := c.states[holder]
	if verb == "try" {
		c.states[holder] = state{has: before.has, perhaps: has, trying: true}
		return true
	}
	c.mustBe(t, holder, before, has)
	c.states[holder] = state{has: has}
	c.acknowledged++
	return true
}

func (c *census) mustBe(t *testing.T, holder string, reported state, has string) {
	t.Helper()
	if has != reported.has && (!reported.trying || has != reported.perhaps) {
		t.Errorf("%s has %q, and was reported with %+v", holder, has, reported)
	}
}

// check compares what a holder has in the end.
func (c *census) check(t *testing.T, holder, has string) {
	t.Helper()
	c.mustBe(t, holder, c.states[holder], has)
}

// TestNaive gives out seats as hosts write it by hand, to show that as many
// goroutines see it fail. A lock does not help where the transaction reads what was
// there before it waited.
func TestNaive(t *testing.T) {
	for name, way := range map[string]struct {
		level pgx.TxIsoLevel
		first string
	}{
		"count and insert":                          {pgx.ReadCommitted, "SELECT 1"},
		"lock, count and insert at REPEATABLE READ": {pgx.RepeatableRead, "SELECT 1 FROM installation FOR UPDATE"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			pool, _ := openPostgres(t, pgtest.DSN(t))
			_, err := pool.Exec(ctx, "CREATE TABLE naive (holder text PRIMARY KEY); CREATE TABLE installation AS SELECT 1")
			require.NoError(t, err)
			require.True(t, oversells(t, pool, func(tx pgx.Tx, holder string) error {
				var inUse int
				if _, err := tx.Exec(ctx, way.first); err != nil {
					return err
				}
				if err := tx.QueryRow(ctx, "SELECT count(*) FROM naive").Scan(&inUse); err != nil || inUse >= naiveCapacity {
					return err
				}
				_, err := tx.Exec(ctx, "INSERT INTO naive VALUES ($1)", holder)
				return err
			}, pgx.TxOptions{IsoLevel: way.level}), "it was never seen to oversell")
		})
	}
}

const naiveCapacity = 10

// oversells reports whether, within a hundred rounds, more seats were given away
// than there are.
func oversells(t *testing.T, pool *pgxpool.Pool, assign func(pgx.Tx, string) error, options pgx.TxOptions) bool {
	t.Helper()
	for range 100 {
		var group sync.WaitGroup
		for child := range townsmen {
			for family := range families {
				group.Go(func() {
					for i := range familyMembers {
						holder := member(fmt.Sprint(child), family, i)
						if err := pgx.BeginTxFunc(t.Context(), pool, options, func(tx pgx.Tx) error { return assign(tx, holder) }); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		group.Wait()
		var inUse int
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM naive").Scan(&inUse))
		if inUse > naiveCapacity {
			return true
		}
		_, err := pool.Exec(t.Context(), "TRUNCATE naive")
		require.NoError(t, err)
	}
	return false
}
