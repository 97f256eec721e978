package words

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

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
	w, err := Read(English)
	require.NoError(t, err)
	for _, c := range []struct{ folder, typ, prefix string }{
		{"activation/planner", "Warning", "warning."},
		{"activation/planner", "Rejection", "rejection."},
		{"activation/planner", "BlockerKind", "blocker."},
		{"activation/planner", "BlockerKind", "solve."},
		{"activation/planner", "BlockerKind", "todo."},
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
	require.Equal(t, "new-code", w.Say("warning.", "new-code"), "what is not known yet is shown as it is")
}

// ours is words that only those who work on the library use.
var ours = regexp.MustCompile(`(?i)\b(feeds?|envelopes?|census|digests?|tenants?|holders?|bundles?|blockers?|cascades?|entitlements?|planner|snapshots?|drift|stale|idempotent|payload|over-allocated|not-assignable)\b`)

// TestAttention says what needs attention without its code.
func TestAttention(t *testing.T) {
	w, err := Read(English)
	require.NoError(t, err)
	for _, code := range constants(t, "activation/attention", "Code") {
		text := w.Attention(attention.Item{Code: attention.Code(code), Severity: attention.Warning, Owner: "acme", Module: "acme.m"})
		require.NotRegexp(t, ours, text, code)
		require.NotContains(t, text, code)
	}
}

// TestOwnWords: a host's own words and names take the place of ours, in one place.
func TestOwnWords(t *testing.T) {
	w, err := Read(English, []byte(`{"warning.in-grace": "Utløpt.", "name.acme.web": "Nettklient"}`))
	require.NoError(t, err)
	require.Equal(t, "Utløpt.", w.Say("warning.", "in-grace"))
	n := w.Names(&activation.TenantStatus{Owners: []activation.OwnerStatus{{Owner: "acme", License: &license.License{
		Owner: license.Owner{Name: "acme", Description: "Acme Forms"}, Modules: []license.Module{{Name: "web", Description: "Web"}, {Name: "m", Description: "Mail"}},
	}}}})
	require.Equal(t, "Nettklient needs Mail, of Acme Forms, until 1 Jun 2026, 09:00 UTC.", n.Text("acme.web needs acme.m, of acme, until 2026-06-01T09:00:00Z."))
	require.Equal(t, "Acme Forms: 3 of 4", n.Text("acme: 3 of 4"))
	_, err = Read([]byte("{"))
	require.ErrorContains(t, err, "the words can't be read")
}

// TestSay fills in figures, and leaves out what has none.
func TestSay(t *testing.T) {
	w := Words{"x.a": "{module} has {inUse}[ of {capacity}][ by {licensee.company}]."}
	require.Equal(t, "acme.m has 1\u202f000.", w.Say("x.", "a", map[string]any{"module": "acme.m", "inUse": 1000, "capacity": 0}))
	require.Equal(t, "acme.m has 0 of 3 by A.", w.Say("x.", "a", map[string]any{"module": "acme.m", "inUse": 0, "capacity": 3, "licensee": license.Licensee{Company: "A"}}))
}

// TestRefusals says each reason once, and five at most.
func TestRefusals(t *testing.T) {
	w, err := Read(English)
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
		require.Equal(t, says, w.Refusal(seat.Refusal{Err: err}))
	}
}

func TestNoProposal(t *testing.T) {
	w, err := Read(English)
	require.NoError(t, err)
	text := w.Explain(&planner.NoProposalError{Rejections: []planner.Rejection{planner.RejectionOlder, planner.RejectionWrongSerial}}).Sentence
	require.Equal(t, "Releasing seats does not solve this. Contact the vendor. A newer license was activated before. It is for another serial number. Check the serial number, or ask the vendor.", text)
	text = w.Explain(&planner.NoProposalError{Shortages: []planner.Shortage{{Blocker: planner.Blocker{Module: "acme.m"}, Wanted: 1200, Candidates: 3}}}).Sentence
	require.Equal(t, "Nothing can be proposed: administrators are never proposed, and of the others too few have it. acme.m: 3 of 1\u202f200.", text)
}

// TestTexts has numbers, instants and texts of others.
func TestTexts(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567", -5: "−5", -1000: "−1\u202f000",
		math.MinInt64: "−9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808",
	} {
		require.Equal(t, want, Number(n))
	}
	require.Equal(t, "never", Instant(time.Time{}))
	require.Equal(t, "1 Jun 2026, 09:00 UTC", Instant(start))
	require.Empty(t, sentence(""))
	require.Equal(t, "acme.m is not licensed.", sentence("activation: assign: seat: acme.m is not licensed"))
	require.Equal(t, "a, b", Some([]string{"a", "b"}))
	require.Equal(t, strings.Repeat("a, ", MaxNamed-1)+"a and 2 more", Some(strings.Split(strings.Repeat("a", MaxNamed+2), "")))
	require.Equal(t, strings.Repeat("x", MaxText), Brief(strings.Repeat("x", MaxText)))
	require.Equal(t, strings.Repeat("x", MaxText-1)+"… (and 2 more bytes)", Brief(strings.Repeat("x", MaxText-1)+"é"))
}

// TestState says where a license stands, which may have no dates.
func TestState(t *testing.T) {
	w, err := Read(English)
	require.NoError(t, err)
	require.Equal(t, "No license is active", w.State(nil, ""))
	require.Equal(t, "Active", w.State(&license.License{}, license.Active))
	require.Equal(t, "Active until 1 Jun 2026, 09:00 UTC", w.State(&license.License{Expires: &start}, license.Active))
}
