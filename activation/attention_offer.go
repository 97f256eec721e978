package activation

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// offerItems is what is to be known of what waits, and of the owner's source.
func (s OwnerStatus) offerItems(now time.Time) (items []attention.Item) {
	for _, offered := range s.offers() {
		items = append(items, offerItem(offered, now))
	}
	items = append(items, s.identity(), s.refused(), s.serial(), s.failing(), s.notAsked(now))
	items = slices.DeleteFunc(items, func(item attention.Item) bool { return item.Code == "" })
	for i := range items {
		items[i].Owner = s.Owner
	}
	return items
}

// offers is all that waits for the owner.
func (s OwnerStatus) offers() []*Preview {
	return slices.DeleteFunc(append([]*Preview{s.Pending}, s.Others...), func(p *Preview) bool { return p == nil || p.Plan == nil })
}

// offerItem says what an offer waits for. One that waits for nothing is
// activated by the next check, and nobody need know.
func offerItem(offered *Preview, now time.Time) attention.Item {
	item := attention.Item{Severity: attention.Warning, Number: offered.Plan.To, Since: offered.At}
	switch offered.Waiting {
	case WaitingBlocked:
		item.Code, item.Blockers = attention.OfferBlocked, offered.Plan.Blockers
		if offered.Solved {
			item.Code, item.Blockers, item.Reasons = attention.OfferReady, nil, []string{"selected"}
		}
	case WaitingSchedule:
		item.Code, item.Text, item.Reasons = attention.OfferBlocked, offered.Misfit, []string{string(WaitingSchedule)}
	case WaitingWithdrawn:
		item.Code, item.Since = attention.OfferWithdrawn, offered.Withdrawn
	case WaitingFirst, WaitingPolicy, WaitingNumber:
		item.Code, item.Reasons = attention.OfferReady, []string{string(offered.Waiting)}
	case WaitingNotYetValid:
		from := beginsAt(offered)
		if !now.Before(from) {
			return attention.Item{}
		}
		item.Code, item.Until = attention.OfferScheduled, from
		if offered.Upcoming != nil {
			item.Blockers = offered.Upcoming.Blockers
		}
		if len(item.Blockers) == 0 {
			item.Severity, item.Blockers = attention.Info, nil
		}
	default:
		return attention.Item{}
	}
	return left(item, now)
}

// beginsAt is when an offer becomes valid, zero if it has no such instant.
func beginsAt(offered *Preview) time.Time {
	if offered.License == nil {
		return time.Time{}
	}
	return orZero(offered.License.ValidFrom)
}

// refused says what the source has sent last that was refused, and why.
func (s OwnerStatus) refused() attention.Item {
	r := s.Check.Refused
	if r == nil {
		return attention.Item{}
	}
	item := attention.Item{
		Code: attention.RenewalRefused, Severity: attention.Warning, Number: r.Number, Since: r.At, Text: r.Detail,
	}
	if r.Licensee != (license.Licensee{}) {
		item.Licensee = &r.Licensee
	}
	for _, rejection := range r.Rejections {
		item.Reasons = append(item.Reasons, string(rejection))
	}
	if r.Code != "" {
		item.Reasons = append(item.Reasons, string(r.Code))
	}
	slices.Sort(item.Reasons)
	return item
}

// serial says that the source refuses the serial that was entered.
func (s OwnerStatus) serial() attention.Item {
	if s.Before == nil || s.Check.Outcome != source.KindProblem || s.Check.Reason != source.ReasonRefused ||
		license.SameText(s.Expected.Serial, s.Licensee.Serial) {
		return attention.Item{}
	}
	return attention.Item{Code: attention.SerialInDoubt, Severity: attention.Warning, Number: s.Number}
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

// failing says that checks fail, and since when the source has not answered. A
// license that was refused is no failure of the source, and has its own code.
func (s OwnerStatus) failing() attention.Item {
	if s.Check.Failures < failuresInARow || s.Check.Refused != nil && s.Check.Title == unacceptable {
		return attention.Item{}
	}
	item := attention.Item{
		Code: attention.SourceFailing, Severity: attention.Warning, Since: s.Check.LastSuccess,
		Count: int64(s.Check.Failures), Text: s.Check.Title,
	}
	if s.Check.Reason != "" {
		item.Reasons = []string{string(s.Check.Reason)}
	}
	return item
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
