package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// TestPreview plans the license of each scenario that was made by hand, and says
// what the scenario expects: of a document as of an envelope.
func TestPreview(t *testing.T) {
	files, err := filepath.Glob("../../activation/planner/testdata/scenarios/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	scenarios := make(map[string][]byte)
	for _, file := range files {
		if scenarios[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	blocked := 0
	for file, data := range scenarios {
		var asked struct {
			Offered json.RawMessage
			Expect  planned
		}
		if err := json.Unmarshal(data, &asked); err != nil {
			t.Fatal(err)
		}
		v.write("scenario.json", string(data))
		v.write("license.json", string(asked.Offered))
		stdout, stderr, status := v.run("", "preview", "license.json", "scenario.json")
		e := asked.Expect
		if want := fmt.Sprintf("%s %d → %d: %s\n", e.Owner, e.From, e.To, e.Status); stdout != want {
			t.Errorf("%s: it prints %q, %q; want %q", file, stdout, stderr, want)
		}
		var got []string
		for line := range strings.Lines(stderr) {
			code, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "warning: ")), ":")
			got = append(got, code)
		}
		want := append(append([]string(nil), e.Warnings...), e.Rejections...)
		for _, b := range e.Blockers {
			want = append(want, b.Kind)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: what it tells (-want +got):\n%s", file, diff)
		}
		if fails := len(e.Rejections)+len(e.Blockers) > 0; fails != (status == exitFailed) {
			t.Errorf("%s: status %d", file, status)
		}
		blocked += len(e.Blockers)
	}
	if blocked == 0 {
		t.Error("no scenario is blocked")
	}
}

func TestPreviewOfAnEnvelope(t *testing.T) {
	v := department(t)
	v.write("scenario.json", `{"name":"what acme/4711 has","now":"2026-06-01T00:00:00Z",
		"active":[`+licenseFor("4711", 6, nil)+`],
		"holders":[{"id":"u1","assigned":["acme.web"]},{"id":"u2","assigned":["acme.web"]}]}`)
	v.mustRun("preview", "feed/acme/4711.license.json", "scenario.json")
	v.write("next.json", strings.Replace(licenseFor("4711", 7, nil), `"quantity": 21`, `"quantity": 1`, 1))
	_, stderr, status := v.run("", "preview", "next.json", "scenario.json")
	if want := "over-allocated: acme.web has 2 in use and 1 available; to be released: 1\n"; status != exitFailed || !strings.HasSuffix(stderr, want) {
		t.Errorf("status %d, %q; want %q", status, stderr, want)
	}
	for name, text := range map[string]string{"no JSON": "{", "no scenario": `{"name":"n"}`, "unknown": `{"named":"n"}`, "twice": `{"name":"n","name":"n","now":"2026-06-01T00:00:00Z"}`} {
		v.write("scenario.json", text)
		if stdout, stderr, status := v.run("", "preview", "next.json", "scenario.json"); status != exitFailed || stdout != "" || !strings.HasPrefix(stderr, "vendor: scenario.json: ") {
			t.Errorf("%s: status %d, %q, %q", name, status, stdout, stderr)
		}
	}
}

// TestPreviewOfAnExport: the export of a host is previewed as it is.
func TestPreviewOfAnExport(t *testing.T) {
	v := department(t)
	trust, err := signed.ParseTrust(v.read("trust.json"))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC) }
	engine, err := activation.New(memstore.New(), trust, activation.WithClock(now))
	if err != nil {
		t.Fatal(err)
	}
	crm := engine.Tenant("customer")
	eva := crm.As("eva")
	var export bytes.Buffer
	load := func() error {
		_, err := eva.Load(t.Context(), bytes.NewReader(v.read("feed/acme/4711.license.json")))
		return err
	}
	fill := func() error {
		_, _, err := eva.Fill(t.Context(), "acme.web", seat.Holder{ID: "ann", Kind: license.User}, seat.Holder{ID: "bob", Kind: license.User})
		return err
	}
	err = errors.Join(eva.Expect(t.Context(), "acme", planner.Expected{Serial: "4711"}), load(), fill(), crm.Scenario(t.Context(), "acme", &export))
	if err != nil {
		t.Fatal(err)
	}
	v.write("scenario.json", export.String())
	v.write("next.json", strings.Replace(licenseFor("4711", 8, nil), `"quantity": 21`, `"quantity": 1`, 1))
	stdout, stderr, _ := v.run("", "preview", "next.json", "scenario.json")
	if !strings.HasPrefix(stdout, "acme 7 → 8: blocked\n") || !strings.Contains(stderr, "over-allocated: acme.web has 2 in use and 1 available; to be released: 1\n") {
		t.Errorf("%q, %q", stdout, stderr)
	}

	export.Reset() // the scenario names the number, even if the license is gone
	_, err = eva.Remove(t.Context(), "acme")
	if err = errors.Join(err, crm.Scenario(t.Context(), "acme", &export)); err != nil {
		t.Fatal(err)
	}
	v.write("scenario.json", export.String())
	v.write("next.json", strings.Replace(licenseFor("4711", 7, nil), `"quantity": 21`, `"quantity": 22`, 1))
	for file, want := range map[string]string{"next.json": "number-reused: the license would be refused\n", "license.json": ""} {
		if _, stderr, status := v.run("", "preview", file, "scenario.json"); stderr != want || (status == exitOK) != (want == "") {
			t.Errorf("%s: status %d, %q; want %q", file, status, stderr, want)
		}
	}
}
