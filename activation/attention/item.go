package attention

import (
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// Item is one thing that somebody should know. Code, Owner, Module and Number
// identify it: at any time there is at most one item with the same four.
// Figures that mean nothing for a code are zero.
type Item struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	// Owner is the name of the owner. It is empty if the item is about the
	// tenant.
	Owner string `json:"owner,omitzero"`
	// Module is the full name of a module. A hidden module occurs only if it
	// is itself the cause.
	Module string `json:"module,omitzero"`
	// Number is the number of the license or offer that the item is about.
	Number int64 `json:"number,omitzero"`
	// Since is when it began or, failing that, was first noticed. It is zero
	// if that is not known yet.
	Since time.Time `json:"since,omitzero"`
	// Until is the next turn: when the license expires, the grace period is
	// over, or the offer becomes valid.
	Until time.Time `json:"until,omitzero"`
	// Days is the number of whole days until Until. On the last day it is 0,
	// and Hours is the number of hours, rounded up: 1 means less than an
	// hour.
	Days  int `json:"days,omitzero"`
	Hours int `json:"hours,omitzero"`
	// Renewal is the number of an offer that has arrived already and ends
	// later.
	Renewal int64 `json:"renewal,omitzero"`
	// InUse is the number of seats in use, Quantity the number bought, and
	// Capacity the number with the overdraft. They are those of the module
	// or, if it is set, of HeldBackBy: a module that it includes and that has
	// fewer free seats.
	InUse      int64  `json:"inUse,omitzero"`
	Quantity   int64  `json:"quantity,omitzero"`
	Capacity   int64  `json:"capacity,omitzero"`
	HeldBackBy string `json:"heldBackBy,omitzero"`
	// Count is a number: of problems in a row, of places that drifted, of
	// holders, or of unmet wishes.
	Count int64 `json:"count,omitzero"`
	// Reasons are codes, sorted: of drift, of why a license does not verify,
	// of why an offer waits, or of why wishes are unmet.
	Reasons []string `json:"reasons,omitzero"`
	// Blockers are what blocks an offer, or will block the next one. Hidden
	// modules may be among them.
	Blockers []planner.Blocker `json:"blockers,omitzero"`
	// Text is what the source says, or why a license was refused. It is plain
	// text.
	Text string `json:"text,omitzero"`
	// Licensee is the new licensee that the source reports, or the licensee
	// of a refused license.
	Licensee *license.Licensee `json:"licensee,omitzero"`
}

// Code tells what an item is about. The codes are stable. See
// docs/spec/attention.md, Codes.
type Code string

// The codes about a tenant.
const (
	// ClockInDoubt: the clock is more than five minutes behind an instant
	// that was recorded. That lasts until Until.
	ClockInDoubt Code = "clock-in-doubt"
	// DriftFound: the last Verify found drift, with the codes in Reasons.
	DriftFound Code = "drift-found"
)

// The codes about an active license.
const (
	// Unverified: the license does not verify, so its modules count as not
	// licensed. Reasons has the code.
	Unverified Code = "unverified"
	// NotYetValid: the license begins at Until.
	NotYetValid Code = "not-yet-valid"
	// ExpiresSoon: the license expires at Until.
	ExpiresSoon Code = "expires-soon"
	// InGrace: the license has expired, and lapses at Until.
	InGrace Code = "in-grace"
	// Lapsed: the license has ended, and its modules are read-only.
	Lapsed Code = "lapsed"
	// MaintenanceEndsSoon: releases that are built after Until are not
	// covered.
	MaintenanceEndsSoon Code = "maintenance-ends-soon"
	// MaintenanceEnded: releases that were built after Since are not covered.
	MaintenanceEnded Code = "maintenance-ended"
	// WouldBlock: assignments no longer fit the license, so Blockers will
	// block the next one.
	WouldBlock Code = "would-block"
)

// The codes about an offer and the owner's source.
const (
	// OfferReady: an offer can be activated and waits for an administrator. The
	// reason "selected" says that what was selected solves its blockers.
	OfferReady Code = "offer-ready"
	// OfferBlocked: an offer waits until Blockers are solved. Or what is
	// scheduled with it does not fit any more; then Text says why.
	OfferBlocked Code = "offer-blocked"
	// OfferScheduled: an offer waits for its validFrom, which is Until. If
	// there are Blockers, it will be blocked then.
	OfferScheduled Code = "offer-scheduled"
	// OfferWithdrawn: the source had something else before the offer began,
	// so it does not begin by itself. Since is when that was noticed.
	OfferWithdrawn Code = "offer-withdrawn"
	// RenewalRefused: the source sent a license that was refused, and nothing
	// better since. Reasons has the codes, Text a sentence.
	RenewalRefused Code = "renewal-refused"
	// SerialInDoubt: the source refuses a serial that somebody has entered;
	// it may be mistyped. The license of the earlier serial is still active.
	SerialInDoubt Code = "serial-in-doubt"
	// IdentityChange: the source says that the licensee has changed. Somebody
	// has to confirm it.
	IdentityChange Code = "identity-change"
	// SourceFailing: the last Count checks ended with a problem.
	SourceFailing Code = "source-failing"
	// SourceNotAsked: a check has been due for more than a day, and nobody
	// has made it. Jobs may have stopped.
	SourceNotAsked Code = "source-not-asked"
)

// The codes about a module.
const (
	// Unlicensed: the module is assigned to Count holders, but its owner has
	// no license with it.
	Unlicensed Code = "unlicensed"
	// SeatsNearlyFull: at least 85 % of the seats are in use, but not all.
	SeatsNearlyFull Code = "seats-nearly-full"
	// SeatsFull: no seat is free.
	SeatsFull Code = "seats-full"
	// SeatsOverdraft: more seats are in use than were bought.
	SeatsOverdraft Code = "seats-overdraft"
	// WishesUnmet: Count holders should have the module and can't be given
	// it. Reasons has the rules that refuse it.
	WishesUnmet Code = "wishes-unmet"
)

// Severity tells how urgent an item is. See docs/spec/attention.md, Severity.
type Severity string

// The severities, the lowest first.
const (
	// Info is good to know. Nobody has to act.
	Info Severity = "info"
	// Warning needs somebody to act in the next days.
	Warning Severity = "warning"
	// Critical needs somebody to act today: people can't work, or soon will
	// not be able to.
	Critical Severity = "critical"
)

// Above reports whether a severity is more urgent than another. Texts that are
// no severity, such as the empty one, are below all. Use it for a threshold,
// such as to page somebody for Critical items only.
func (s Severity) Above(other Severity) bool { return s.rank() > other.rank() }

func (s Severity) rank() int {
	switch s {
	case Info:
		return 1
	case Warning:
		return 2
	case Critical:
		return 3
	}
	return 0
}
