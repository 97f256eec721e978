// Package nameset makes sets of names comparable: whoever lists them in another
// order, or twice, means the same.
package nameset

import "slices"

// Cut returns the names as [Of] does, cut off the end of a list with room for
// them, and the list with them. Many small sets share one list.
func Cut(list, names []string) (set, rest []string) {
	begin := len(list)
	list = append(list, names...)
	slices.Sort(list[begin:])
	set = slices.Compact(list[begin:])
	return set[:len(set):len(set)], list
}

// Of returns the names in bytewise order, each once. It copies, so that the
// caller's list stays as it is.
func Of(names []string) []string {
	set := append([]string(nil), names...)
	slices.Sort(set)
	return slices.Compact(set)
}
