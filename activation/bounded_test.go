package activation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/worst"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

const (
	longestLine  = 8 << 10 // of a log
	longestError = 4 << 10
)

// What licenses of almost a megabyte say into logs and errors has limits, and
// what is left out is counted.
func TestLogsAndErrorsAreBounded(t *testing.T) {
	for _, kind := range worst.Kinds {
		t.Run(kind, func(t *testing.T) {
			var text bytes.Buffer
			s := newStage(t, activation.WithLogger(slog.New(slog.NewJSONHandler(&text, nil))))
			l := worst.License(kind, worst.Enveloped, 1, today)
			eva := s.crm.As("eva")
			require.NoError(t, eva.Expect(t.Context(), worst.Owner, planner.Expected{Serial: l.Licensee.Serial}))
			require.True(t, s.load(l).Activated)
			s.put(allOf(l, 3))
			var errs []error
			next := worst.License(kind, worst.Enveloped, 2, today)
			for i := range next.Modules {
				next.Modules[i].Quantity = 1
			}
			result := s.load(next)
			require.Equal(t, activation.WaitingBlocked, result.Waiting)
			preview, err := s.crm.Plan(t.Context(), worst.Owner)
			require.NoError(t, err)
			_, err = eva.Activate(t.Context(), preview.Approve())
			require.ErrorIs(t, err, activation.ErrBlocked)
			errs = append(errs, err)
			errs = append(errs, s.refusals(l)...)
			for _, err := range errs {
				assert.Less(t, len(err.Error()), longestError)
			}
			for line := range strings.Lines(text.String()) {
				assert.Less(t, len(line), longestLine, "%.200s", line)
			}
			if len(result.Plan.Blockers) > 10 {
				assert.Contains(t, text.String(), fmt.Sprintf(`"more":"%d blockers"`, len(result.Plan.Blockers)-10))
			}
		})
	}
}

// allOf gives all modules to some holders.
func allOf(l *license.License, n int) []seat.Holder {
	holders := make([]seat.Holder, n)
	for i := range holders {
		holders[i] = seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User, Type: "t0"}
		for _, m := range l.Modules {
			holders[i].Assigned = append(holders[i].Assigned, license.FullName(l.Owner.Name, m.Name))
		}
	}
	return holders
}

func (s *stage) put(holders []seat.Holder) {
	s.Helper()
	require.NoError(s, s.store.Update(s.Context(), s.crm.ID(), func(w activation.Writer) error {
		return w.PutHolders(s.Context(), holders...)
	}))
}

// refusals asks for what is refused with much to say.
func (s *stage) refusals(l *license.License) (errs []error) {
	s.Helper()
	eva := s.crm.As("eva")
	var assignments []seat.Assignment
	var holders []seat.Holder
	for i := range 1000 {
		id := fmt.Sprintf("x%d", i)
		holders = append(holders, seat.Holder{ID: id, Kind: license.User, Type: strings.Repeat("x", 10_000)})
		assignments = append(assignments, seat.Assignment{Holder: id, Module: license.FullName(l.Owner.Name, l.Modules[0].Name)})
	}
	s.put(holders)
	_, err := eva.Assign(s.Context(), assignments...)
	var refused *seat.RefusedError
	require.ErrorAs(s, err, &refused)
	errs = append(errs, err)
	for _, r := range refused.Refusals[:10] {
		errs = append(errs, r.Err)
		text, err := json.Marshal(r)
		require.NoError(s, err)
		assert.Less(s, len(text), 20<<10)
	}
	_, err = s.crm.Plan(s.Context(), l.Owner.Name, planner.Selection{Releases: assignments})
	require.ErrorIs(s, err, planner.ErrNotAssigned)
	errs = append(errs, err)
	_, err = eva.Load(s.Context(), strings.NewReader(`{"license":"`+strings.Repeat("x", 900_000)+`"}`))
	require.Error(s, err)
	errs = append(errs, err)
	document := `{"` + strings.Repeat("x", 100_000) + `":1,"owner":{},"` + strings.Repeat("Owner\":1,\"", 3000) + `":1}`
	_, err = license.Parse([]byte(document))
	require.Error(s, err)
	errs = append(errs, err)
	return errs
}

// A source may say anything about its problem.
func TestProblemsInTheLogAreBounded(t *testing.T) {
	var text bytes.Buffer
	s := newStage(t, activation.WithLogger(slog.New(slog.NewJSONHandler(&text, nil))))
	s.begin(acme(6), 1)
	s.feed.say(source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
		Reason: source.ReasonUnavailable, Title: strings.Repeat("t", 1<<20), Detail: strings.Repeat("d", 1<<20), MediaType: strings.Repeat("m", 1<<20),
	}})
	s.renew()
	assert.Contains(t, text.String(), "more bytes")
	for line := range strings.Lines(text.String()) {
		assert.Less(t, len(line), longestLine)
	}
}
