package seatwright_test

import (
	"fmt"
	"os"
	"testing"
)

// TestMain says at the start of `go test work` how long it takes. It says so on
// the terminal, because go test shows what a package prints only if it fails.
func TestMain(m *testing.M) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		_, _ = fmt.Fprintln(terminal, "The tests of all modules take two to five minutes on two cores where only Go is installed, and seven with every database and browser.")
		_ = terminal.Close()
	}
	os.Exit(m.Run())
}
