package license

import "time"

// State tells where a license stands in time. See docs/spec/domain.md, Where a
// license stands in time.
type State string

// The states of a license, in the order in which it passes through them.
const (
	// NotYetValid: the license may not be activated yet, and counts as
	// absent.
	NotYetValid State = "not-yet-valid"
	// Active: everything works.
	Active State = "active"
	// Warning: everything works, and administrators are reminded that the
	// license expires.
	Warning State = "warning"
	// Grace: the license has expired, and everything still works for a while.
	Grace State = "grace"
	// Lapsed: the license has ended, its grace period included.
	Lapsed State = "lapsed"
)

// StateAt returns the state of the license at an instant. A state includes the
// instant at which it begins.
func (l *License) StateAt(now time.Time) State {
	reached := func(instant *time.Time) bool { return instant != nil && !now.Before(*instant) }
	end, ends := l.End()
	switch {
	case l.ValidFrom != nil && now.Before(*l.ValidFrom):
		return NotYetValid
	case ends && reached(&end):
		return Lapsed
	case reached(l.Expires):
		return Grace
	case l.Expires != nil && reached(l.WarnFrom):
		return Warning
	}
	return Active
}

// End returns the instant at which the license is [Lapsed]: the end of its
// grace period, or its expiry if it has none. It returns false for a license
// that never ends.
func (l *License) End() (time.Time, bool) {
	switch {
	case l.GraceUntil != nil:
		return *l.GraceUntil, true
	case l.Expires != nil:
		return *l.Expires, true
	}
	return time.Time{}, false
}

// Covers reports whether maintenance covers a product release that was built at
// an instant. It does if maintenance has no end, or if the release was not
// built after that end. Use it before an update, to ask whether the customer
// may install it. See docs/spec/domain.md, Where a license stands in time.
func (l *License) Covers(builtAt time.Time) bool {
	return l.MaintenanceUntil == nil || !builtAt.After(*l.MaintenanceUntil)
}
