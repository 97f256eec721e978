package license

import "time"

// State is where a license stands in time. See docs/spec/domain.md, Where a
// license stands in time.
type State string

// The states of a license, in their order in time.
const (
	// NotYetValid: it may not be activated yet, and counts as not there.
	NotYetValid State = "not-yet-valid"
	// Active: everything works.
	Active State = "active"
	// Warning: everything works, and administrators are reminded of the expiry.
	Warning State = "warning"
	// Grace: it has expired, and everything works for a while yet.
	Grace State = "grace"
	// Lapsed: it has ended.
	Lapsed State = "lapsed"
)

// StateAt returns the state of the license at an instant. At the very instant
// at which a state begins, it holds.
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

// End returns the effective end of the license, the instant at which it is
// [Lapsed]: the end of its grace, otherwise its expiry. It reports false for a
// license that never ends.
func (l *License) End() (time.Time, bool) {
	switch {
	case l.GraceUntil != nil:
		return *l.GraceUntil, true
	case l.Expires != nil:
		return *l.Expires, true
	}
	return time.Time{}, false
}

// Covers reports whether the license covers a release of the product that was
// built at an instant: maintenance has no end, or the release was not built
// after it. See docs/spec/domain.md, Where a license stands in time.
func (l *License) Covers(builtAt time.Time) bool {
	return l.MaintenanceUntil == nil || !builtAt.After(*l.MaintenanceUntil)
}
