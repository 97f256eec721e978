//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLedgerComesFirst: a license is written when the ledger has it on the disk,
// and not before.
func TestLedgerComesFirst(t *testing.T) {
	v := department(t)
	v.write("next.json", licenseFor("4711", 8, nil))
	before := v.files()
	_, stderr, status := v.run("", "issue", "-key", "root.jwk", "-feed", "feed", "-ledger", "/dev/null", "next.json")
	if status != exitFailed || !strings.HasPrefix(stderr, "vendor: sync /dev/null: ") {
		t.Errorf("a ledger that is on no disk: status %d, %q", status, stderr)
	}
	if diff := cmp.Diff(before, v.files()); diff != "" {
		t.Errorf("it was written all the same:\n%s", diff)
	}
	tooLong := strings.Repeat("x", 300) // too long for the name of a file
	_, stderr, status = v.run("", "issue", "-key", "root.jwk", "-force", "-out", tooLong, "-ledger", "ledger.jsonl", "next.json")
	if status != exitFailed || !strings.HasPrefix(stderr, "vendor: rename ") {
		t.Errorf("a license that can't be written: status %d, %q", status, stderr)
	}
	if printed := v.mustRun("ledger", "ledger.jsonl"); !strings.HasPrefix(printed, "acme/4711\t2 issued\tlast 8\t") {
		t.Errorf("the ledger has %q", printed)
	}
}
