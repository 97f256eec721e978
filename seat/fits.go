package seat

import "github.com/seatwright/seatwright/license"

// Fits reports whether a holder of a kind and type may have a module. It does
// not look at seats or requirements. Use it to offer only suitable modules in a
// form. This is the only place of the rule, for assignments and plans alike.
// See docs/spec/domain.md, Holders, assignments, seats.
func Fits(e *license.Entry, kind license.Kind, holderType string) bool {
	return e.Module.Kind == kind && e.Module.AllowsType(holderType)
}
