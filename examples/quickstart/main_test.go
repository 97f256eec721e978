package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func recorded(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "output.txt"))
	require.NoError(t, err)
	return string(text)
}

func TestStory(t *testing.T) {
	require.Equal(t, recorded(t), printed(t, main))
}

// TestStoryEndsWithItsContext ends the context earlier or later in the story: it
// is told as far as it has come, and ends with the error.
func TestStoryEndsWithItsContext(t *testing.T) {
	whole := recorded(t)
	told := make(map[int]bool)
	for uses := int64(0); ; uses++ {
		ctx := newCountdown(t.Context(), uses)
		var err error
		story := printed(t, func() { err = run(ctx) })
		ctx.cancel()
		if err == nil {
			require.Equal(t, whole, story)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		require.NotEqual(t, whole, story)
		told[strings.Count(story, "\n\n")] = true
	}
	require.Len(t, told, 1+strings.Count(whole, "\n\n"), "every step has been the last one")
}

// countdown ends when it has been asked a number of times whether it has.
type countdown struct {
	context.Context //nolint:containedctx // it is a context itself
	cancel          context.CancelFunc
	left            int64
}

func newCountdown(parent context.Context, uses int64) *countdown {
	ctx, cancel := context.WithCancel(parent)
	return &countdown{Context: ctx, cancel: cancel, left: uses}
}

func (c *countdown) Err() error {
	if atomic.AddInt64(&c.left, -1) < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// printed returns what a function prints.
func printed(t *testing.T, tell func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "printed.txt"))
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = stdout }()
	tell()
	require.NoError(t, file.Close())
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(text)
}
