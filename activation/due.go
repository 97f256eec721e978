package activation

import "time"

// due returns when there is something to do for the tenant: the earliest check,
// what begins, the next look at what needs attention, or the next day's samples
// of a tenant that has licenses. See docs/spec/planning.md, What is due.
func (x *transaction) due() time.Time {
	var due earliest
	due.consider(x.record.Look)
	for _, owner := range x.owners {
		due.consider(x.checkAt(owner))
		due.consider(x.nextBeginning(owner))
		if owner.Active != nil {
			due.consider(x.nextSample())
		}
	}
	return due.at
}

// earliest is the earliest of instants, zero for none.
type earliest struct{ at time.Time }

func (e *earliest) consider(at time.Time) {
	if !at.IsZero() && (e.at.IsZero() || at.Before(e.at)) {
		e.at = at
	}
}

// checkAt is when the source of an owner is to be asked, zero for never. It is
// now for an active license that has come not to verify: its owner is without
// rights until the source sends a copy.
func (s *situation) checkAt(owner OwnerRecord) time.Time {
	next := owner.Check.Next
	if s.unverified[owner.Owner] != nil && !owner.Check.Unverified && s.engine.sources[owner.Owner] != nil &&
		(next.IsZero() || next.After(s.now)) {
		return s.now
	}
	return next
}

// nextBeginning is the earliest instant, since what waits was last looked at, at
// which an offer or a state of the active license begins; zero for none.
func (s *situation) nextBeginning(owner OwnerRecord) time.Time {
	if owner.Settled.IsZero() && len(owner.Pending) > 0 {
		return s.now // an older program wrote it, and did not note when offers begin
	}
	var next earliest
	consider := func(at *time.Time) {
		if at != nil && at.After(owner.Settled) {
			next.consider(at.UTC())
		}
	}
	for _, begins := range beginnings(owner) {
		consider(&begins)
	}
	if opened := s.opened[owner.Owner]; opened != nil {
		l := opened.License
		if l.Expires != nil {
			consider(l.WarnFrom)
		}
		consider(l.Expires)
		consider(l.GraceUntil)
	}
	return next.at
}
