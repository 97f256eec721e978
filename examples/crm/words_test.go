package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
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
)

// constants reads the exported constants of a type from the library's source, so
// that a new one needs words here.
func constants(t *testing.T, folder, typ string) (values []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if ident, ok := spec.Type.(*ast.Ident); !ok || ident.Name != typ || !spec.Names[0].IsExported() {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				values = append(values, value)
			}
			return true
		})
	}
	require.NotEmpty(t, values, typ)
	return values
}

// TestEveryCodeHasWords goes through the codes of the library.
func TestEveryCodeHasWords(t *testing.T) {
	w, err := readWords(english)
	require.NoError(t, err)
	for _, c := range []struct{ folder, typ, prefix string }{
		{"activation/planner", "Warning", "warning."},
		{"activation/planner", "Rejection", "rejection."},
		{"activation/planner", "BlockerKind", "blocker."},
		{"activation/planner", "BlockerKind", "solve."},
		{"activation", "HistoryKind", "history."},
		{"activation", "Waiting", "waiting."},
		{"seat", "Reason", "reason."},
		{"seat", "Cause", "cause."},
		{"license", "State", "state."},
		{"source", "Kind", "check."},
		{"source", "Reason", "check."},
	} {
		seen := make(map[string]string)
		for _, code := range constants(t, c.folder, c.typ) {
			words, ok := w[c.prefix+code]
			require.True(t, ok, "%s %s has no words", c.typ, code)
			require.Empty(t, seen[words], "%s %s has the words of another", c.typ, code)
			seen[words] = code
		}
	}
	for code, words := range w {
		require.NotRegexp(t, ours, words, code)
	}
	require.Equal(t, "new-code", w.say("warning.", "new-code"), "what is not known yet is shown as it is")
}

// TestOwnWords: a host's own words and names take the place of ours, in one place.
func TestOwnWords(t *testing.T) {
	w, err := readWords(english, []byte(`{"warning.in-grace": "Utløpt.", "name.acme.web": "Nettklient"}`))
	require.NoError(t, err)
	require.Equal(t, "Utløpt.", w.say("warning.", "in-grace"))
	n := w.names(&activation.TenantStatus{Owners: []activation.OwnerStatus{{Owner: "acme", License: &license.License{
		Owner: license.Owner{Name: "acme", Description: "Acme Forms"}, Modules: []license.Module{{Name: "web", Description: "Web"}, {Name: "m", Description: "Mail"}},
	}}}})
	require.Equal(t, "Nettklient needs Mail, of Acme Forms, until 1 Jun 2026, 09:00 UTC.", n.Text("acme.web needs acme.m, of acme, until 2026-06-01T09:00:00Z."))
	require.Equal(t, "Acme Forms: 3 of 4", n.Text("acme: 3 of 4"))
	_, err = readWords([]byte("{"))
	require.ErrorContains(t, err, "the words can't be read")
}

// TestSay fills in figures, and leaves out what has none.
func TestSay(t *testing.T) {
	w := words{"x.a": "{module} has {inUse}[ of {capacity}][ by {licensee.company}]."}
	require.Equal(t, "acme.m has 1\u202f000.", w.say("x.", "a", map[string]any{"module": "acme.m", "inUse": 1000, "capacity": 0}))
	require.Equal(t, "acme.m has 0 of 3 by A.", w.say("x.", "a", map[string]any{"module": "acme.m", "inUse": 0, "capacity": 3, "licensee": license.Licensee{Company: "A"}}))
}

// TestFailures has the status and the sentence of each error of the library.
func TestFailures(t *testing.T) {
	w, err := readWords(english)
	require.NoError(t, err)
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
			f := w.failure(err)
			require.Equal(t, c.status, f.status, "%T: %v", c.err, err)
			require.Contains(t, strings.ToLower(f.sentence), strings.ToLower(c.says))
			require.NotContains(t, f.sentence, "password")
			require.Regexp(t, `[.)]$`, f.sentence)
			require.False(t, strings.HasSuffix(f.sentence, ".."), f.sentence)
		}
	}
}

