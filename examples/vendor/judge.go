package main

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

const (
	// maxAhead is how far ahead of the clock a license may say that it was issued.
	maxAhead = 24 * time.Hour
	// maxJump is how far a number may be above the one before.
	maxJump = 1_000_000
)

// previous is the license that was issued last for an owner and a serial. The zero
// value is none.
type previous struct {
	number int64
	digest string     // of what was signed
	where  string     // it was found
	end    *time.Time // of the license, where it is at hand and ends
}

// judge returns what is wrong with a license that is to be signed, and what is
// only unusual. These are not the rules of documents, which license.Parse has.
func (r rules) judge(l *license.License, unknown []string, now time.Time) (wrong, unusual slips) {
	for _, pointer := range unknown {
		if !slices.Contains(r.allow, pointer) && !slices.Contains(r.allow, path.Base(pointer)) {
			wrong.add("unknown-member", pointer, "no reader knows the member; -allow %s if it is meant", inOneLine(path.Base(pointer)))
		}
	}
	request := source.Request{Owner: l.Owner.Name, Serial: strings.TrimSpace(l.Licensee.Serial)}
	if request.Validate() != nil {
		wrong.add("serial", "/licensee/serial", "no feed can be asked for the serial")
	}
	if l.IssuedAt.After(now.Add(maxAhead)) {
		wrong.add("issued-ahead", "/issuedAt", "the license says that it will be issued after %s", day(now.Add(maxAhead)))
	}
	if l.Expires != nil && !l.Expires.After(now) {
		wrong.add("ended", "/expires", "the license has ended already")
	}
	return wrong, unusualIn(l)
}

func unusualIn(l *license.License) (unusual slips) {
	begins := l.IssuedAt
	if l.ValidFrom != nil && l.ValidFrom.After(begins) {
		begins = *l.ValidFrom
	}
	switch {
	case l.Expires == nil:
		unusual.add("no-end", "/expires", "the license never ends")
	case l.Expires.After(begins.AddDate(1, 0, 0)):
		unusual.add("long", "/expires", "the license is for more than a year, until %s", day(*l.Expires))
	}
	if l.NextCheck != nil && l.WarnFrom != nil && l.NextCheck.After(*l.WarnFrom) {
		unusual.add("next-check-late", "/nextCheck", "hosts ask again only after they have begun to warn")
	}
	return unusual
}

// judgeNumber returns what is wrong with the number of a license after the one
// before. The same license may be issued again.
func (r rules) judgeNumber(number int64, digest string, before previous) (wrong slips) {
	switch {
	case number == before.number && digest == before.digest:
	case number <= before.number:
		wrong.add("number-not-above", "/number", "%d is not above %d, which is %s", number, before.number, before.where)
	case number-before.number > maxJump && !r.jump:
		wrong.add("number-jump", "/number", "%d is more than %d above %d; -jump if it is meant", number, maxJump, before.number)
	}
	return wrong
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// lapses returns a slip where nobody has a license between the one before and this
// one.
func lapses(l *license.License, before previous) (unusual slips) {
	if l.ValidFrom != nil && before.end != nil && l.ValidFrom.After(*before.end) {
		unusual.add("lapse", "/validFrom", "the license before ends on %s, and this one begins later", day(*before.end))
	}
	return unusual
}
