package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/internal/scenario"
)

var update = flag.Bool("update", false, "write the golden file")

const goldenFile = "testdata/text.golden"

// golden names the shared scenarios whose text is kept: each status, blocker,
// rejection and warning at least once.
var golden = []string{
	"becomes-site-module", "bound-to-another", "cascade", "current", "fewer-seats-than-in-use", "first-activation",
	"hidden-module-shrinks", "in-grace-and-sooner", "issued-ahead-with-a-jump", "module-removed-in-use", "new-suite-plans", "no-longer-assignable",
	"not-yet-valid", "number-reused", "older-and-lapsed", "one-requirement-lost-of-two", "overdraft",
	"partner-add-on-loses-its-base", "partner-license", "plan-content-changes", "required-but-only-removed-module", "satellites",
	"switch-downgrade-in-one-step", "switch-finds-no-room", "switch-loses-what-an-add-on-needs", "switch-to-another-type", "unrestricted", "wrong-licensee",
}

// TestText compares the texts with those of the golden file, which holds them
// one after another, each under "== name ==".
func TestText(t *testing.T) {
	texts := make(map[string]string)
	for _, name := range golden {
		require.NotContains(t, texts, name, "a name occurs twice")
		texts[name] = whatif(t, "", caseFile(name)).stdout
		require.Equal(t, texts[name], whatif(t, "", caseFile(name)).stdout, "the same text on every run")
	}
	if *update {
		var all strings.Builder
		for _, name := range golden {
			all.WriteString("== " + name + " ==\n" + texts[name])
		}
		require.NoError(t, os.WriteFile(goldenFile, []byte(all.String()), 0o600))
	}
	want := parseGolden(t)
	for _, name := range golden {
		t.Run(name, func(t *testing.T) { require.Empty(t, cmp.Diff(want[name], texts[name])) })
	}
	require.Len(t, want, len(golden), "the golden file has nothing else")
}

func parseGolden(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	name := ""
	for line := range strings.Lines(readFile(t, goldenFile)) {
		if title, ok := strings.CutPrefix(line, "== "); ok {
			name = strings.TrimSuffix(title, " ==\n")
			continue
		}
		texts[name] += line
	}
	return texts
}

// TestTextOfEveryScenario looks for figures that a text must not hold back.
func TestTextOfEveryScenario(t *testing.T) {
	for name, data := range cases(t) {
		t.Run(name, func(t *testing.T) {
			question, err := scenario.Read([]byte(data))
			require.NoError(t, err)
			plan, err := question.Plan()
			require.NoError(t, err)
			text := whatif(t, data, "-").stdout
			require.Contains(t, text, strings.ToUpper(string(plan.Status))+": license ")
			for _, c := range plan.Changes {
				require.Contains(t, text, "\n  "+c.Module+" ")
			}
			for _, b := range plan.Blockers {
				require.Contains(t, text, b.Module)
				if b.MustRemove > 0 {
					require.Contains(t, text, fmt.Sprintf(" Release %s.", errtext.Count(b.MustRemove, "seat")))
				}
			}
			for _, code := range plan.Rejections {
				require.NotContains(t, text, "\n  "+string(code)+"\n", "a rejection without a sentence")
			}
			for _, code := range plan.Warnings {
				require.NotContains(t, text, "\n  "+string(code)+"\n", "a warning without a sentence")
			}
		})
	}
}