// TestRefusals says each reason once, and five at most.
func TestRefusals(t *testing.T) {
	w, err := readWords(english)
	require.NoError(t, err)
	refused := &seat.RefusedError{}
	for i := range 14 {
		refused.Refusals = append(refused.Refusals, seat.Refusal{Err: &seat.NoFreeSeatError{Module: "acme.m", Capacity: int64(i / 2), InUse: 9}})
	}
	require.Equal(t, "acme.m has 9 of 0 seats in use. acme.m has 9 of 1 seats in use. acme.m has 9 of 2 seats in use. acme.m has 9 of 3 seats in use. acme.m has 9 of 4 seats in use.", w.refusals(refused))
	for err, says := range map[error]string{
		&seat.OtherBundleError{Module: "acme.a", Held: "acme.b"}:                                               "The user already has acme.b, and can have only one plan. Use Switch plan instead.",
		&seat.PrerequisiteError{Module: "acme.a", Requires: "acme.b"}:                                          "acme.a needs acme.b, which is missing.",
		&seat.NotAssignableError{Module: "acme.a", Kind: "user", AssignableTo: []string{"x"}, HolderType: "y"}: "acme.a can't be assigned to the type y. Allowed: x.",
		&seat.ModuleError{Rule: seat.ErrLapsed, Module: "acme.a", Since: start}:                                "The license of acme.a ended on 1 Jun 2026, 09:00 UTC.",
		errors.New("something new"): "Something new.",
	} {
		require.Equal(t, says, w.reason(seat.Refusal{Err: err}))
	}
}

func TestNoProposal(t *testing.T) {
	w, err := readWords(english)
	require.NoError(t, err)
	_, none := w.noProposal(activation.ErrNoOffer)
	require.False(t, none)
	text, none := w.noProposal(&planner.NoProposalError{Rejections: []planner.Rejection{planner.RejectionOlder, planner.RejectionWrongSerial}})
	require.True(t, none)
	require.Equal(t, "Releasing seats does not solve this. Contact the vendor. A newer license was activated before. It is for another serial number. Check the serial number, or ask the vendor.", text)
	text, _ = w.noProposal(&planner.NoProposalError{Shortages: []planner.Shortage{{Blocker: planner.Blocker{Module: "acme.m"}, Wanted: 1200, Candidates: 3}}})
	require.Equal(t, "Nothing can be proposed: administrators are never proposed, and of the others too few have it. acme.m: 3 of 1\u202f200.", text)
}

func TestFigures(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567", -5: "−5", -1000: "−1\u202f000", -9223372036854775808: "−9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808"} {
		require.Equal(t, want, plain(n))
	}
	require.Equal(t, "+3", signedFigure(3))
	require.Equal(t, "0", signedFigure(0))
	require.Equal(t, "−3", signedFigure(-3))
	require.Equal(t, "–", figure(nil))
	n := int64(2)
	require.Equal(t, "2", figure(&n))
	for value, want := range map[any]string{5: "5", int64(6): "6", tally{7, false}: "7", tally{200, true}: "more than 200"} {
		got, err := number(value)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := number("x")
	require.ErrorContains(t, err, "string is no number")
	require.Equal(t, "never", when(time.Time{}))
	require.Equal(t, "never", day(time.Time{}))
	require.Equal(t, "1 Jun 2026, 09:00 UTC", when(start))
	require.Equal(t, "1 Jun 2026", day(start))
	require.Empty(t, pointed(nil))
	require.Equal(t, "a minute", minutes(time.Second))
	require.Equal(t, "2 minutes", minutes(61*time.Second))
	require.Empty(t, sentence(""))
	require.Equal(t, "acme.m is not licensed.", sentence("activation: assign: seat: acme.m is not licensed"))
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
	require.Equal(t, "0,120 150,66 600,11", c.InUse, "days without a sample are left out, not squeezed")
	require.Equal(t, "0,11 150,11 600,11", c.Capacity)
	require.Equal(t, int64(110), c.Top)
	require.Equal(t, int64(100), c.Most)
	require.True(t, c.Limited)
	one := newChart("acme.m", []activation.Sample{at(0, 0, 0)})
	require.Equal(t, "0,120 600,120", one.InUse, "the first day is a level line, and nothing is divided by 0")
	unlimited := at(0, 5, 0)
	unlimited.Unrestricted = true
	c = newChart("acme.m", []activation.Sample{unlimited})
	require.Empty(t, c.Capacity)
	require.False(t, c.Limited)
}
