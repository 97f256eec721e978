package activation

import (
	"errors"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// licenseItems is what is to be known of the active license.
func (s OwnerStatus) licenseItems(now time.Time) (items []attention.Item) {
	if s.Unverified != nil {
		return []attention.Item{{
			Code: attention.Unverified, Severity: attention.Critical, Owner: s.Owner, Number: s.Number,
			Reasons: []string{codeOf(s.Unverified)},
		}}
	}
	if s.License == nil {
		return nil
	}
	for _, item := range []attention.Item{s.term(now), s.maintenance(now)} {
		if item.Code != "" {
			item.Owner, item.Number = s.Owner, s.License.Number
			items = append(items, item)
		}
	}
	if len(s.Blockers) > 0 {
		items = append(items, attention.Item{
			Code: attention.WouldBlock, Severity: attention.Warning, Owner: s.Owner, Number: s.License.Number, Blockers: s.Blockers,
		})
	}
	return items
}

// codeOf is why a stored license does not verify.
func codeOf(problem error) string {
	var refused *signed.Error
	if errors.As(problem, &refused) {
		return string(refused.Code)
	}
	return "altered"
}

// term says where the license stands in time, without a code if that is nothing
// to know.
func (s OwnerStatus) term(now time.Time) attention.Item {
	l := s.License
	end, ends := l.End()
	renewal, takesOver := s.renewal(end)
	item := attention.Item{Severity: attention.Critical, Renewal: renewal}
	switch l.StateAt(now) {
	case license.NotYetValid:
		item.Code, item.Until, item.Renewal = attention.NotYetValid, *l.ValidFrom, 0
	case license.Lapsed:
		item.Code, item.Since = attention.Lapsed, end
	case license.Grace:
		item.Code, item.Since, item.Until = attention.InGrace, *l.Expires, end
		if takesOver {
			item.Severity = attention.Warning
		}
	default:
		if !ends || now.Before(warnedFrom(l)) {
			return attention.Item{}
		}
		item.Code, item.Since, item.Until = attention.ExpiresSoon, warnedFrom(l), *l.Expires
		switch {
		case takesOver:
			item.Severity = attention.Info
		case now.Before(l.Expires.Add(-day)):
			item.Severity = attention.Warning
		}
	}
	return left(item, now)
}

// maintenance says that releases are, or soon will be, built too late for the
// license. Of a license that ends no later there is nothing to say before.
func (s OwnerStatus) maintenance(now time.Time) attention.Item {
	until := s.License.MaintenanceUntil
	if until == nil || s.License.StateAt(now) == license.Lapsed {
		return attention.Item{}
	}
	end, ends := s.License.End()
	item := attention.Item{Code: attention.MaintenanceEnded, Severity: attention.Warning, Since: *until}
	if now.Before(*until) {
		item = attention.Item{
			Code: attention.MaintenanceEndsSoon, Severity: attention.Warning, Since: until.Add(-soon), Until: *until,
		}
		if now.Before(item.Since) || ends && !end.After(*until) {
			return attention.Item{}
		}
	}
	for _, p := range s.offers() {
		if p.License != nil && p.License.Covers(until.Add(time.Nanosecond)) {
			item.Renewal = p.License.Number
			break
		}
	}
	return left(item, now)
}

// renewal returns the number of an offer that ends after the active license, and
// whether it takes that one's place in time by itself. One that does is named
// before others.
func (s OwnerStatus) renewal(end time.Time) (number int64, takesOver bool) {
	for _, p := range s.offers() {
		if p.License == nil {
			continue
		}
		if later, ends := p.License.End(); ends && !later.After(end) {
			continue
		}
		if takesOverAt(p, end) {
			return p.License.Number, true
		}
		if number == 0 {
			number = p.License.Number
		}
	}
	return number, false
}

// takesOverAt reports whether an offer waits for nobody and nothing but a
// beginning that is not after an instant.
func takesOverAt(p *Preview, end time.Time) bool {
	switch p.Waiting {
	case "":
		return true
	case WaitingNotYetValid:
		from := beginsAt(p)
		return !from.IsZero() && !from.After(end) && (p.Upcoming == nil || len(p.Upcoming.Blockers) == 0)
	}
	return false
}

// licenseTurns is when the license comes to stand elsewhere in time.
func (s OwnerStatus) licenseTurns() (turns []time.Time) {
	l := s.License
	if l == nil {
		return nil
	}
	if end, ends := l.End(); ends {
		turns = append(turns, warnedFrom(l), l.Expires.Add(-day), *l.Expires, end)
	}
	if l.ValidFrom != nil {
		turns = append(turns, *l.ValidFrom)
	}
	if until := l.MaintenanceUntil; until != nil {
		turns = append(turns, until.Add(-soon), *until)
	}
	return turns
}

// warnedFrom is from when on a license that ends is said to expire.
func warnedFrom(l *license.License) time.Time {
	if l.WarnFrom != nil {
		return *l.WarnFrom
	}
	return l.Expires.Add(-soon)
}