// TestHoldersAndReleasesAreCut has more of both than are shown.
func TestHoldersAndReleasesAreCut(t *testing.T) {
	for _, test := range []struct {
		holders, releases            int
		held, released, moreReleased string
	}{
		{10, 0, "Held by u00, u01, u02, u03, u04, u05, u06, u07, u08, u09.\n", "", ""},
		{11, 0, "Held by u00, u01, u02, u03, u04, u05, u06, u07, u08, u09 and 1 more.\n", "", ""},
		{44, 20, "and 14 more.\n", "acme.web from u19, as requested\n", ""},
		{44, 21, "and 13 more.\n", "acme.web from u19, as requested\n", "\n  and 1 more; -format json lists all\n"},
	} {
		t.Run(fmt.Sprintf("%d holders, %d releases", test.holders, test.releases), func(t *testing.T) {
			got := whatif(t, with(many(test.holders, test.releases)), "-")
			require.Equal(t, 1, got.status, got.stderr)
			require.Contains(t, got.stdout, test.held)
			require.Contains(t, got.stdout, test.released)
			require.Contains(t, got.stdout, test.moreReleased)
			require.Equal(t, test.moreReleased != "", strings.Contains(got.stdout, "-format json"))
		})
	}
}

// TestSwitchesAreCut has as many as are shown, and one more.
func TestSwitchesAreCut(t *testing.T) {
	const last, left = "  acme.web to acme.mail for u19, as requested\n", "  and 1 more; -format json lists all\n"
	offered := strings.Replace(document, `"modules":[`, `"modules":[{"name":"mail","kind":"user","quantity":50},`, 1)
	for _, switches := range []int{20, 21} {
		question := strings.Replace(with(many(21, switches)), document, offered, 1)
		question = strings.NewReplacer(`"release"`, `"switch"`, `"module":"acme.web"`, `"from":"acme.web","to":"acme.mail"`).Replace(question)
		got := whatif(t, question, "-")
		require.Contains(t, got.stdout, "What is switched with the activation\n  acme.web to acme.mail for u00, as requested\n", got.stderr)
		require.Contains(t, got.stdout, last)
		require.Equal(t, switches > 20, strings.Contains(got.stdout, last+left))
		require.Contains(t, got.stdout, fmt.Sprintf(" Switches that happen with it: %d.", switches))
	}
}

// many has holders with a seat each, of whom some release it.
func many(holders, releases int) string {
	var held, released []string
	for i := range holders {
		held = append(held, fmt.Sprintf(`{"id":"u%02d","assigned":["acme.web"]}`, i))
	}
	for i := range releases {
		released = append(released, fmt.Sprintf(`{"holder":"u%02d","module":"acme.web"}`, i))
	}
	return `"holders":[` + strings.Join(held, ",") + `],"release":[` + strings.Join(released, ",") + `]`
}

// TestHostileTexts has escape sequences, line ends and changes of direction in
// every text that a scenario can bring.
func TestHostileTexts(t *testing.T) {
	const evil = `\u001b[2J\r\n\u009b\u202e\u0007`
	hostile := func(text string) string {
		return strings.NewReplacer("EVIL", evil, "MARK", `\u202e\u200f`).Replace(text) // the licensee's name has no control characters
	}
	offered := `{"owner":{"name":"acme","description":"oEVIL"},"licensee":{"company":"cMARK","serial":"sMARK"},"number":2,` +
		`"issuedAt":"2026-01-01T00:00:00Z","product":"pEVIL","modules":[` +
		`{"name":"web","description":"dEVIL","kind":"user","quantity":1,"assignableTo":["tEVIL"]},` +
		`{"name":"mail","kind":"user","quantity":1}]}`
	question := hostile(`{"name":"nEVIL","now":"2026-06-01T00:00:00Z","offered":` + offered +
		`,"holders":[{"id":"hEVIL","assigned":["acme.web"]},{"id":"rEVIL","assigned":["acme.web"]},` +
		`{"id":"xEVIL","assigned":["acme.old"]}],"release":[{"holder":"rEVIL","module":"acme.web"}],` +
		`"switch":[{"holder":"xEVIL","from":"acme.old","to":"acme.mail"}]}`)
	bound := strings.Replace(question, `"release"`, hostile(`"bindTo":{"company":"bEVIL","product":"bEVIL"},"release"`), 1)

	const shown = `\x1b[2J\r\n\u009b\u202e\a`
	for _, test := range []struct {
		data  string
		texts string // the first letters of those that are shown
	}{
		{question, "nodthrx"},
		{bound, "nopb"},
	} {
		got := whatif(t, test.data, "-")
		require.NotEqual(t, 3, got.status, got.stderr)
		for _, letter := range test.texts {
			require.Contains(t, got.stdout, string(letter)+shown)
		}
		for _, letter := range "cs" {
			require.Contains(t, got.stdout, string(letter)+`\u202e\u200f`)
		}
		for _, r := range "\x1b\r\u009b\u202e\a" {
			require.NotContains(t, got.stdout, string(r))
		}
	}
}

