package sqlstore_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// spent is the time that passed, and the processor time of this process in it,
// which says more on a machine that others use as well.
type spent struct{ passed, processor time.Duration }

// spend adds what an operation takes.
func (s *spent) spend(b *testing.B, operation func()) {
	b.Helper()
	started, before := time.Now(), processorTime(b)
	operation()
	s.processor += processorTime(b) - before
	s.passed += time.Since(started)
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
