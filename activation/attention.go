package activation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/license"
)

const (
	// soon is how long before its end a license without a warnFrom is said to
	// expire, and maintenance to end.
	soon = 30 * day
	// nearlyFull is how much of the capacity is nearly all, in percent.
	nearlyFull = 85
	// failuresInARow is how many checks have to fail before that is to be known.
	failuresInARow = 3
	// notAskedAfter is how long after it was due a check is overdue.
	notAskedAfter = day
)

// Attention returns what somebody should know about the tenant at an instant of
// the host's clock, the most severe first, then by owner, module and code. It is
// a pure function of the status, of which it needs no fresh one for each
// instant: what changes with time alone is said as it is at that instant. It
// returns nil if all is well. See docs/spec/attention.md.
//
// [WithAttention] tells of each item once, so that nobody need ask.
func (s *TenantStatus) Attention(clock time.Time) []attention.Item {
	now := effective(clock, s.Recorded)
	items := s.tenantItems(clock)
	for _, owner := range s.Owners {
		items = append(items, owner.licenseItems(now)...)
		items = append(items, owner.offerItems(now)...)
		items = append(items, owner.moduleItems()...)
	}
	for i := range items {
		if noted := s.notes.of(items[i]); items[i].Since.IsZero() && noted != nil {
			items[i].Since = noted.Since
		}
		items[i].Since, items[i].Until = items[i].Since.UTC(), items[i].Until.UTC()
	}
	slices.SortStableFunc(items, func(a, b attention.Item) int {
		switch {
		case a.Severity.Above(b.Severity):
			return -1
		case b.Severity.Above(a.Severity):
			return 1
		}
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Module, b.Module), cmp.Compare(a.Code, b.Code))
	})
	return items
}

func (s *TenantStatus) tenantItems(clock time.Time) (items []attention.Item) {
	if s.Recorded.Sub(clock) > clockTolerance {
		items = append(items, attention.Item{
			Code: attention.ClockInDoubt, Severity: attention.Critical, Until: s.Recorded.Add(-clockTolerance),
		})
	}
	if len(s.Drift) > 0 {
		item := attention.Item{Code: attention.DriftFound, Severity: attention.Critical}
		for _, code := range slices.Sorted(maps.Keys(s.Drift)) {
			item.Reasons = append(item.Reasons, string(code))
			item.Count += s.Drift[code]
		}
		items = append(items, item)
	}
	for _, module := range slices.Sorted(maps.Keys(s.Unlicensed)) {
		owner, _ := license.SplitName(module)
		items = append(items, attention.Item{
			Code: attention.Unlicensed, Severity: attention.Critical, Owner: owner, Module: module, Count: s.Unlicensed[module],
		})
	}
	return append(items, s.wishItems()...)
}

// wishItems is one for each module that holders should have and can't be given.
// Wishes are counted by module.
func (s *TenantStatus) wishItems() (items []attention.Item) {
	for _, w := range s.Wishes {
		owner, _ := license.SplitName(w.Module)
		if m := s.Owner(owner).Module(w.Module).Module; m != nil && m.Hidden {
			continue
		}
		if last := len(items) - 1; last < 0 || items[last].Module != w.Module {
			items = append(items, attention.Item{
				Code: attention.WishesUnmet, Severity: attention.Warning, Owner: owner, Module: w.Module,
			})
		}
		item := &items[len(items)-1]
		item.Count += w.Count
		item.Reasons = append(item.Reasons, w.Rule)
	}
	return items
}

// turns returns the instants at which Attention says something else although
// nothing else has happened.
func (s *TenantStatus) turns() []time.Time {
	// As long as the clock is behind, the effective instant stands still, so that
	// the end of it is a moment later.
	turns := []time.Time{s.Recorded.Add(-clockTolerance + time.Microsecond)}
	for _, owner := range s.Owners {
		turns = append(turns, owner.licenseTurns()...)
		for _, offered := range owner.offers() {
			turns = append(turns, beginsAt(offered))
		}
		if next := owner.Check.Next; !next.IsZero() {
			turns = append(turns, next.Add(notAskedAfter))
		}
	}
	return turns
}

// left fills in how long it is until an item's Until.
func left(item attention.Item, now time.Time) attention.Item {
	switch left := item.Until.Sub(now); {
	case left > day:
		item.Days = int(left / day)
	case left > 0:
		item.Hours = int((left + time.Hour - 1) / time.Hour)
	}
	return item
}
