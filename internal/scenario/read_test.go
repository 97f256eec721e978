package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// document is a license document, and offered the end of a scenario with it.
const document = `{"owner":{"name":"acme"},"licensee":{"company":"Example","serial":"1"},"number":2,` +
	`"issuedAt":"2026-01-01T00:00:00Z","modules":[{"name":"web","kind":"user","quantity":3},{"name":"mail","kind":"user","quantity":3}]}`

func number(n string) string { return strings.Replace(document, `"number":2`, `"number":`+n, 1) }

// minimal has nothing that may be absent.
const minimal = `{"name":"n","now":"2026-06-01T00:00:00Z","offered":` + document + `}`

// with is the minimal scenario with more members.
func with(members string) string { return strings.TrimSuffix(minimal, "}") + "," + members + "}" }

// holding is the minimal scenario with members of one holder.
func holding(members string) string { return with(`"holders":[{` + members + `}]`) }

func TestReadMinimal(t *testing.T) {
	s, err := Read([]byte(minimal))
	require.NoError(t, err)
	require.Equal(t, "n", s.Name)
	require.Equal(t, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), s.Now)
	require.Empty(t, s.Active.Licenses())
	require.Equal(t, int64(2), s.Offered.Number)
	require.Empty(t, s.Holders)
	require.Empty(t, s.Selection)
	require.False(t, s.AllowIdentityChange)
	require.Zero(t, s.Highest)
	require.Zero(t, s.BindTo)
	require.Nil(t, s.Expect)
}

func TestReadEverything(t *testing.T) {
	data := []byte(`{"expect":{"status":null},
		"bindTo":{"serial":"1","company":"Example","product":"crm","deployment":"onsite"},
		"highest":9007199254740991, "allowIdentityChange":true,
		"activated":[{"number":1,"serial":" x","content":"` + strings.Repeat("0A", 32) + `"}],
		"release":[{"module":"ACME.Web","holder":"z"},{"module":"other.x","holder":"z"}],
		"switch":[{"to":"ACME.Y","from":"acme.WEB","holder":"a"}],
		"holders":[{"id":"z","assigned":["acme.WEB","other.x"]},
			{"id":"Ä","kind":"satellite","type":"","assigned":[]},
			{"id":"a","kind":"user","type":"Guest","assigned":["acme.web"]}],
		"offered":` + document + `, "active":[` + number("1") + `],
		"now":"2026-06-01T02:00:00.5+02:00", "name":""}`)
	before := string(data)
	s, err := Read(data)
	require.NoError(t, err)
	require.Equal(t, before, string(data), "the input stays as it is")

	require.Equal(t, time.Date(2026, 6, 1, 0, 0, 0, 5e8, time.UTC), s.Now)
	require.Equal(t, int64(1), s.Active.License("acme").Number)
	require.Empty(t, cmp.Diff(Holders{
		{ID: "a", Kind: license.User, Type: "Guest", Assigned: []string{"acme.web"}},
		{ID: "z", Kind: license.User, Assigned: []string{"acme.web", "other.x"}},
		{ID: "Ä", Kind: license.Satellite, Assigned: []string{}},
	}, s.Holders))
	require.Equal(t, []seat.Assignment{{Holder: "z", Module: "acme.web"}, {Holder: "z", Module: "other.x"}}, s.Releases)
	require.Equal(t, []seat.Swap{{Holder: "a", From: "acme.web", To: "acme.y"}}, s.Switches)
	require.True(t, s.AllowIdentityChange)
	require.Equal(t, int64(1)<<53-1, s.Highest)
	require.Equal(t, []content.Numbered{{Serial: " x", Number: 1, Content: [32]byte(bytes.Repeat([]byte{10}, 32))}}, s.Activated)
	require.Equal(t, planner.Expected{Serial: "1", Company: "Example", Product: "crm", Deployment: "onsite"}, s.BindTo)
	require.Equal(t, json.RawMessage(`{"status":null}`), s.Expect)
}

