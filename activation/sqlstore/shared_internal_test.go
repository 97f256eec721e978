package sqlstore

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestToldDoesNotLeave: a caller whose context ends when it has been told how its
// Update ended, and has not heard it yet, does not leave without it.
func TestToldDoesNotLeave(t *testing.T) {
	settings, err := newSettings(PostgreSQL, true, nil)
	require.NoError(t, err)
	turns := newTurns(settings, nil)
	waiting := func() *call { return &call{ctx: t.Context(), scope: scope{"tenant-42", []string{"u1"}}} }
	first, second, third := waiting(), waiting(), waiting()
	require.True(t, turns.enter(first))
	require.False(t, turns.enter(second))
	require.False(t, turns.enter(third))

	require.True(t, turns.leave(third))
	turns.end(first)
	require.False(t, turns.leave(second), "it has its turn")
	require.True(t, (<-second.told).turn)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	shares := &call{ctx: ended, scope: scope{tenant: "tenant-42"}, told: make(chan told, 1)}
	s := &shared{turns: turns, groups: [][]*call{{shares}}}
	shares.shared = s
	s.settle(nil)
	require.False(t, turns.leave(shares), "it is kept")
	require.NoError(t, (<-shares.told).err)
	require.Empty(t, turns.waiting)
}

// TestWhoShares: tenants share transactions in PostgreSQL, if everything is sent at
// once.
func TestWhoShares(t *testing.T) {
	for _, c := range []struct {
		dialect Dialect
		on      session
		options []Option
		want    bool
	}{
		{PostgreSQL, &pgxSession{}, nil, true},
		{PostgreSQL, connSession{}, nil, true},
		{PostgreSQL, sqlSession{}, nil, false},
		{PostgreSQL, &pgxSession{}, []Option{WithSeparateTenants()}, false},
		{MySQL, sqlSession{}, nil, false},
		{SQLite, sqlSession{}, nil, false},
	} {
		settings, err := newSettings(c.dialect, true, c.options)
		require.NoError(t, err)
		turns := newTurns(settings, nil)
		turns.sends(c.on)
		require.Equal(t, c.want, turns.gathers(&call{}), "%s %T", c.dialect, c.on)
		require.False(t, turns.gathers(&call{alone: true}))
	}
}
