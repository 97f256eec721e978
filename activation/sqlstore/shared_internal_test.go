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
	waiting := func() *call { return &call{ctx: t.Context(), tenant: "tenant-42", holders: []string{"u1"}} }
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
	shares := &call{ctx: ended, tenant: "tenant-42", told: make(chan told, 1)}
	s := &shared{turns: turns, calls: []*call{shares}}
	shares.shared = s
	s.settle(nil)
	require.False(t, turns.leave(shares), "it is kept")
	require.NoError(t, (<-shares.told).err)
	require.Empty(t, turns.waiting)
}
