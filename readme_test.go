package seatwright_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmeShowsTheExample compares the README's lines with those of Example,
// which runs.
func TestReadmeShowsTheExample(t *testing.T) {
	source := read(t, "example_test.go")
	_, body, found := strings.Cut(source, "func host(")
	if !found {
		t.Fatal("example_test.go has no host")
	}
	want := strings.TrimSpace("func host(" + body)

	_, shown, found := strings.Cut(read(t, "README.md"), "```go\n")
	if !found {
		t.Fatal("README.md has no Go code")
	}
	got, _, _ := strings.Cut(shown, "\n```")
	if diff := cmp.Diff(want, strings.TrimSpace(got)); diff != "" {
		t.Errorf("README.md differs from Example (-example +README):\n%s", diff)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
