package activation

import (
	"time"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// offerItems is what is to be known of what waits, and of the owner's source.
func (s OwnerStatus) offerItems(now time.Time) (items []attention.Item) {
	for _, item := range []attention.Item{s.offer(now), s.identity(), s.failing(), s.notAsked(now)} {
		if item.Code != "" {
			item.Owner = s.Owner
			items = append(items, item)
		}
	}
	return items
}

// offer says what the pending offer waits for. One that waits for nothing is
// activated by the next check, and nobody need know.
func (s OwnerStatus) offer(now time.Time) attention.Item {
	if s.Pending == nil || s.Pending.Plan == nil {
		return attention.Item{}
	}
	item := attention.Item{Severity: attention.Warning, Number: s.Pending.Plan.To, Since: s.Pending.At}
	switch s.Pending.Waiting {
	case WaitingBlocked:
		item.Code, item.Blockers = attention.OfferBlocked, s.Pending.Plan.Blockers
	case WaitingFirst, WaitingPolicy:
		item.Code, item.Reasons = attention.OfferReady, []string{string(s.Pending.Waiting)}
	case WaitingNotYetValid:
		from := s.validFrom()
		if !now.Before(from) {
			return attention.Item{}
		}
		item.Code, item.Severity, item.Until = attention.OfferScheduled, attention.Info, from
	default:
		return attention.Item{}
	}
	return left(item, now)
}

// validFrom is when the pending offer becomes valid, zero if it has no such
// instant.
func (s OwnerStatus) validFrom() time.Time {
	if s.Pending == nil || s.Pending.License == nil || s.Pending.License.ValidFrom == nil {
		return time.Time{}
	}
	return *s.Pending.License.ValidFrom
}

// identity says who the licensee is said to be now, until that is expected.
func (s OwnerStatus) identity() attention.Item {
	said := s.Check.NewLicensee
	if s.Check.Outcome != source.KindIdentityChanged || said == nil ||
		s.Expected.With(planner.Expected{Serial: said.Serial, Company: said.Company}) == s.Expected {
		return attention.Item{}
	}
	return attention.Item{
		Code: attention.IdentityChange, Severity: attention.Warning,
		Licensee: &license.Licensee{Company: said.Company, Serial: said.Serial},
	}
}

// failing says that checks fail, and since when the source has not answered.
func (s OwnerStatus) failing() attention.Item {
	if s.Check.Failures < failuresInARow {
		return attention.Item{}
	}
	return attention.Item{
		Code: attention.SourceFailing, Severity: attention.Warning, Since: s.Check.LastSuccess,
		Count: int64(s.Check.Failures), Text: s.Check.Title,
	}
}

// notAsked says that nobody makes the checks that are due. It is measured from
// when the next one was due, so that a source which is to be asked once a month
// is not silent in between.
func (s OwnerStatus) notAsked(now time.Time) attention.Item {
	next := s.Check.Next
	if next.IsZero() || now.Before(next.Add(notAskedAfter)) {
		return attention.Item{}
	}
	return attention.Item{Code: attention.SourceNotAsked, Severity: attention.Warning, Since: next}
}