func TestReadRefuses(t *testing.T) {
	const (
		integer  = "malformed: …"
		instant  = "must be an instant like 2006-01-02T15:04:05Z"
		fullName = "must be the full name of a module, owner.module"
	)
	without := func(member string) string { return strings.Replace(minimal, member, `"expect":{}`, 1) }
	for _, test := range []struct {
		name, data string
		problems   []string // pointer and detail; … stands for what other packages say
	}{
		{"nothing", "", []string{"…"}},
		{"binary", "\x7fELF\x00\xff", []string{"is not valid UTF-8…"}},
		{"no JSON", "hello", []string{"…"}},
		{"cut off", minimal[:40], []string{"…"}},
		{"something follows", minimal + "{}", []string{"is followed by something…"}},
		{"array", "[]", []string{"must be an object"}},
		{"empty object", "{}", []string{"/name: is missing", "/now: is missing", "/offered: is missing; a scenario of a host has none, so …"}},

		{"no name", without(`"name":"n"`), []string{"/name: is missing"}},
		{"no now", without(`"now":"2026-06-01T00:00:00Z"`), []string{"/now: is missing"}},
		{"no offered", without(`"offered":` + document), []string{"/offered: is missing; a scenario of a host has none, so …"}},
		{"name of a wrong type", `{"name":1,` + minimal[len(`{"name":"n",`):], []string{"/name: must be a string"}},
		{"unknown member", with(`"holder":[]`), []string{"/holder: is unknown"}},
		{"unknown member to escape", with(`"a/b~\n":1`), []string{`/a~1b~0\n: is unknown`}},
		{"another case", with(`"Highest":1`), []string{"/Highest: is unknown"}},
		{"twice", with(`"name":"m"`), []string{"/name: occurs twice"}},
		{"null", with(`"active":null,"holders":null,"highest":null,"expect":null`), []string{
			"/active: must be an array", "/holders: must not be null", "/highest: must not be null", "/expect: must not be null",
		}},

		{"now without a zone", strings.Replace(minimal, "00Z", "00", 1), []string{"/now: " + instant}},
		{"now in lower case", strings.Replace(minimal, "T00", "t00", 1), []string{"/now: " + instant}},
		{"now on no day", strings.Replace(minimal, "06-01", "06-31", 1), []string{"/now: " + instant}},
		{"now as a number", strings.Replace(minimal, `"2026-06-01T00:00:00Z"`, "1780272000", 1), []string{"/now: must be a string"}},

		{"invalid license", strings.Replace(minimal, `"quantity":3`, `"quantity":0,"requires":["x"]`, 1), []string{
			"/offered/modules/0/quantity: malformed: …",
			"/offered/modules/0/requires/0: unknown-module: …",
		}},
		{"no license", strings.Replace(minimal, document, `[]`, 1), []string{"/offered: syntax: …"}},
		{"duplicate in a license", strings.Replace(minimal, `"number":2`, `"number":2,"number":3`, 1), []string{
			"/offered/number: duplicate-member: …",
		}},
		{"every invalid license", with(`"active":[` + number("0") + `,` + number("1.0") + `,` + number("1") + `,null]`), []string{
			"/active/0/number: " + integer, "/active/1/number: " + integer,
			"/active/3: syntax: …",
		}},
		{"two licenses of one owner", with(`"active":[` + number("1") + `,` + strings.Replace(document, "acme", "ACME", 1) + `]`), []string{
			"/active/1/owner/name: an earlier license has the same owner",
		}},

		{"highestRevoked below 0", with(`"highestRevoked":-1`), []string{"/highestRevoked: must be an integer from 0 to 9007199254740991"}},
		{"highest below 0", with(`"highest":-1`), []string{"/highest: must be an integer from 0 to 9007199254740991"}},
		{"highest too large", with(`"highest":9007199254740992`), []string{"/highest: must be an integer from 0 to 9007199254740991"}},
		{"highest with a fraction", with(`"highest":1.0`), []string{"/highest: must be an integer in range"}},
		{"highest with an exponent", with(`"highest":1e3`), []string{"/highest: must be an integer in range"}},
		{"activated is no list", with(`"activated":{}`), []string{"/activated: must be an array"}},
		{"activated of nothing", with(`"activated":[{}]`), []string{"/activated/0/serial: is missing", "/activated/0/number: is missing", "/activated/0/content: is missing"}},
		{"activated with no content", with(`"activated":[{"serial":"1","number":1,"content":"00"}]`), []string{"/activated/0/content: must be a SHA-256 in hexadecimal"}},
		{"activated with no digits", with(`"activated":[{"serial":"1","number":1,"content":"` + strings.Repeat("g", 64) + `"}]`), []string{"/activated/0/content: must be a SHA-256 in hexadecimal"}},
		{"activated below 1", with(`"activated":[{"serial":"1","number":0,"content":"` + strings.Repeat("0", 64) + `"}]`), []string{"/activated/0/number: must be an integer from 1 to 9007199254740991"}},
		{"activated with more", with(`"activated":[{"serial":"1","x":1}]`), []string{"/activated/0/x: is unknown"}},
		{"highest as a text", with(`"highest":"1"`), []string{"/highest: must be an integer in range"}},
		{"permission as a text", with(`"allowIdentityChange":"yes"`), []string{"/allowIdentityChange: must be true or false"}},
		{"unknown member of bindTo", with(`"bindTo":{"owner":"x"}`), []string{"/bindTo/owner: is unknown"}},
		{"another case in bindTo", with(`"bindTo":{"Serial":"x"}`), []string{"/bindTo/Serial: must be spelled serial"}},
		{"bindTo of a wrong type", with(`"bindTo":{"serial":1}`), []string{"/bindTo/serial: must be a string"}},
		{"expect of a wrong type", with(`"expect":[]`), []string{"/expect: must be an object"}},
		{"duplicate in expect", with(`"expect":{"a":[{"b":1,"b":1}]}`), []string{"/expect/a/0/b: occurs twice"}},

		{"empty holder", holding(``), []string{"/holders/0/id: is missing", "/holders/0/assigned: is missing"}},
		{"unknown member of a holder", holding(`"id":"u","name":"u","assigned":[]`), []string{"/holders/0/name: is unknown"}},
		{"empty id", holding(`"id":"","assigned":[]`), []string{"/holders/0/id: the id is empty"}},
		{"two empty ids are not the same", with(`"holders":[{"id":"","assigned":[]},{"id":"","assigned":[]}]`), []string{
			"/holders/0/id: the id is empty", "/holders/1/id: the id is empty",
		}},
		{"id with NUL", holding(`"id":"a\u0000","assigned":[]`), []string{"/holders/0/id: the id has a NUL"}},
		{"id of 256 bytes", holding(`"id":"` + strings.Repeat("é", 128) + `","assigned":[]`), []string{
			"/holders/0/id: the id has 256 bytes, more than 255",
		}},
		{"site holder", holding(`"id":"u","kind":"site","assigned":[]`), []string{"/holders/0/kind: must be user or satellite"}},
		{"kind in another case", holding(`"id":"u","kind":"User","assigned":[]`), []string{"/holders/0/kind: must be user or satellite"}},
		{"empty kind", holding(`"id":"u","kind":"","assigned":[]`), []string{"/holders/0/kind: must be user or satellite"}},
		{"null type", holding(`"id":"u","type":null,"assigned":[]`), []string{"/holders/0/type: must not be null"}},
		{"assigned names", holding(`"id":"u","assigned":["web","acme.web","a.b.c","acme.","ac_me.web"]`), []string{
			"/holders/0/assigned/0: " + fullName, "/holders/0/assigned/2: " + fullName,
			"/holders/0/assigned/3: " + fullName, "/holders/0/assigned/4: " + fullName,
		}},
		{"assigned twice", holding(`"id":"u","assigned":["acme.web","acme.x","ACME.web"]`), []string{"/holders/0/assigned/2: is assigned already"}},
		{"empty switch", with(`"switch":[{}]`), []string{"/switch/0/holder: is missing", "/switch/0/from: is missing", "/switch/0/to: is missing"}},
		{"unknown member of a switch", with(`"switch":[{"holder":"u","from":"acme.web","to":"acme.x","module":"acme.x"}]`), []string{"/switch/0/module: is unknown"}},
		{"null in a switch", with(`"switch":[{"holder":"u","from":null,"to":"acme.x"}]`), []string{"/switch/0/from: must not be null"}},
		{"names in a switch", with(`"switch":[{"holder":"","from":"web","to":"acme."}]`), []string{
			"/switch/0/holder: the id is empty", "/switch/0/from: " + fullName, "/switch/0/to: " + fullName,
		}},
		{"switch of a wrong type", with(`"switch":{}`), []string{"/switch: must be an array"}},
		{"assigned of a wrong type", holding(`"id":"u","assigned":[1]`), []string{"/holders/0/assigned/0: must be a string"}},
		{"two holders with one id", with(`"holders":[{"id":"u","assigned":[]},{"id":"v","assigned":[]},{"id":"\u0075","assigned":[]}]`), []string{
			"/holders/2/id: an earlier holder has the same id",
		}},

		{"empty release", with(`"release":[{}]`), []string{"/release/0/holder: is missing", "/release/0/module: is missing"}},
		{"unknown member of a release", with(`"release":[{"holder":"u","module":"acme.web","cause":"cascade"}]`), []string{
			"/release/0/cause: is unknown",
		}},
		{"release of what is none", with(`"release":[{"holder":"","module":"web"}]`), []string{
			"/release/0/holder: the id is empty", "/release/0/module: " + fullName,
		}},
		{"several at once", with(`"extra":1,"highest":-1,"release":{}`), []string{
			"/extra: is unknown", "/highest: must be an integer from 0 to 9007199254740991", "/release: must be an array",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Read([]byte(test.data))
			require.Nil(t, s)
			got := problemsOf(t, err)
			for i, want := range test.problems {
				if start, cut := strings.CutSuffix(want, "…"); cut && i < len(got) && strings.HasPrefix(got[i], start) {
					got[i] = want
				}
			}
			require.Empty(t, cmp.Diff(test.problems, got))
		})
	}
}

