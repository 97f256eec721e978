//go:build !unix

package regularfile

// nonblocking is nothing where FIFOs have no name in the file system.
const nonblocking = 0
