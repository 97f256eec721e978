package planner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
)

// TestScenarios plans every case in testdata, and compares the JSON of the
// plan byte for byte.
func TestScenarios(t *testing.T) {
	const folder = "testdata/scenarios"
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scenarios in %s, error %v", len(files), folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { runScenario(t, readFile(t, file)) })
	}
	for _, list := range []string{"random", "random-switches"} {
		lines := bytes.Split(bytes.TrimSpace(readFile(t, folder+"/"+list+".jsonl")), []byte("\n"))
		for i, line := range lines {
			t.Run(fmt.Sprintf("%s/%d", list, i+1), func(t *testing.T) { runScenario(t, line) })
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func runScenario(t *testing.T, text []byte) {
	t.Helper()
	s, err := scenario.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, s.Expect, "", "  "); err != nil {
		t.Fatalf("expect: %v", err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", s.Name, diff)
	}
	for _, b := range p.Blockers {
		ids := affectedIDs(t, p, b, s.Holders)
		if int64(len(ids)) != b.Affected {
			t.Errorf("%s of %s affects %d holders, and %d are listed", b.Kind, b.Module, b.Affected, len(ids))
		}
		if diff := cmp.Diff(b.Holders, ids); b.Kind != planner.OverAllocated && diff != "" {
			t.Errorf("%s of %s (-expected +got):\n%s", b.Kind, b.Module, diff)
		}
	}
}