func TestPrintable(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`DOMAIN\user "x"`, `DOMAIN\user "x"`},
		{"Blåbær 株式会社 ́", "Blåbær 株式会社 ́"},
		{"a\x00\x7f\u200b\u2028\ufeff", `a\x00\x7f\u200b\u2028\ufeff`},
		{"\xff", "\ufffd"},
		{strings.Repeat("é", 200), strings.Repeat("é", 200)},
		{strings.Repeat("é", 201), strings.Repeat("é", 200) + "…"},
	} {
		require.Equal(t, test.want, short(test.text))
	}
}

func TestColor(t *testing.T) {
	const redName = "\x1b[31mBLOCKED\x1b[0m: license"
	render := func(color bool) string {
		question, err := scenario.Read([]byte(readFile(t, caseFile("fewer-seats-than-in-use"))))
		require.NoError(t, err)
		plan, err := question.Plan()
		require.NoError(t, err)
		return renderText(question, plan, color)
	}
	plain, colored := render(false), render(true)
	require.NotContains(t, plain, "\x1b")
	require.Contains(t, colored, redName)
	require.Contains(t, colored, "\n  \x1b[31msuperoffice.ten-sales\x1b[0m     21 ")
	require.Contains(t, colored, "\n  \x1b[31msuperoffice.ten-sales (Sales user plan)\x1b[0m would have")
	require.Equal(t, plain, strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(colored), "color changes no width")
}

// TestUseColor takes the null device for a terminal: both are character
// devices.
func TestUseColor(t *testing.T) {
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, terminal.Close()) }()
	file, err := os.Create(t.TempDir() + "/output")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()

	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	require.True(t, useColor(terminal, env()))
	require.True(t, useColor(terminal, env("NO_COLOR", "", "TERM", "xterm")))
	require.False(t, useColor(terminal, env("NO_COLOR", "1")))
	require.False(t, useColor(terminal, env("NO_COLOR", "0")))
	require.False(t, useColor(terminal, env("TERM", "dumb")))
	require.False(t, useColor(file, env()))
	require.False(t, useColor(new(strings.Builder), env()))
}

// TestLookAlike: a company that is refused although it looks like the right one
// is said to differ, and in what.
func TestLookAlike(t *testing.T) {
	question := func(active, offered string) string {
		license := func(number int, company string) string {
			return fmt.Sprintf(`{"owner":{"name":"acme"},"licensee":{"company":"%s","serial":"4711"},"number":%d,`+
				`"issuedAt":"2026-01-01T00:00:00Z","modules":[]}`, company, number)
		}
		return `{"name":"n","now":"2026-06-01T00:00:00Z","active":[` + license(1, active) + `],"offered":` + license(2, offered) + `}`
	}
	for _, test := range []struct{ active, offered, want string }{
		{"Caf\u00e9 AS", "Cafe\u0301 AS", "letters that are composed in one and not in the other."},
		{"Example AS", "Example\u00a0AS\u200f", "marks that are not shown and the kind or number of spaces."},
		{"Example AS", "EXAMPLE AS", "upper and lower case."},
		{"Example AS", "Example Norge AS", ""},
	} {
		got := whatif(t, question(test.active, test.offered), "-")
		require.Equal(t, 2, got.status, got.stderr)
		require.Contains(t, got.stdout, "that of the active license is")
		require.Equal(t, test.want != "", strings.Contains(got.stdout, ", which looks alike and differs in "+test.want), got.stdout)
	}
	require.Len(t, hidden, 4)
}
