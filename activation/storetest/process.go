package storetest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// placeOfChild is the environment variable by which a process that is to be
// killed is told the place where it writes.
const placeOfChild = "SEATWRIGHT_STORETEST_PLACE"

// report begins the lines by which such a process reports what was stored.
const report = "storetest stored "

// killAfter starts a process that writes, kills it a while after so many
// reports, and notes the last report of each tenant.
func (e *env) killAfter(reports int, while time.Duration, stored map[string]int64) {
	e.Helper()
	program, err := os.Executable()
	if err != nil {
		e.Fatalf("finding the test binary: %v", err)
	}
	child := exec.CommandContext(e.Context(), program, "-test.run="+thisRun(e.T), "-test.count=1", "-test.timeout=2m")
	child.Env = append(os.Environ(), placeOfChild+"="+e.place)
	var complaints bytes.Buffer
	child.Stderr = &complaints
	output, err := child.StdoutPipe()
	if err != nil {
		e.Fatalf("starting a process that writes: %v", err)
	}
	if err := child.Start(); err != nil {
		e.Fatalf("starting a process that writes: %v", err)
	}
	var other []string
	seen := 0
	for lines := bufio.NewScanner(output); lines.Scan(); {
		var tenant string
		var n int64
		if _, err := fmt.Sscanf(lines.Text(), report+"%s %d", &tenant, &n); err != nil {
			other = append(other, lines.Text())
			continue
		}
		stored[tenant] = n
		if seen++; seen == reports {
			<-time.After(while)
			if err := child.Process.Kill(); err != nil {
				e.Errorf("killing a process that writes: %v", err)
			}
		}
	}
	if err := child.Wait(); err == nil || seen < reports {
		e.Errorf("a process that writes ended by itself (%v) after %d reports, want %d:\n%s\n%s",
			err, seen, reports, strings.Join(other, "\n"), complaints.String())
	}
}

// thisRun is the -test.run that runs the test that called Run: this one
// without the promise and the case.
func thisRun(t *testing.T) string {
	t.Helper()
	names := strings.Split(t.Name(), "/")
	for i, name := range names {
		names[i] = "^" + regexp.QuoteMeta(name) + "$"
	}
	return strings.Join(names[:len(names)-2], "/")
}

// hammer writes to a place until it is killed.
func hammer(t *testing.T, factory Factory, place string) {
	t.Helper()
	const enough = 1_000_000
	store := factory.Open(t, place)
	var group sync.WaitGroup
	for _, tenant := range hammered {
		group.Go(func() {
			for range enough {
				n, err := hammerOnce(t.Context(), store, tenant)
				if err != nil {
					t.Errorf("Update: %v", err)
					return
				}
				// One call of the system, so that no line is cut in two.
				if _, err := fmt.Fprintf(os.Stdout, "%s%s %d\n", report, tenant, n); err != nil {
					return // the parent process has gone
				}
			}
		})
	}
	group.Wait()
}

func hammeredHolder(n int64, module string) seat.Holder {
	return seat.Holder{ID: fmt.Sprintf("h%06d", n), Kind: license.User, Type: fmt.Sprint(n % 2), Assigned: []string{module}}
}
