package hosttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Run runs the suite. Main has to be the package's TestMain.
func Run(t *testing.T, suite Suite) {
	t.Helper()
	for name, test := range map[string]func(*stage){
		"together": together, "refused": refused, "rolled back": rolledBack, "savepoint": savepoint, "again": again,
		"never forgotten": neverForgotten, "other process": otherProcess, "last seat": lastSeat,
	} {
		t.Run(name, func(t *testing.T) { test(newStage(t, suite)) })
	}
}

// stage is a host with two seats in this process, whose engine would not look for
// changes before an hour has gone by.
type stage struct {
	*testing.T
	*Host
	suite Suite
	dsn   string
}

func newStage(t *testing.T, suite Suite) *stage {
	t.Helper()
	dsn := suite.DSN(t)
	host, err := suite.Open(t.Context(), dsn, activation.WithSnapshotMaxAge(time.Hour))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	require.NoError(t, Buy(t.Context(), host.Engine, 2))
	return &stage{T: t, Host: host, suite: suite, dsn: dsn}
}

func nothing() error { return nil }

func (s *stage) invite(id string) error { return s.Invite(s.Context(), id, nothing) }

// expect compares the host's users and its audit with who has a seat.
func (s *stage) expect(users, audited string) {
	s.Helper()
	column := func(query string) string {
		values, err := s.Column(s.Context(), query+` ORDER BY 1`)
		require.NoError(s, err)
		return fmt.Sprint(values)
	}
	assert.Equal(s, users, column(`SELECT id FROM users`), "users")
	assert.Equal(s, audited, column(`SELECT refused FROM audit`), "audit")
	assert.Equal(s, users, fmt.Sprint(s.seated()), "seats")
	drift, err := s.Engine.Tenant(Tenant).Verify(s.Context())
	require.NoError(s, err)
	assert.Empty(s, drift)
}

func (s *stage) seated() []string {
	s.Helper()
	ids := []string{}
	for holder, err := range s.Engine.Tenant(Tenant).AllHolders(s.Context(), activation.HolderQuery{Occupying: Module}) {
		require.NoError(s, err)
		ids = append(ids, holder.ID)
	}
	return ids
}

// together: user and seat commit together.
func together(s *stage) {
	require.NoError(s, s.Invite(s.Context(), "ann", nothing))
	require.NoError(s, s.invite("bob"))
	s.expect("[ann bob]", "[]")
	require.Error(s, s.invite("bob"), "there is one")
	s.expect("[ann bob]", "[]")
}

// refused: after a refusal the transaction is usable, and the row of the audit is
// committed.
func refused(s *stage) {
	require.NoError(s, s.invite("ann"))
	require.NoError(s, s.invite("bob"))
	var full *seat.NoFreeSeatError
	require.ErrorAs(s, s.invite("joe"), &full)
	assert.Equal(s, &seat.NoFreeSeatError{Module: Module, Capacity: 2, InUse: 2, Wanted: 1}, full)
	s.expect("[ann bob]", "[joe]")
}

// rolledBack: what the host rolls back gives the seat back.
func rolledBack(s *stage) {
	failed := errors.New("the host fails")
	require.ErrorIs(s, s.Invite(s.Context(), "ann", func() error { return failed }), failed)
	s.expect("[]", "[]")
	ctx, cancel := context.WithCancel(s.Context())
	require.ErrorIs(s, s.Invite(ctx, "ann", func() error { cancel(); return ctx.Err() }), context.Canceled)
	s.expect("[]", "[]")
}

// savepoint: what the host rolls back of a transaction gives its seats back, and
// leaves the others.
func savepoint(s *stage) {
	require.NoError(s, s.invite("ann"))
	require.NoError(s, s.Nested(s.Context(), "bob", "joe"))
	s.expect("[ann bob]", "[]")
}

// again: a closure that runs three times takes one seat.
func again(s *stage) {
	runs := 0
	require.NoError(s, s.Invite(s.Context(), "ann", func() error {
		if runs++; runs < 3 {
			return s.Conflict
		}
		return nil
	}))
	assert.Equal(s, 3, runs)
	s.expect("[ann]", "[]")
	runs = 0
	require.ErrorIs(s, s.Invite(s.Context(), "bob", func() error { runs++; return s.Conflict }), s.Conflict)
	assert.Equal(s, 5, runs, "it gives up")
	s.expect("[ann]", "[]")
}

// neverForgotten: this process knows at once, since the host's code calls
// Committed. That also holds where somebody has asked just before the commit and
// was told what was true then.
func neverForgotten(s *stage) {
	assert.False(s, s.mayUse("ann"))
	require.NoError(s, s.Invite(s.Context(), "ann", func() error {
		s.mayUse("ann")
		return nil
	}))
	assert.True(s, s.mayUse("ann"))
}

func (s *stage) mayUse(id string) bool {
	s.Helper()
	entitlements, err := s.Engine.Tenant(Tenant).Entitlements(s.Context())
	require.NoError(s, err)
	return entitlements.Check(id, Module).Allowed()
}

// otherProcess: another process knows within a second, on a machine that has time
// for it. On a busy one it may take longer, but not the hour of a snapshot.
func otherProcess(s *stage) {
	other := s.start("watch", "ann")
	require.Equal(s, "false", other.line())
	require.NoError(s, s.invite("ann"))
	committed := time.Now()
	require.Equal(s, "true", other.line())
	s.Logf("another process knew after %s", time.Since(committed).Round(time.Millisecond))
}

// lastSeat: of 16 callers in two processes two get the two seats.
func lastSeat(s *stage) {
	other := s.start("invite", "other")
	require.Equal(s, "ready", other.line())
	other.say("go")
	var here []string
	for _, err := range invite(s.Context(), s.Host, "here") {
		if err == nil {
			here = append(here, "given")
			continue
		}
		require.ErrorIs(s, err, seat.ErrNoFreeSeat)
	}
	there := other.line()
	assert.Equal(s, fmt.Sprintf("%d given, %d refused", 2-len(here), callers-2+len(here)), there)
	assert.Len(s, s.seated(), 2)
	users, err := s.Column(s.Context(), `SELECT id FROM users`)
	require.NoError(s, err)
	assert.ElementsMatch(s, s.seated(), users)
	audited, err := s.Column(s.Context(), `SELECT refused FROM audit`)
	require.NoError(s, err)
	assert.Len(s, audited, 2*callers-2)
}

// callers is how many invite at once in each process.
const callers = 8

// invite invites as many people as there are callers, at once.
func invite(ctx context.Context, host *Host, prefix string) []error {
	errs := make([]error, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { errs[i] = host.Invite(ctx, fmt.Sprintf("%s-%d", prefix, i), nothing) })
	}
	group.Wait()
	return errs
}
