package occupancy

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Cascade returns, ordered, which of the modules that are assigned to a holder
// after a release must end with it: those that require a module which was
// there for the holder before and is not after, repeated until nothing more
// ends. What a bundle requires is also what anything that it includes
// requires. A module is there for a holder when it is licensed and it is a
// site module or the holder occupies it. A module that no license has requires
// nothing. What is named in stays does not end.
func Cascade(licenses *license.Set, before, after []string, stays ...string) []string {
	was := Of(licenses, before)
	left := nameset.Of(after)
	var ended []string
	for {
		is := Of(licenses, left)
		kept := slices.DeleteFunc(slices.Clone(left), func(module string) bool {
			return !slices.Contains(stays, module) && Loses(licenses.Module(module), was, is)
		})
		if len(kept) == len(left) {
			slices.Sort(ended)
			return ended
		}
		for _, module := range left {
			if _, stays := slices.BinarySearch(kept, module); !stays {
				ended = append(ended, module)
			}
		}
		left = kept
	}
}

// Loses reports whether a module, or what it includes, requires one that was
// there for the holder and is not any more. No license's (nil) requires nothing.
func Loses(e *license.Entry, was, is Set) bool {
	if e == nil {
		return false
	}
	for _, m := range WithIncluded(e) {
		for _, r := range m.Requires {
			if was.Meets(r) && !is.Meets(r) {
				return true
			}
		}
	}
	return false
}
