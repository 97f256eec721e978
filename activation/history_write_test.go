package activation_test

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// sequence is entries, and then an error if there is one.
func sequence[T any](err error, entries ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

var written = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func TestWriteHistoryCSV(t *testing.T) {
	var text strings.Builder
	require.NoError(t, activation.WriteHistoryCSV(&text, sequence(nil,
		activation.HistoryEntry{ID: 2, At: written, Kind: activation.HistoryActivated, By: "=eva", Owner: "acme", Source: "file", From: 1, To: 2},
		activation.HistoryEntry{ID: 1, At: written, Kind: activation.HistoryClockReset, By: `a "b", c`},
	)))
	require.Equal(t, "at,kind,by,owner,source,from,to\n"+
		"2026-03-31T12:00:00Z,activated,'=eva,acme,file,1,2\n"+
		"2026-03-31T12:00:00Z,clock-reset,\"a \"\"b\"\", c\",,,0,0\n", text.String())
}

func TestWriteLogCSV(t *testing.T) {
	var text strings.Builder
	require.NoError(t, activation.WriteLogCSV(&text, sequence(nil,
		activation.LogEntry{ID: 1, At: written, By: "@x", Holder: "-ann", Module: "acme.web", Cause: seat.CauseSwitched, To: "acme.mail"},
	)))
	require.Equal(t, "at,by,holder,module,cause,to\n2026-03-31T12:00:00Z,'@x,'-ann,acme.web,switched,acme.mail\n", text.String())
	text.Reset()
	require.NoError(t, activation.WriteLogCSV(&text, sequence[activation.LogEntry](nil)))
	require.Equal(t, "at,by,holder,module,cause,to\n", text.String(), "an empty log has its columns")
}

// TestWriteCSVFails: nobody takes a part of a table for a whole one.
func TestWriteCSVFails(t *testing.T) {
	gone := errors.New("gone")
	require.ErrorIs(t, activation.WriteLogCSV(io.Discard, sequence(gone, activation.LogEntry{ID: 1})), gone)
	require.ErrorIs(t, activation.WriteLogCSV(noRoom{}, sequence(nil, activation.LogEntry{ID: 1})), errNoRoom)
	entries := slices.Repeat([]activation.LogEntry{{Holder: strings.Repeat("x", 200)}}, 100)
	require.ErrorIs(t, activation.WriteLogCSV(noRoom{}, sequence(errors.New("not reached"), entries...)), errNoRoom, "it stops at once")
}

var errNoRoom = errors.New("full")

type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, errNoRoom }
