package seat

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Access tells what a holder may do with a module.
type Access string

// The levels of access. See docs/spec/domain.md, Entitlement.
const (
	// AccessFull: the module may be used.
	AccessFull Access = "full"
	// AccessReadOnly: what was made with the module may be viewed. The host
	// decides how.
	AccessReadOnly Access = "read-only"
	// AccessNone: the module may not be used.
	AccessNone Access = "none"
)

// Reason tells why a holder has this access.
type Reason string

// The reasons, in the order in which they are checked. The first that applies
// is given.
const (
	// ReasonNotLicensed: no license has the module, or its license is not yet
	// valid. No access.
	ReasonNotLicensed Reason = "not-licensed"
	// ReasonNotAssigned: it is a user or satellite module, and the holder
	// does not occupy it. No access.
	ReasonNotAssigned Reason = "not-assigned"
	// ReasonPrerequisiteMissing: a module that it requires is not licensed,
	// or is a user or satellite module that the holder does not occupy. Only
	// direct requirements are checked. No access.
	ReasonPrerequisiteMissing Reason = "prerequisite-missing"
	// ReasonLapsed: the license has ended. Access is read-only.
	ReasonLapsed Reason = "lapsed"
	// ReasonInGrace: the license has expired and is in its grace period.
	// Access is full.
	ReasonInGrace Reason = "grace"
	// ReasonLicensed: the license is valid, and the holder has the module.
	// Access is full.
	ReasonLicensed Reason = "licensed"
)

// Entitlement answers whether a holder may use a module now. The zero
// Entitlement is a refusal.
//
// Access is a method, because it follows from the reason. A field for it would
// make the struct too large for registers.
type Entitlement struct {
	Reason Reason `json:"reason"`
	// Through is the full name of the module that gives the holder access:
	// the module itself, or a bundle that includes it. It is empty unless
	// access is full.
	Through string `json:"through,omitzero"`
}

// Access returns what the holder may do with the module. Call it if the host
// treats read-only access differently from none; otherwise
// [Entitlement.Allowed] is enough, and cheaper.
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

// Allowed reports whether access is full. It tests Through, which only full
// access has, because that is cheaper than looking at the reason.
func (e Entitlement) Allowed() bool { return e.Through != "" }

// judgment holds the answers for every module that follow from licenses and an
// instant. An answer is a position in its list of entitlements.
type judgment struct {
	licenses  *license.Set
	needs     *occupancy.Needs
	standings []license.State // by the index of the module's entry
	// begun says that every license is valid by now.
	begun bool
	// nobody is the profile of a holder without assignments. sites lists the
	// site modules. Of the modules that a holder does not occupy, only these
	// may have another answer than in nobody.
	nobody profile
	sites  []*license.Entry
	// indices are the indices of the entries by full name, so that a look-up
	// need not touch the entries.
	indices map[string]uint32
	// entitlements holds those without full access, at the positions below,
	// followed by the one with full access through each module.
	entitlements []Entitlement
	// until is when the judgment ends, if ends is true.
	until time.Time
	ends  bool
}

// answer is a position in the entitlements of a judgment.
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

// nextTurn returns the first instant after now at which the state of a license
// changes.
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

// profile is what the holders of one set of assigned modules may use: an answer
// for each module, by the index of its entry. The kind and type of a holder do
// not matter here: they decide who can be given a module, not who may use it.
type profile []answer

// profile returns the answers for a sorted set of assigned modules. Its cost
// grows with the number of modules that they occupy.
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
	// A module gives itself; otherwise the first bundle by name gives it.
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

// answer is the one rule, in the order of docs/spec/domain.md. The giver is the
// module through which a holder who occupies e has it; it has the same license.
// Bundles include no site modules, so site modules give themselves.
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
