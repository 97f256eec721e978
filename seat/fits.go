package seat

import "github.com/seatwright/seatwright/license"

// Fits reports whether a holder of a kind and type may hold a module, by the
// module and its license. It is the one place of that rule: assignments are
// refused by it, and plans are blocked. See docs/spec/domain.md, Holders,
// assignments, seats.
func Fits(e *license.Entry, kind license.Kind, holderType string) bool {
	return e.Module.Kind == kind && e.Module.AllowsType(holderType)
}
