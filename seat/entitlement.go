package seat

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Access says what a holder may do with a module.
type Access string

// The accesses, see docs/spec/domain.md, Entitlement.
const (
	// AccessFull: the module may be used.
	AccessFull Access = "full"
	// AccessReadOnly: what was made with the module may be looked at; how, is the
	// host's.
	AccessReadOnly Access = "read-only"
	// AccessNone: the module may not be used.
	AccessNone Access = "none"
)

// Reason says why.
type Reason string

// The reasons in the order in which they are looked for; the first that
// applies is given.
const (
	// ReasonNotLicensed: no license has the module, or only one that is not yet
	// valid. No access.
	ReasonNotLicensed Reason = "not-licensed"
	// ReasonNotAssigned: it is a user or satellite module that the holder does
	// not occupy. No access.
	ReasonNotAssigned Reason = "not-assigned"
	// ReasonPrerequisiteMissing: something that it requires is not licensed, or
	// is a user or satellite module that the holder does not occupy; one level
	// is looked at. No access.
	ReasonPrerequisiteMissing Reason = "prerequisite-missing"
	// ReasonLapsed: the license has ended. Access is read-only.
	ReasonLapsed Reason = "lapsed"
	// ReasonInGrace: the license has expired and is in its grace. Access is full.
	ReasonInGrace Reason = "grace"
	// ReasonLicensed: access is full.
	ReasonLicensed Reason = "licensed"
)

// Entitlement is the answer to whether a holder may use a module now. The zero
// Entitlement is a refusal.
//
// Access follows from the reason and is therefore a method. That also keeps the
// struct small enough for registers, which a third text would not.
type Entitlement struct {
	Reason Reason `json:"reason"`
	// Through is, for full access and no other, the full name of the module by
	// which the holder has it: the module itself, or a bundle that includes it.
	Through string `json:"through,omitzero"`
}

// Access returns what the holder may do with the module.
func (e Entitlement) Access() Access {
	switch e.Reason {
	case ReasonLicensed, ReasonInGrace:
		return AccessFull
	case ReasonLapsed:
		return AccessReadOnly
	default:
		return AccessNone
	}
}

// Allowed reports whether access is full. Only then is there something that it
// came through, which costs less to look at than the reason.
func (e Entitlement) Allowed() bool { return e.Through != "" }

// judgment is what licenses and an instant make of every module. An answer to
// a question is a place in its list of entitlements.
type judgment struct {
	licenses  *license.Set
	needs     *occupancy.Needs
	standings []license.State // by the index of the module's entry
	// begun says that no license is not yet valid.
	begun bool
	// nobody is the profile of a holder without any assignment. sites is the site
	// modules; only these may be something else for a holder who occupies other
	// modules and not them.
	nobody profile
	sites  []*license.Entry
	// indices is the indices of the entries by full name, at hand without the
	// entries themselves.
	indices map[string]uint32
	// entitlements has those without full access, at the places below, and
	// behind them the one with full access through each module.
	entitlements []Entitlement
	// until is when it ends, if ends.
	until time.Time
	ends  bool
}

// answer is a place in the entitlements of a judgment.
type answer uint32

const (
	notLicensed answer = iota
	notAssigned
	prerequisiteMissing
	lapsed
	through // through+i is full access through the module with index i
)

func newJudgment(licenses *license.Set, now time.Time) judgment {
	entries := licenses.Entries()
	j := judgment{
		licenses:     licenses,
		needs:        occupancy.NeedsOf(licenses),
		begun:        true,
		standings:    make([]license.State, len(entries)),
		indices:      make(map[string]uint32, len(entries)),
		entitlements: make([]Entitlement, int(through)+len(entries)),
	}
	j.entitlements[notLicensed] = Entitlement{Reason: ReasonNotLicensed}
	j.entitlements[notAssigned] = Entitlement{Reason: ReasonNotAssigned}
	j.entitlements[prerequisiteMissing] = Entitlement{Reason: ReasonPrerequisiteMissing}
	j.entitlements[lapsed] = Entitlement{Reason: ReasonLapsed}
	for i, e := range entries {
		j.indices[e.Name] = uint32(i)
		j.standings[i] = e.License.StateAt(now)
		j.begun = j.begun && j.standings[i] != license.NotYetValid
		if e.Module.Kind == license.Site {
			j.sites = append(j.sites, e)
		}
		reason := ReasonLicensed
		if j.standings[i] == license.Grace {
			reason = ReasonInGrace
		}
		j.entitlements[int(through)+i] = Entitlement{Reason: reason, Through: e.Name}
	}
	j.until, j.ends = nextTurn(licenses, now)
	j.nobody = make(profile, len(entries))
	none := occupancy.None(licenses)
	for i, e := range entries {
		j.nobody[i] = j.answer(e, e, none)
	}
	return j
}

// nextTurn returns the first instant after now at which the standing of a
// license changes.
func nextTurn(licenses *license.Set, now time.Time) (next time.Time, turns bool) {
	for _, l := range licenses.Licenses() {
		for _, at := range []*time.Time{l.ValidFrom, l.Expires, l.GraceUntil} {
			if at != nil && at.After(now) && (!turns || at.Before(next)) {
				next, turns = *at, true
			}
		}
	}
	return next, turns
}

// profile is what the holders of one set of assigned modules may use: an
// answer for each module, by the index of its entry. Kind and type of a holder
// do not matter: they decide who is given a module, not who may use it.
type profile []answer

// profile returns the answers for a sorted set of assigned modules. Its cost grows
// with what they occupy.
func (j *judgment) profile(assigned []string) profile {
	p := slices.Clone(j.nobody)
	occupied := occupancy.Of(j.licenses, assigned)
	for _, e := range j.sites {
		p[e.Index] = j.answer(e, e, occupied)
	}
	givers := make([]*license.Entry, 0, len(assigned))
	for _, name := range assigned {
		if e := j.licenses.Module(name); e != nil {
			p[e.Index] = j.answer(e, e, occupied)
			givers = append(givers, e)
		}
	}
	// The module itself gives it, otherwise the first bundle by name.
	given := occupancy.None(j.licenses)
	for _, e := range givers {
		given.Add(e.Index)
	}
	for _, bundle := range givers {
		for _, e := range bundle.Includes {
			if !given.Has(e) {
				given.Add(e.Index)
				p[e.Index] = j.answer(e, bundle, occupied)
			}
		}
	}
	return p
}

// answer is the one rule. It is in the order of docs/spec/domain.md. The giver is
// the module by which a holder who occupies e has it. It has the same license.
// Bundles include no site modules, so those give themselves.
func (j *judgment) answer(e, giver *license.Entry, occupied occupancy.Set) answer {
	switch {
	case j.standings[e.Index] == license.NotYetValid:
		return notLicensed
	case e.Module.Kind != license.Site && !occupied.Has(e):
		return notAssigned
	case !j.meets(e, occupied):
		return prerequisiteMissing
	case j.standings[e.Index] == license.Lapsed:
		return lapsed
	default:
		return through + answer(giver.Index) //nolint:gosec // an index is not negative, and 2^32 modules do not fit into memory
	}
}

func (j *judgment) meets(e *license.Entry, occupied occupancy.Set) bool {
	if j.begun {
		return j.needs.Met(e, occupied)
	}
	for _, r := range e.Requires {
		if !occupied.Meets(r) || j.standings[r.Entry.Index] == license.NotYetValid {
			return false
		}
	}
	return true
}
