package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"

	"github.com/seatwright/seatwright/examples/words"
)

// wordsOnly is a site that does nothing but speak.
func wordsOnly(t *testing.T) *Server {
	t.Helper()
	w, err := words.Read(words.English, english)
	require.NoError(t, err)
	return &Server{words: w}
}

// TestOwnWordsArePlain holds the words of pages to words that people know.
func TestOwnWordsArePlain(t *testing.T) {
	for code, text := range wordsOnly(t).words {
		require.NotRegexp(t, ours, text, code)
	}
}

// TestFailures has the status and the sentence of each error of the library.
func TestFailures(t *testing.T) {
	s := wordsOnly(t)
	plan := &planner.Plan{Owner: "acme", From: 1, To: 2, Blockers: []planner.Blocker{{Kind: planner.OverAllocated, Module: "acme.m", InUse: 5, Available: 3, MustRemove: 2}}, Rejections: []planner.Rejection{planner.RejectionOlder}}
	preview := &activation.Preview{Owner: "acme", Plan: plan}
	full := &seat.RefusedError{Refusals: []seat.Refusal{{Assignment: seat.Assignment{Holder: "ann", Module: "acme.m"}, Err: &seat.NoFreeSeatError{Module: "acme.m", Capacity: 5, InUse: 5, Wanted: 1}}}}
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{errNotSignedIn, http.StatusUnauthorized, "not signed in"},
		{api.ErrForbidden, http.StatusForbidden, "Only an administrator may do this."},
		{errNotFound, http.StatusNotFound, "There is no such page."},
		{errNobody, http.StatusNotFound, "There is no such user."},
		{errInactive, http.StatusConflict, "deactivated"},
		{errSelf, http.StatusConflict, "yourself"},
		{&http.MaxBytesError{Limit: 1}, http.StatusRequestEntityTooLarge, "at most 1 MB"},
		{&source.TooLargeError{}, http.StatusBadRequest, "at most 1 MB"},
		{full, http.StatusUnprocessableEntity, "5"},
		{&signed.Error{Code: signed.CodeKeyRevoked}, http.StatusBadRequest, "was withdrawn"},
		{&license.Finding{Code: "x", Detail: "it is wrong"}, http.StatusBadRequest, "not valid. It is wrong"},
		{&sqlstore.QueryError{Problems: []error{sqlstore.ErrCursor}}, http.StatusBadRequest, "begin with the first page"},
		{&activation.NotActivatedError{Reason: activation.ErrStale, Fresh: preview}, http.StatusConflict, ""},
		{&activation.NotActivatedError{Reason: activation.ErrBlocked, Fresh: preview}, http.StatusConflict, ""},
		{&activation.NotActivatedError{Reason: activation.ErrRejected, Fresh: preview}, http.StatusUnprocessableEntity, ""},
		{&planner.NoProposalError{Owner: "acme", To: 2}, http.StatusUnprocessableEntity, ""},
		{activation.ErrNoOffer, http.StatusNotFound, "No license is waiting to be activated."},
		{activation.ErrNoSource, http.StatusNotFound, ""},
		{activation.ErrNoSerial, http.StatusConflict, ""},
		{activation.ErrProtected, http.StatusForbidden, ""},
		{activation.ErrOutcomeUnknown, http.StatusServiceUnavailable, "check whether your change was saved"},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "too long"},
		{context.Canceled, http.StatusServiceUnavailable, "Something went wrong here."},
		{errors.New("pq: password of the database"), http.StatusServiceUnavailable, "Something went wrong here."},
	} {
		for _, err := range []error{c.err, fmt.Errorf("an operation: %w", c.err)} {
			f := s.failure(err)
			require.Equal(t, c.status, f.status, "%T: %v", c.err, err)
			require.Contains(t, strings.ToLower(f.Sentence), strings.ToLower(c.says))
			require.NotContains(t, f.Sentence, "password")
			require.Regexp(t, `[.)]$`, f.Sentence)
			require.False(t, strings.HasSuffix(f.Sentence, ".."), f.Sentence)
		}
	}
}

func TestFigures(t *testing.T) {
	require.Equal(t, "+3", signedFigure(3))
	require.Equal(t, "0", signedFigure(0))
	require.Equal(t, "−3", signedFigure(-3))
	require.Equal(t, "–", figure(nil))
	n := int64(2)
	require.Equal(t, "2", figure(&n))
	for value, want := range map[any]string{5: "5", int64(6): "6"} {
		got, err := number(value)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := number("x")
	require.ErrorContains(t, err, "string is no number")
	require.Equal(t, "never", day(time.Time{}))
	require.Equal(t, "1 Jun 2026", day(start))
	require.Equal(t, "a minute", minutes(time.Second))
	require.Equal(t, "2 minutes", minutes(61*time.Second))
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		inUse, total int64
		want         bar
	}{
		{0, 0, bar{0, 0, "full"}},
		{0, 10, bar{0, 0, ""}},
		{84, 100, bar{84, 84, ""}},
		{85, 100, bar{85, 85, "high"}},
		{99, 100, bar{99, 99, "high"}},
		{100, 100, bar{100, 100, "full"}},
		{101, 100, bar{101, 101, "over"}},
		{300, 100, bar{120, 300, "over"}},
		{1, 0, bar{100, 100, "over"}},
	} {
		require.Equal(t, c.want, newBar(c.inUse, c.total), "%d of %d", c.inUse, c.total)
	}
}

func TestChart(t *testing.T) {
	at := func(i int, inUse, capacity int64) activation.Sample {
		return activation.Sample{Day: start.Truncate(24*time.Hour).AddDate(0, 0, i), Module: "acme.m", InUse: inUse, Capacity: capacity}
	}
	c := newChart("acme.m", []activation.Sample{at(0, 0, 100), at(1, 50, 100), at(4, 100, 100)})
	require.Equal(t, " 0,110 1,60 4,10", c.InUse, "days without a sample are left out, not squeezed")
	require.Equal(t, " 0,10 1,10 4,10", c.Capacity)
	require.Equal(t, int64(110), c.Top)
	require.Equal(t, int64(4), c.Days)
	require.Equal(t, int64(100), c.Most)
	require.True(t, c.Limited)
	one := newChart("acme.m", []activation.Sample{at(0, 0, 0)})
	require.Equal(t, " 0,1 1,1", one.InUse, "the first day is a level line, and nothing is divided by 0")
	unlimited := at(0, 5, 0)
	unlimited.Unrestricted = true
	c = newChart("acme.m", []activation.Sample{unlimited})
	require.Empty(t, c.Capacity)
	require.False(t, c.Limited)
}
