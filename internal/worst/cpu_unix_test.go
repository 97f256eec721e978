//go:build unix

package worst_test

import (
	"syscall"
	"time"
)

// cpu is how long this program has kept processors busy.
func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
