package memstore

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Copies are made on the way in and on the way out, so that nobody can change
// a state that others read.

// instant returns an instant as a database would return it, without a location
// and without the reading of a monotonic clock, so that nothing comes to rely
// on those.
func instant(t time.Time) time.Time { return t.UTC() }

func copyTenant(r activation.TenantRecord) activation.TenantRecord {
	r.Newest, r.NewestIssued = instant(r.Newest), instant(r.NewestIssued)
	r.Due, r.LeasedUntil, r.Sampled = instant(r.Due), instant(r.LeasedUntil), instant(r.Sampled)
	r.Look = instant(r.Look)
	return r
}

func copyOwner(r activation.OwnerRecord) activation.OwnerRecord {
	r.Active, r.Pending = copyStored(r.Active), copyStored(r.Pending)
	r.Check.LastTry, r.Check.LastSuccess = instant(r.Check.LastTry), instant(r.Check.LastSuccess)
	r.Check.Next = instant(r.Check.Next)
	r.Check.NewLicensee = copyLicensee(r.Check.NewLicensee)
	return r
}

func copyStored(stored *activation.StoredLicense) *activation.StoredLicense {
	if stored == nil {
		return nil
	}
	copied := *stored
	copied.Envelope, copied.At = slices.Clone(stored.Envelope), instant(stored.At)
	return &copied
}

func copyLicensee(l *license.Licensee) *license.Licensee {
	if l == nil {
		return nil
	}
	copied := *l
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
	e.FromLicensee, e.ToLicensee = copyLicensee(e.FromLicensee), copyLicensee(e.ToLicensee)
	e.Changes = slices.Clone(e.Changes)
	for i, c := range e.Changes {
		c.Fields = slices.Clone(c.Fields)
		c.InUse, c.NewInUse = copyFigure(c.InUse), copyFigure(c.NewInUse)
		c.Free, c.NewFree = copyFigure(c.Free), copyFigure(c.NewFree)
		e.Changes[i] = c
	}
	return e
}

func copyFigure(figure *int64) *int64 {
	if figure == nil {
		return nil
	}
	copied := *figure
	return &copied
}
