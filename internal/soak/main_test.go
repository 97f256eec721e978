package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	s, err := parse(nil, nil)
	require.NoError(t, err)
	require.Equal(t, town{Tenants: 200, Workers: 4}, s.Town)
	require.Equal(t, 0.05, s.Faults)
	require.Equal(t, 5*time.Second, s.Kill)
	require.False(t, s.Enough(progress{Elapsed: 10*time.Minute - 1}))
	require.True(t, s.Enough(progress{Elapsed: 10 * time.Minute}))
	require.Greater(t, s.Limit, 10*time.Minute)
	s, err = parse([]string{"-database", "sqlite", "-for", "3m", "-seed", "7", "-into", "soak.md"}, nil)
	require.NoError(t, err)
	require.Equal(t, []any{sqlite, 3 * time.Minute, uint64(7), "soak.md"}, []any{s.Database, s.Length, s.Seed, s.Into})
	for _, arguments := range [][]string{
		{"-for", "0s"},
		{"-for", "25h"},
		{"-tenants", "0"},
		{"-workers", "1"},
		{"-kill", "0s"},
		{"-faults", "0"},
		{"-faults", "0.31"},
		{"more"},
		{"-what"},
		{"-database", "oracle"},
		{"-into", "soak.md"},
	} {
		var said bytes.Buffer
		_, err := parse(arguments, &said)
		require.Error(t, err, arguments)
		require.Contains(t, said.String(), "Usage of soak:")
	}
}

func TestLines(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	none, err := readLines[acknowledged](name)
	require.NoError(t, err, "of a worker that was killed before it began")
	require.Empty(t, none)
	file, err := create(name)
	require.NoError(t, err)
	journal := &lines{to: file}
	want := []acknowledged{{Tenant: "t1", By: "w0.1-1", Holder: "u1", Module: planModule, Cause: "assigned"}, {Tenant: "t2"}}
	for _, change := range want {
		require.NoError(t, journal.write(change))
	}
	require.NoError(t, file.Close())
	got, err := readLines[acknowledged](name)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = create(name)
	require.ErrorIs(t, err, os.ErrExist)
}
