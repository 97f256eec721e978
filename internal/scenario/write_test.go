package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// samePlan compares plans up to the names of holders.
var samePlan = cmp.Options{
	cmpopts.IgnoreUnexported(planner.Plan{}, planner.Blocker{}), cmpopts.IgnoreFields(planner.Blocker{}, "Holders"),
}

// TestWriteIsRead: what was written has the same plan as the scenario that it was
// written of, for each license that may be offered, whatever the order of the
// census.
func TestWriteIsRead(t *testing.T) {
	all := cases(t)
	names := slices.Sorted(maps.Keys(all))
	rapid.Check(t, func(r *rapid.T) {
		s, err := Read(all[rapid.SampledFrom(names).Draw(r, "scenario")])
		require.NoError(r, err)
		other, err := Read(all[rapid.SampledFrom(names).Draw(r, "scenario of more holders")])
		require.NoError(r, err)
		for i, h := range other.Holders[:rapid.IntRange(0, len(other.Holders)).Draw(r, "more")] {
			h.ID = fmt.Sprintf("other %d", i)
			s.Holders = append(s.Holders, h)
		}
		s.Releases, s.Switches = nil, nil
		want, err := s.Plan()
		require.NoError(r, err)

		census := seat.NewCensus(slices.Values(s.Holders))
		first := written(r, s, census)
		require.Equal(r, first, written(r, s, rapid.Permutation(census).Draw(r, "order")))
		read, err := ReadOffering([]byte(first), s.Offered)
		require.NoError(r, err)
		got, err := read.Plan()
		require.NoError(r, err)
		require.Empty(r, cmp.Diff(want, got, samePlan))
		for i, b := range got.Blockers {
			require.Len(r, b.Holders, len(want.Blockers[i].Holders))
		}
		for i, h := range read.Holders {
			_, known := read.Holders.find(fmt.Sprintf("h%d", i+1))
			require.True(r, known, "%s", h.ID)
		}
	})
}

func written(t rapid.TB, s *Scenario, census seat.Census) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, Write(&out, s, census))
	return out.String()
}

// TestWrite has all members that are known, and those that are empty left out.
func TestWrite(t *testing.T) {
	activated1 := `{"serial":"1","number":1,"content":"` + strings.Repeat("0a", 32) + `"}`
	s, err := Read([]byte(with(`"active":[` + number("1") + `],"highest":1,"highestRevoked":2,"activated":[` + activated1 + `],"allowIdentityChange":true,"bindTo":{"serial":"1"},` +
		`"release":[{"holder":"u","module":"acme.web"}],"expect":{},"holders":[{"id":"u","assigned":["acme.web"]}]`)))
	require.NoError(t, err)
	census := seat.Census{
		{Kind: license.User, Type: "a \"guest\" <b>", Assigned: []string{"acme.web", "acme.x"}, Count: 2},
		{Kind: license.Satellite, Count: 1},
	}
	const document1 = `{"owner":{"name":"acme"},"licensee":{"company":"Example","serial":"1"},"number":1,` +
		`"issuedAt":"2026-01-01T00:00:00Z","modules":[{"name":"web","kind":"user","quantity":3},{"name":"mail","kind":"user","quantity":3}]}`
	require.Equal(t, `{"name":"n","now":"2026-06-01T00:00:00Z","active":[`+document1+`],"allowIdentityChange":true,"highest":1,"highestRevoked":2,"activated":[`+activated1+`],"bindTo":{"serial":"1"},"holders":[
{"id":"h1","kind":"satellite","assigned":[]},
{"id":"h2","kind":"user","type":"a \"guest\" \u003cb\u003e","assigned":["acme.web","acme.x"]},
{"id":"h3","kind":"user","type":"a \"guest\" \u003cb\u003e","assigned":["acme.web","acme.x"]}]}
`, written(t, s, census))
	s.Active, s.Highest, s.HighestRevoked, s.Activated, s.AllowIdentityChange, s.BindTo = nil, 0, 0, nil, false, planner.Expected{}
	require.Equal(t, `{"name":"n","now":"2026-06-01T00:00:00Z","holders":[]}`+"\n", written(t, s, nil))
}

// TestReadOffering: neither offer nor expectation of the scenario counts, and all
// else does.
func TestReadOffering(t *testing.T) {
	offered := &license.License{Owner: license.Owner{Name: "acme"}, Number: 7}
	for _, text := range []string{minimal, `{"name":"n","now":"2026-06-01T00:00:00Z"}`, with(`"expect":7,"highest":3`), "\ufeff" + minimal} {
		s, err := ReadOffering([]byte(text), offered)
		require.NoError(t, err)
		require.Same(t, offered, s.Offered)
		require.Nil(t, s.Expect)
	}
	for text, want := range map[string][]string{
		`{}`:                 {"/name: is missing", "/now: is missing"},
		with(`"x":1`):        {"/x: is unknown"},
		with(`"offered":{}`): {"/offered: occurs twice"},
	} {
		_, err := ReadOffering([]byte(text), offered)
		require.Equal(t, want, problemsOf(t, err))
	}
}

// TestWriteLimit: what would be too large is not begun.
func TestWriteLimit(t *testing.T) {
	s, err := Read([]byte(minimal))
	require.NoError(t, err)
	census := seat.Census{{Kind: license.User, Count: 9000}, {Kind: license.Satellite, Count: 1000}}
	size := int64(len(written(t, s, census)))
	var out bytes.Buffer
	require.NoError(t, write(&out, s, census, size))
	out.Reset()
	require.EqualError(t, write(&out, s, census, size-1),
		fmt.Sprintf("scenario: that of 10000 holders is larger than %d bytes", size-1))
	require.Empty(t, out.String())
}

// TestWriteRefuses what Read would refuse.
func TestWriteRefuses(t *testing.T) {
	s, err := Read([]byte(minimal))
	require.NoError(t, err)
	for want, c := range map[string]seat.Combination{
		`scenario: "site", the kind of 3 holders, is neither user nor satellite`:  {Kind: license.Site, Count: 3},
		`scenario: "web", assigned to 1 holder, is not the full name of a module`: {Kind: license.User, Count: 1, Assigned: []string{"web"}},
	} {
		var out bytes.Buffer
		require.EqualError(t, Write(&out, s, seat.Census{c}), want)
		require.Empty(t, out.String())
	}
}

// brokenWriter fails at once.
type brokenWriter struct{}

var errBroken = errors.New("no space left")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteToBroken(t *testing.T) {
	s, err := Read([]byte(minimal))
	require.NoError(t, err)
	for _, count := range []int64{1, 10_000} {
		require.ErrorIs(t, Write(brokenWriter{}, s, seat.Census{{Kind: license.User, Count: count}}), errBroken)
	}
}

// TestWriteKeepsLittle: memory does not grow with the holders.
func TestWriteKeepsLittle(t *testing.T) {
	s, err := Read([]byte(minimal))
	require.NoError(t, err)
	census := seat.Census{{Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}, Count: 300_000}}
	allocated := func() uint64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.TotalAlloc
	}
	before := allocated()
	require.NoError(t, Write(io.Discard, s, census))
	require.Less(t, allocated()-before, uint64(64<<10))
}
