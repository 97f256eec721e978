package seat

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Situation is everything that the rules decide by: a tenant's licenses, the
// instant, and how many holders hold what. The rules are pure functions of it.
type Situation struct {
	// Licenses are the active licenses.
	Licenses *license.Set
	// Now is the effective instant; see docs/spec/domain.md, Where a license
	// stands in time.
	Now time.Time
	// Census counts all holders of the tenant, including those that the call
	// is about.
	Census Census
}

// Cause tells why an assignment began or ended.
type Cause string

// The causes of changes, see docs/spec/domain.md, Holders, assignments, seats.
const (
	CauseAssigned Cause = "assigned" // it was asked for
	CauseReleased Cause = "released" // its release was asked for
	CauseCascaded Cause = "cascade"  // something that it requires was released
	CauseObsolete Cause = "obsolete" // a new license has it as a site module
	CauseMoved    Cause = "moved"    // a new license replaces the module
	CauseSwitched Cause = "switched" // an activation exchanges it for another one
	CauseRetired  Cause = "retired"  // its holder was retired
)

// Change is an assignment that begins or ends.
type Change struct {
	Assignment
	Cause Cause `json:"cause"`
	// To is the module that a moved or switched assignment becomes. Otherwise
	// it is empty.
	To string `json:"to,omitzero"`
}

// Decision is the result of an operation. A host that stores it has carried the
// operation out; a host that only shows it has made a dry run.
type Decision struct {
	// Changes lists the assignments that begin and end, ordered by holder as
	// given, then by module. It is empty if nothing has to change.
	Changes []Change `json:"changes,omitzero"`
	// Holders lists the holders whose assignments change, as they are
	// afterwards, in the order in which they were given.
	Holders []Holder `json:"holders,omitzero"`
}

// decide makes the decision once the assignments of the drafts are settled.
func decide(drafts []*draft) Decision {
	var d Decision
	noted, touched := 0, 0
	for _, draft := range drafts {
		if len(draft.causes) > 0 {
			noted, touched = noted+len(draft.causes), touched+1
		}
	}
	for _, draft := range drafts {
		before := len(d.Changes)
		if d.Changes = draft.changes(d.Changes, noted); len(d.Changes) == before {
			continue
		}
		h := draft.holder
		h.Assigned = draft.after
		if d.Holders == nil {
			d.Holders = make([]Holder, 0, touched)
		}
		d.Holders = append(d.Holders, h)
	}
	return d
}

// draft is a holder while an operation is decided.
type draft struct {
	holder Holder
	before []string // sorted
	after  []string // sorted
	copied bool     // after is a list of its own
	causes []reason // of what begins or ends; the latest of a module counts
	wishes []asked  // what was asked for; the latest of a module counts
	// was and is are what the holder occupies before and after, once after is
	// settled. held is what it had, and has taken so far.
	was, is, held occupancy.Set
}

// reason is why a module begins or ends.
type reason struct {
	module string
	cause  Cause
}

// asked is a module with its place in the call.
type asked struct {
	module string
	place  int
}

// newDrafts makes a draft for each holder. Of two with the same id the first
// counts.
func newDrafts(holders []Holder) ([]*draft, map[string]*draft) {
	all := make([]draft, len(holders))
	drafts := make([]*draft, 0, len(holders))
	byID := make(map[string]*draft, len(holders))
	for i, h := range holders {
		if byID[h.ID] != nil {
			continue
		}
		before := nameset.Of(h.Assigned)
		d := &all[i]
		*d = draft{holder: h, before: before, after: before}
		byID[h.ID] = d
		drafts = append(drafts, d)
	}
	return drafts, byID
}

func (d *draft) holds(module string) bool {
	_, found := slices.BinarySearch(d.after, module)
	return found
}

func (d *draft) add(module string) {
	if i, found := slices.BinarySearch(d.after, module); !found {
		d.own()
		d.after = slices.Insert(d.after, i, module)
		d.note(module, CauseAssigned)
	}
}

func (d *draft) remove(module string, cause Cause) {
	if i, found := slices.BinarySearch(d.after, module); found {
		d.own()
		d.after = slices.Delete(d.after, i, i+1)
		d.note(module, cause)
	}
}

// own copies the list, because before may share it.
func (d *draft) own() {
	if !d.copied {
		const more = 4 // a holder seldom gets more modules at once
		d.after = append(make([]string, 0, len(d.after)+more), d.after...)
		d.copied = true
	}
}

func (d *draft) wished(module string, place int) {
	d.wishes = append(d.wishes, asked{module, place})
}

// wish returns the place of a module that was asked for.
func (d *draft) wish(module string) (place int, wished bool) {
	for _, w := range slices.Backward(d.wishes) {
		if w.module == module {
			return w.place, true
		}
	}
	return 0, false
}

func (d *draft) note(module string, cause Cause) {
	d.causes = append(d.causes, reason{module, cause})
}

// cause returns why a module begins or ends, or an empty text.
func (d *draft) cause(module string) Cause {
	for _, r := range slices.Backward(d.causes) {
		if r.module == module {
			return r.cause
		}
	}
	return ""
}

// changes compares before with after, so that what was added and removed again
// is no change. It appends to the list, with room for the given number of
// changes.
func (d *draft) changes(changes []Change, room int) []Change {
	note := func(module string) {
		if changes == nil {
			changes = make([]Change, 0, room)
		}
		changes = append(changes, Change{
			Assignment: Assignment{Holder: d.holder.ID, Module: module},
			Cause:      d.cause(module),
		})
	}
	before, after := d.before, d.after
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0] < after[0]:
			note(before[0])
			before = before[1:]
		case len(before) == 0 || after[0] < before[0]:
			note(after[0])
			after = after[1:]
		default:
			before, after = before[1:], after[1:]
		}
	}
	return changes
}
