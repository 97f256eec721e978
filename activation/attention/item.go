package attention

import (
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// Item is one thing that somebody should know. Code, Owner, Module and Number
// together say what it is about: at one time there is one item of each. Figures
// that say nothing for a code are zero.
type Item struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	// Owner is the name of the owner, empty for what concerns the tenant.
	Owner string `json:"owner,omitzero"`
	// Module is the full name of a module. It is a hidden one only if that is the
	// cause of what is to be known.
	Module string `json:"module,omitzero"`
	// Number is that of the license, or of the offer, that it is about.
	Number int64 `json:"number,omitzero"`
	// Since is when it began, or else was noticed first; zero if that is not
	// known yet.
	Since time.Time `json:"since,omitzero"`
	// Until is when what it says ends: the license expires, grace is over, the
	// offer becomes valid.
	Until time.Time `json:"until,omitzero"`
	// Days is how many whole days are left until Until. On the last day it is 0,
	// and Hours says how many hours are left, rounded up: 1 is less than an hour.
	Days  int `json:"days,omitzero"`
	Hours int `json:"hours,omitzero"`
	// Renewal is the number of the offer that is there already and ends later.
	Renewal int64 `json:"renewal,omitzero"`
	// InUse is the seats in use, of Quantity that were bought and Capacity that
	// can be in use with the overdraft: of the module, or of HeldBackBy, which
	// the module includes, and which has less free.
	InUse      int64  `json:"inUse,omitzero"`
	Quantity   int64  `json:"quantity,omitzero"`
	Capacity   int64  `json:"capacity,omitzero"`
	HeldBackBy string `json:"heldBackBy,omitzero"`
	// Count is the number of problems in a row, of the places that drifted, or of
	// holders, or of the wishes that are unmet.
	Count int64 `json:"count,omitzero"`
	// Reasons are codes, ordered: of drift, why a license does not verify, why an
	// offer waits, or why wishes are unmet.
	Reasons []string `json:"reasons,omitzero"`
	// Blockers is what blocks an offer, or will block the next one. Hidden
	// modules may be among them.
	Blockers []planner.Blocker `json:"blockers,omitzero"`
	// Text is what the source says, or why a license was refused, as plain text.
	Text string `json:"text,omitzero"`
	// Licensee is who the licensee is said to be now, or that of a license that was
	// refused.
	Licensee *license.Licensee `json:"licensee,omitzero"`
}

// Code says what an item is about. The codes are stable. See
// docs/spec/attention.md, Codes.
type Code string

// The codes of a tenant.
const (
	// ClockInDoubt: the clock is more than five minutes behind what was recorded,
	// until Until.
	ClockInDoubt Code = "clock-in-doubt"
	// DriftFound: the last Verify found drift, of the codes in Reasons.
	DriftFound Code = "drift-found"
)

// The codes of an active license.
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
	// Lapsed: the license has ended, and everything is read-only.
	Lapsed Code = "lapsed"
	// MaintenanceEndsSoon: releases that are built after Until are not covered.
	MaintenanceEndsSoon Code = "maintenance-ends-soon"
	// MaintenanceEnded: releases that were built after Since are not covered.
	MaintenanceEnded Code = "maintenance-ended"
	// WouldBlock: things are no longer as the license has it, so that the next one
	// will be blocked, by Blockers.
	WouldBlock Code = "would-block"
)

// The codes of an offer and of the owner's source.
const (
	// OfferReady: an offer can be activated, and waits for an administrator.
	OfferReady Code = "offer-ready"
	// OfferBlocked: an offer waits until Blockers are solved, or because what is
	// scheduled with it does not fit any more, which Text says.
	OfferBlocked Code = "offer-blocked"
	// OfferScheduled: an offer waits for its validFrom, which is Until. It will be
	// blocked then if there are Blockers.
	OfferScheduled Code = "offer-scheduled"
	// OfferWithdrawn: before an offer begins, the source had something else, so
	// that it does not begin by itself. Since is when.
	OfferWithdrawn Code = "offer-withdrawn"
	// RenewalRefused: the source has sent a license that was refused, and nothing
	// better since. Reasons has the codes, Text a sentence.
	RenewalRefused Code = "renewal-refused"
	// SerialInDoubt: the source refuses the serial that somebody has entered,
	// which may be mistyped. The license of the serial that was expected before
	// is still active.
	SerialInDoubt Code = "serial-in-doubt"
	// IdentityChange: the source says that the licensee is another one now, which
	// somebody has to confirm.
	IdentityChange Code = "identity-change"
	// SourceFailing: the last Count checks have ended with a problem.
	SourceFailing Code = "source-failing"
	// SourceNotAsked: a check has been due for more than a day, and nobody made
	// it.
	SourceNotAsked Code = "source-not-asked"
)

// The codes of a module.
const (
	// Unlicensed: a module is assigned to Count holders, and the license of its
	// owner does not have it, or is not there.
	Unlicensed Code = "unlicensed"
	// SeatsNearlyFull: at least 85 % of the seats are in use, and not all.
	SeatsNearlyFull Code = "seats-nearly-full"
	// SeatsFull: nobody can be given the module.
	SeatsFull Code = "seats-full"
	// SeatsOverdraft: more seats are in use than were bought.
	SeatsOverdraft Code = "seats-overdraft"
	// WishesUnmet: Count holders should have the module and can't be given it.
	// Reasons has the rules that refuse it.
	WishesUnmet Code = "wishes-unmet"
)

// Severity says how urgent an item is. See docs/spec/attention.md, Severity.
type Severity string

// The severities, from the least.
const (
	// Info is good to know. Nobody has to do anything.
	Info Severity = "info"
	// Warning needs somebody in the next days.
	Warning Severity = "warning"
	// Critical needs somebody today: people can't work, or will soon not be able
	// to.
	Critical Severity = "critical"
)

// Above reports whether a severity is more urgent than another one. Any other
// text, such as the empty one, is below all.
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