// problemsOf returns the lines of an InvalidError.
func problemsOf(t *testing.T, err error) []string {
	t.Helper()
	var invalid *InvalidError
	require.True(t, errors.As(err, &invalid), "error: %v", err)
	lines := make([]string, 0, len(invalid.Problems))
	for _, p := range invalid.Problems {
		lines = append(lines, p.String())
	}
	return lines
}

func TestReadLimits(t *testing.T) {
	_, err := read([]byte(minimal), len(minimal))
	require.NoError(t, err)
	_, err = read([]byte(minimal), len(minimal)-1)
	require.Len(t, problemsOf(t, err), 1)
	_, err = Read(make([]byte, MaxSize+1))
	require.EqualError(t, err, "scenario: is larger than 268435456 bytes")

	_, err = Read([]byte(holding(`"id":"` + strings.Repeat("x", 255) + `","assigned":[]`)))
	require.NoError(t, err)

	names := func(n int) string { return strings.TrimSuffix(strings.Repeat(`"x",`, n), ",") }
	for _, test := range []struct{ wrong, reported int }{{999, 999}, {1000, 1000}, {1001, 1000}} {
		_, err = Read([]byte(holding(`"id":"u","assigned":[` + names(test.wrong) + `]`)))
		require.Len(t, problemsOf(t, err), test.reported)
	}
}

