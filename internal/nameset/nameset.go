// Package nameset makes sets of names comparable: whoever lists them in another
// order, or twice, means the same.
package nameset

import "slices"

// Of returns the names in bytewise order, each once. It copies, so that the
// caller's list stays as it is.
func Of(names []string) []string {
	set := append([]string(nil), names...)
	slices.Sort(set)
	return slices.Compact(set)
}
