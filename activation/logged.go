package activation

import (
	"log/slog"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
)

const (
	// maxLoggedText is the length of the longest text in a line of the log, in
	// bytes. A longer text is cut, and its rest counted.
	maxLoggedText = 1000
	// maxLoggedBlockers is how many blockers a line of the log has.
	maxLoggedBlockers = 10
)

// logged returns attributes whose texts are not longer than a log bears: what
// licenses, feeds and stores say has no length of its own.
func logged(attributes []slog.Attr) []slog.Attr {
	for i, a := range attributes {
		if a.Value.Kind() == slog.KindString {
			attributes[i].Value = slog.StringValue(errtext.Cut(a.Value.String(), maxLoggedText))
		}
	}
	return attributes
}

func loggedError(err error) slog.Attr {
	return slog.String("error", errtext.Cut(err.Error(), maxLoggedText))
}

// loggedBlockers names the first blockers, and says how many more there are.
func loggedBlockers(blockers []planner.Blocker) (attributes []slog.Attr) {
	for _, b := range blockers[:min(len(blockers), maxLoggedBlockers)] {
		attributes = append(attributes, slog.String("blocker", b.String()))
	}
	if more := len(blockers) - maxLoggedBlockers; more > 0 {
		attributes = append(attributes, slog.String("more", errtext.Count(int64(more), "blocker")))
	}
	return attributes
}