func TestInvalidError(t *testing.T) {
	problem := Problem{Pointer: "/a\x1b", Detail: "is unknown"}
	require.Equal(t, `/a\x1b: is unknown`, problem.String())
	for _, test := range []struct {
		problems int
		want     string
	}{
		{1, `scenario: /a\x1b: is unknown`},
		{5, `scenario: /a\x1b: is unknown` + strings.Repeat(`; /a\x1b: is unknown`, 4)},
		{7, `scenario: /a\x1b: is unknown` + strings.Repeat(`; /a\x1b: is unknown`, 4) + "; and 2 more"},
	} {
		err := &InvalidError{}
		for range test.problems {
			err.Problems = append(err.Problems, problem)
		}
		require.EqualError(t, err, test.want)
	}
}

// TestReadAfterMark: an editor may have put a byte order mark in front, once.
func TestReadAfterMark(t *testing.T) {
	const question = `{"name":"n","now":"2026-01-01T00:00:00Z","offered":{"owner":{"name":"acme"},` +
		`"licensee":{"company":"c","serial":"s"},"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]}}`
	_, err := Read([]byte("\ufeff" + question))
	require.NoError(t, err)
	_, err = Read([]byte("\ufeff\ufeff" + question))
	require.Error(t, err)
}

// TestReadKeepsLittle: of many holders, what few of them differ in is kept once,
// and nothing is kept of the text.
func TestReadKeepsLittle(t *testing.T) {
	const n = 50_000
	var text strings.Builder
	text.WriteString(`{"name":"n","now":"2026-01-01T00:00:00Z","offered":{"owner":{"name":"acme"},` +
		`"licensee":{"company":"c","serial":"s"},"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]},"holders":[`)
	for i := range n {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"id":"u%07d","kind":"user","type":"internal","assigned":["acme.web","acme.app"]}`, i)
	}
	text.WriteString("]}")
	heap := func() int64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := heap()
	read, err := ReadFrom(strings.NewReader(text.String()), 0)
	require.NoError(t, err)
	require.Len(t, read.Holders, n)
	require.Less(t, (heap()-before)/n, int64(100), "bytes a holder: 72 for itself and 8 for its id")
	runtime.KeepAlive(read)
	runtime.KeepAlive(&text)
}

// TestReadChunks: holders are decoded some at a time, and mistakes are found
// where they are.
func TestReadChunks(t *testing.T) {
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 2*chunkSize + 1} {
		elements := make([]string, n)
		for i := range elements {
			elements[i] = fmt.Sprintf(`{"id":"%d","assigned":[]}`, n-i)
		}
		question := func(elements []string) []byte {
			return []byte(`{"name":"n","now":"2026-01-01T00:00:00Z","offered":{"owner":{"name":"acme"},"licensee":{"company":"c","serial":"s"},` +
				`"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]},"holders":[` + strings.Join(elements, " ,\n") + ` ]}`)
		}
		read, err := Read(question(elements))
		require.NoError(t, err)
		require.Len(t, read.Holders, n)
		if n == 0 {
			continue
		}
		for _, test := range []struct{ element, pointer, detail string }{
			{`{"id":"x","assigned":[],"x":1}`, "/x", "is unknown"},
			{`{"id":"x","assigned":[7]}`, "/assigned/0", "must be a string"},
			{`7`, "", "must be an object"},
			{`{"id":"x","assigned":["a"]}`, "/assigned/0", notFullName},
		} {
			wrong := slices.Clone(elements)
			wrong[n-1] = test.element
			_, err := Read(question(wrong))
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, []Problem{{Pointer: fmt.Sprintf("/holders/%d%s", n-1, test.pointer), Detail: test.detail}}, invalid.Problems)
		}
		if n > 1 {
			wrong := slices.Clone(elements)
			wrong[n-1] = wrong[0]
			_, err := Read(question(wrong))
			require.EqualError(t, err, fmt.Sprintf("scenario: /holders/%d/id: an earlier holder has the same id", n-1))
		}
	}
}

// TestReadHoldersTogether: ids in order may still be twice there, and of what
// has the wrong form only the first is told, without the rest.
func TestReadHoldersTogether(t *testing.T) {
	for holders, want := range map[string]string{
		`{"id":"a","assigned":[]},{"id":"b","assigned":[]},{"id":"b","assigned":[]}`: "scenario: /holders/2/id: an earlier holder has the same id",
		strings.Repeat(`{"id":"","assigned":["a"]},`, chunkSize) + `{"id":7}`:        fmt.Sprintf("scenario: /holders/%d/id: must be a string", chunkSize),
	} {
		_, err := Read([]byte(strings.Replace(minimal, `"offered"`, `"holders":[`+holders+`],"offered"`, 1)))
		require.EqualError(t, err, want)
	}
}
