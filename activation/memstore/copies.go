package memstore

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// Copies are made on the way in and on the way out, so that nobody can change a
// state that others read.

// instant returns an instant as a database would return it: without a location
// and without a monotonic clock reading, so that nothing comes to rely on
// those.
func instant(t time.Time) time.Time { return t.UTC() }

func copyTenant(r activation.TenantRecord) activation.TenantRecord {
	r.Newest, r.NewestIssued = instant(r.Newest), instant(r.NewestIssued)
	r.Due, r.LeasedUntil, r.Sampled = instant(r.Due), instant(r.LeasedUntil), instant(r.Sampled)
	r.Look = instant(r.Look)
	return r
}

func copyOwner(r activation.OwnerRecord) activation.OwnerRecord {
	r.Before, r.Active = copyOf(r.Before), copyStored(r.Active)
	r.Pending = slices.Clone(r.Pending)
	for i := range r.Pending {
		r.Pending[i] = *copyStored(&r.Pending[i])
	}
	r.Settled, r.Raised = instant(r.Settled), slices.Clone(r.Raised)
	r.Check.LastTry, r.Check.LastSuccess = instant(r.Check.LastTry), instant(r.Check.LastSuccess)
	r.Check.Next = instant(r.Check.Next)
	r.Check.NewLicensee = copyOf(r.Check.NewLicensee)
	r.Check.Refused = copyRefusal(r.Check.Refused)
	return r
}

func copyStored(stored *activation.StoredLicense) *activation.StoredLicense {
	if stored == nil {
		return nil
	}
	copied := *stored
	copied.Envelope, copied.At = slices.Clone(stored.Envelope), instant(stored.At)
	copied.Begins, copied.Offered, copied.Withdrawn = instant(stored.Begins), instant(stored.Offered), instant(stored.Withdrawn)
	copied.Selected = stored.Selected.And(planner.Selection{})
	copied.Schedule = copySchedule(stored.Schedule)
	return &copied
}

func copySchedule(schedule *activation.Schedule) *activation.Schedule {
	if schedule == nil {
		return nil
	}
	copied := *schedule
	copied.Selection, copied.At = schedule.And(planner.Selection{}), instant(schedule.At)
	return &copied
}

func copyRefusal(refused *activation.RefusedLicense) *activation.RefusedLicense {
	if refused == nil {
		return nil
	}
	copied := *refused
	copied.Rejections, copied.Hidden = slices.Clone(refused.Rejections), slices.Clone(refused.Hidden)
	for _, at := range []*time.Time{&copied.At, &copied.IssuedAt, &copied.ValidFrom, &copied.Expires, &copied.GraceUntil} {
		*at = instant(*at)
	}
	return &copied
}

func copyOf[T any](value *T) *T {
	if value == nil {
		return nil
	}
	copied := *value
	return &copied
}

func copyHolders(holders []*holder) []seat.Holder {
	copied := make([]seat.Holder, len(holders))
	for i, h := range holders {
		copied[i] = h.Holder
		copied[i].Assigned = slices.Clone(h.Assigned)
	}
	return copied
}

func copyHistoryEntry(e activation.HistoryEntry) activation.HistoryEntry {
	e.At = instant(e.At)
	e.FromLicensee, e.ToLicensee = copyOf(e.FromLicensee), copyOf(e.ToLicensee)
	e.Changes = slices.Clone(e.Changes)
	for i, c := range e.Changes {
		c.Fields = slices.Clone(c.Fields)
		c.InUse, c.NewInUse = copyOf(c.InUse), copyOf(c.NewInUse)
		c.Free, c.NewFree = copyOf(c.Free), copyOf(c.NewFree)
		e.Changes[i] = c
	}
	return e
}
