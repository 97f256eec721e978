//go:build unix

package regularfile

import "syscall"

// nonblocking is the flag by which opening a FIFO does not wait for a writer.
const nonblocking = syscall.O_NONBLOCK
