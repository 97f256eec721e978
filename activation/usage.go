package activation

import (
	"context"
	"time"

	"github.com/seatwright/seatwright/license"
)

// MaxUsageDays is the length of the longest period of [Tenant.Usage], ten years.
const MaxUsageDays = 3660

// Usage is how many seats were used in a period, by the daily samples. It marshals
// to JSON; [Usage.WriteCSV] writes it for a spreadsheet, and [Usage.Sign] for a
// vendor. It has no holders.
type Usage struct {
	// Tenant is the host's ID of the tenant.
	Tenant string `json:"tenant"`
	// From and To are the first and the last day, both midnight UTC, and Days is
	// how many days the period has, both of them included.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	Days int64     `json:"days"`
	// At is the effective instant at which it was read. The days after it have no
	// samples yet.
	At time.Time `json:"at,omitzero"`
	// Owners is those that have a license now or samples in the period, ordered
	// by name. It is never nil.
	Owners []OwnerUsage `json:"owners"`
}

// OwnerUsage is how many seats of an owner's modules were used.
type OwnerUsage struct {
	Owner string `json:"owner"`
	// Licensee and Number are those of the license that is active now, also if it
	// does not verify; zero if none is.
	Licensee license.Licensee `json:"licensee,omitzero"`
	Number   int64            `json:"number,omitzero"`
	// Modules is those for users and satellites that are licensed now or have
	// samples in the period, ordered by name. It is never nil.
	Modules []ModuleUsage `json:"modules"`
}

// ModuleUsage is how many seats of a module were used. A day without a sample
// counts in none of its figures.
type ModuleUsage struct {
	Module string `json:"module"`
	// Hidden says that the license that is active now hides the module from
	// screens. Its figures are like those of others.
	Hidden bool `json:"hidden,omitzero"`
	// Days is how many days have a sample.
	Days int64 `json:"days"`
	// Peak is the most seats in use, and PeakDay the first day with so many; zero
	// where none were.
	Peak    int64     `json:"peak"`
	PeakDay time.Time `json:"peakDay,omitzero"`
	// SeatDays is the sum of the seats in use, day by day, and Average its share of
	// a day, rounded to hundredths.
	SeatDays int64   `json:"seatDays"`
	Average  float64 `json:"average"`
	// Capacity and Unrestricted are those of the last sample: what was bought and
	// the overdraft, or no limit.
	Capacity     int64 `json:"capacity"`
	Unrestricted bool  `json:"unrestricted,omitzero"`
	// Full is how many days had no free seat.
	Full int64 `json:"full"`
	// Overdraft is how many days had more seats in use than were bought.
	// OverdraftPeak is the most beyond that on a day, and OverdraftSeatDays the sum
	// over these days. Days on which a license had fewer seats than were in use
	// count too.
	Overdraft         int64 `json:"overdraft"`
	OverdraftPeak     int64 `json:"overdraftPeak"`
	OverdraftSeatDays int64 `json:"overdraftSeatDays"`
	// Wished is how many days had holders who should have had a seat and had none,
	// by [Actor.Sync], and WishedPeak the most of them on a day.
	Wished     int64 `json:"wished"`
	WishedPeak int64 `json:"wishedPeak"`
}

// Usage returns how many seats were used from one day to another, both included.
// A day is one of UTC, whatever the time of the instants is: the first quarter of
// 2026 is from 2026-01-01 to 2026-03-31.
//
// It is made of [Tenant.Samples], which RenewDue takes once a day, the first
// time it looks at a tenant on that day. Changes between two samples are not in
// it. A day on which no process looked, or on which the module was not
// licensed, has no sample. See docs/spec/usage.md.
//
// It is read in one transaction. A period that ends before it begins, or is longer
// than [MaxUsageDays], is refused with [ErrInvalid].
func (t *Tenant) Usage(ctx context.Context, from, to time.Time) (*Usage, error) {
	from, to = from.UTC().Truncate(day), to.UTC().Truncate(day)
	return run(ctx, t.operation(OperationUsage, ""), func(ctx context.Context, o *operation) (*Usage, error) {
		days := int64(to.Sub(from)/day) + 1
		if to.Before(from) || days > MaxUsageDays {
			return nil, invalid("a period of %d days, from %s to %s", days, from.Format(time.DateOnly), to.Format(time.DateOnly))
		}
		return look(ctx, o, verifyRecent, func(ctx context.Context, s *situation) (*Usage, error) {
			used := s.licensed()
			for begin := from; !begin.After(to); begin = begin.Add(samplePage) {
				samples, err := s.Samples(ctx, "", begin, earlier(begin.Add(samplePage-day), to))
				if err != nil {
					return nil, err
				}
				used.add(samples...)
			}
			return &Usage{Tenant: o.id, From: from, To: to, Days: days, At: s.now, Owners: used.owners(s.owners)}, nil
		})
	})
}

// licensed is the usage of what is licensed, before any sample.
func (s *situation) licensed() usage {
	used := make(usage)
	for _, e := range s.licenses.Entries() {
		if e.Module.Kind.Assignable() {
			used.module(e.Name).Hidden = e.Module.Hidden
		}
	}
	return used
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
