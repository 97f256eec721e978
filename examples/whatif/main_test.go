package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/scenario"
)

// TestJSON compares the output with what each shared scenario expects, byte for
// byte, and the exit status with its status.
func TestJSON(t *testing.T) {
	statuses := map[string]int{"ready": 0, "current": 0, "blocked": 1, "rejected": 2}
	for name, data := range cases(t) {
		t.Run(name, func(t *testing.T) {
			var question struct {
				Expect json.RawMessage `json:"expect"`
			}
			require.NoError(t, json.Unmarshal([]byte(data), &question))
			var expect struct {
				Status string `json:"status"`
			}
			require.NoError(t, json.Unmarshal(question.Expect, &expect))
			want, err := json.MarshalIndent(question.Expect, "", "  ")
			require.NoError(t, err)

			got := whatif(t, data, "-format", "json", "-")
			require.Empty(t, cmp.Diff(string(want)+"\n", got.stdout))
			require.Empty(t, got.stderr)
			require.Contains(t, statuses, expect.Status)
			require.Equal(t, statuses[expect.Status], got.status)
		})
	}
}

// TestJSONIsNotForPages has an id as it is, where an encoder for pages would
// escape it.
func TestJSONIsNotForPages(t *testing.T) {
	const id = "a&b <c>"
	got := whatif(t, with(`"holders":[{"id":"`+id+`","assigned":["acme.web"]}],"release":[{"holder":"`+id+`","module":"acme.web"}]`), "-format", "json", "-")
	require.Contains(t, got.stdout, `"holder": "`+id+`"`, got.stderr)
}

func TestUsage(t *testing.T) {
	const usage = "whatif: usage: whatif [-format text|json] FILE\n"
	for _, test := range []struct {
		name  string
		args  []string
		first string
	}{
		{"no file", nil, "one FILE is needed after the flags, not 0"},
		{"two files", []string{"a", "b"}, "one FILE is needed after the flags, not 2"},
		{"flag after the file", []string{"a", "-format", "json"}, "one FILE is needed after the flags, not 3"},
		{"unknown flag", []string{"-x", "-"}, "flag provided but not defined: -x"},
		{"no format", []string{"-format"}, "flag needs an argument: -format"},
		{"unknown format", []string{"-format", "xml", "-"}, `unknown format "xml"`},
		{"empty format", []string{"-format", "", "-"}, `unknown format ""`},
		{"help", []string{"-h"}, "prints what a license would change"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := whatif(t, minimal, test.args...)
			require.Equal(t, result{status: 3, stderr: "whatif: " + test.first + "\n" + usage}, got)
		})
	}
}

func TestInvalidScenario(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       []string // the beginnings of the lines
	}{
		{"empty", "", []string{"FILE: "}},
		{"binary", "\x7fELF\x02\x01\x00\xff\xfe", []string{"FILE: is not valid UTF-8"}},
		{"invalid license", strings.Replace(minimal, `"quantity":3`, `"quantity":0,"requires":["x"]`, 1), []string{
			"FILE: /offered/modules/0/quantity: malformed: ",
			"FILE: /offered/modules/0/requires/0: unknown-module: ",
		}},
		{"unknown members", with(`"x\u001b[31m":1,"holders":[{"id":"u","assigned":[],"y":1}],"release":[{"z":1}],"bindTo":{"w":1}`), []string{
			`FILE: /x\x1b[31m: is unknown`,
			"FILE: /holders/0/y: is unknown",
			"FILE: /release/0/z: is unknown",
			"FILE: /bindTo/w: is unknown",
		}},
		{"two holders with one id", with(`"holders":[{"id":"u","assigned":[]},{"id":"u","assigned":[]}]`), []string{
			"FILE: /holders/1/id: an earlier holder has the same id",
		}},
		{"two licenses of one owner", with(`"active":[` + document + `,` + document + `]`), []string{
			"FILE: /active/1/owner/name: an earlier license has the same owner",
		}},
		{"release of an unknown holder", with(`"release":[{"holder":"u","module":"acme.web"}]`), []string{
			`FILE: /release/0: holder "u" is not known`,
		}},
		{"release of what is not assigned", with(`"holders":[{"id":"u","assigned":[]}],"release":[{"holder":"u","module":"acme.web"}]`), []string{
			`FILE: /release/0: acme.web can't be released from holder "u", to whom it is not assigned`,
		}},
		{"switch of an unknown holder, and to what is not offered", with(`"holders":[{"id":"u","assigned":["acme.web"]}],"switch":[{"holder":"v","from":"acme.web","to":"acme.web"},{"holder":"u","from":"acme.web","to":"acme.x"}]`), []string{
			`FILE: /switch/0: holder "v" is not known`,
			`FILE: /switch/1: holder "u" can't be switched from acme.web to acme.x, which the license does not have`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "scenario.json")
			require.NoError(t, os.WriteFile(file, []byte(test.data), 0o600))
			checkReasons(t, whatif(t, "", file), file, test.want)
			checkReasons(t, whatif(t, test.data, "-format=json", "-"), "standard input", test.want)
		})
	}
}

func checkReasons(t *testing.T, got result, file string, want []string) {
	t.Helper()
	require.Equal(t, 3, got.status)
	require.Empty(t, got.stdout)
	lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
	require.Len(t, lines, len(want), got.stderr)
	for i, line := range lines {
		start := "whatif: " + strings.Replace(want[i], "FILE", file, 1)
		require.True(t, strings.HasPrefix(line, start), "%q begins %q", line, start)
	}
}

func TestUnreadable(t *testing.T) {
	folder := t.TempDir()
	missing := folder + "/mis\nsing.json"
	got := whatif(t, "", missing)
	require.Equal(t, 3, got.status)
	require.Empty(t, got.stdout)
	require.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
	require.Contains(t, got.stderr, `mis\nsing.json: `)

	got = whatif(t, "", folder)
	require.Equal(t, 3, got.status)
	require.Empty(t, got.stdout)
	require.Contains(t, got.stderr, "whatif: "+folder+": ")
}

func TestOversize(t *testing.T) {
	file := filepath.Join(t.TempDir(), "large.json")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Truncate(file, scenario.MaxSize+1)) // a sparse file
	require.Equal(t, result{
		status: 3, stderr: "whatif: " + file + ": is larger than 268435456 bytes\n",
	}, whatif(t, "", file))
}

// brokenWriter fails, as a full disk does.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestBrokenOutput(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var stderr bytes.Buffer
		status := run([]string{"-format", format, "-"}, strings.NewReader(minimal), brokenWriter{}, &stderr, os.Getenv)
		require.Equal(t, 3, status)
		require.Equal(t, "whatif: standard output: no space left\n", stderr.String())
	}
}
