package seat

import (
	"iter"
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Entitlements answers for all holders of a tenant whether they may use a
// module now. It is an immutable snapshot of licenses, assignments and an
// instant: an answer takes no lock, no allocation and no I/O, from any number
// of goroutines. [Entitlements.Until] says until when it holds; [Entitlements.At]
// and [Entitlements.With] make the next one, which shares what has not changed.
// The zero Entitlements has no license and allows nothing. See
// docs/spec/domain.md, Entitlement.
type Entitlements struct {
	judgment
	now time.Time
	// assigned has the sets of modules that holders have, profiles what each
	// allows. The first is that of whom nothing is assigned to, and of
	// strangers.
	assigned [][]string
	profiles []profile
	holders  holderIndex // places in these
	// made is the number of sets that holders had when the snapshot, or the
	// one that it goes back to, was made for all of them.
	made int
}

// NewEntitlements makes a snapshot for the holders. Of two holders with one id
// the later counts.
func NewEntitlements(licenses *license.Set, now time.Time, holders iter.Seq[Holder]) *Entitlements {
	places := map[string]uint32{"": 0}
	assigned := [][]string{nil}
	var all []member
	for h := range holders {
		if len(all) == cap(all) {
			all = slices.Grow(all, len(all)+1) // by more than append does
		}
		all = append(all, member{h.ID, place(places, &assigned, h.Assigned)})
	}
	e := &Entitlements{assigned: assigned, holders: newHolderIndex(all), made: len(assigned)}
	return e.At(licenses, now)
}

// place returns the place of a set of modules, a new one if it is new. It finds
// without an allocation what it has found before in the same order.
func place(places map[string]uint32, assigned *[][]string, modules []string) uint32 {
	const usual = 256 // bytes
	given := appendKey(make([]byte, 0, usual), modules)
	at, known := places[string(given)]
	if known {
		return at
	}
	set := nameset.Of(modules)
	key := assignedKey(set)
	if at, known = places[key]; !known {
		at = uint32(len(*assigned)) //nolint:gosec // fewer than holders, of which 2^32 do not fit into memory
		places[key] = at
		*assigned = append(*assigned, set)
	}
	places[string(given)] = at
	return at
}

func assignedKey(set []string) string { return string(appendKey(nil, set)) }

func appendKey(key []byte, modules []string) []byte {
	for _, module := range modules {
		key = append(append(key, module...), 0)
	}
	return key
}

// Check answers for a holder and a module, by id and full name. An unknown
// holder holds nothing; site modules need no assignment.
func (e *Entitlements) Check(holder, module string) Entitlement {
	return e.Module(module).Check(holder)
}

// For returns what a holder may use, to be kept in a session or the context of
// a request.
func (e *Entitlements) For(holder string) Grants {
	if len(e.profiles) == 0 {
		return Grants{}
	}
	return Grants{judgment: &e.judgment, profile: e.profiles[e.holders.place(holder)]}
}

// Module returns who may use a module, for a handler that asks about one
// module and many holders.
func (e *Entitlements) Module(module string) ModuleGrants {
	return ModuleGrants{snapshot: e, entry: e.licenses.Module(module)}
}

// Until returns the instant from which the snapshot no longer holds, because
// a license begins, expires or ends then; false if none does. [Entitlements.At]
// makes the snapshot that holds from there.
func (e *Entitlements) Until() (time.Time, bool) { return e.until, e.ends }

// At returns the snapshot of the same holders at another instant, with other
// licenses or the same. Its cost grows with the sets of assigned modules, not
// with the holders.
func (e *Entitlements) At(licenses *license.Set, now time.Time) *Entitlements {
	next := *e
	next.judgment, next.now = newJudgment(licenses, now), now
	if len(next.assigned) == 0 { // the zero Entitlements
		next.assigned, next.holders = [][]string{nil}, newHolderIndex(nil)
	}
	next.profiles = make([]profile, len(next.assigned))
	for i, assigned := range next.assigned {
		next.profiles[i] = next.profile(assigned)
	}
	return &next
}

// With returns the snapshot in which the changed holders, new ones among them,
// are as given, and those who are gone are not there. Its cost grows with
// these, hardly with the others.
func (e *Entitlements) With(changed []Holder, gone ...string) *Entitlements {
	if len(e.assigned) == 0 { // the zero Entitlements
		e = e.At(e.licenses, e.now)
	}
	next := *e
	next.assigned = slices.Clip(e.assigned) // so that appending copies
	place := next.placer(len(changed))
	moved := make(map[string]uint32, len(changed)+len(gone))
	for _, h := range changed {
		moved[h.ID] = place(h.Assigned)
	}
	for _, id := range gone {
		moved[id] = 0
	}
	next.profiles = slices.Clip(e.profiles)
	for _, assigned := range next.assigned[len(e.assigned):] {
		next.profiles = append(next.profiles, e.profile(assigned))
	}
	next.holders = e.holders.with(moved)
	if len(next.assigned) > 2*next.made+manySets {
		return NewEntitlements(next.licenses, next.now, next.all())
	}
	return &next
}

const (
	// fewChanges is up to how many changes a search is cheaper than an index.
	fewChanges = 16
	// manySets is how many sets may be left behind that nobody has any more.
	manySets = 1024
)

// placer returns a function that finds or adds the place of a set.
func (e *Entitlements) placer(changes int) func(modules []string) uint32 {
	if changes > fewChanges {
		places := make(map[string]uint32, len(e.assigned))
		for i, set := range e.assigned {
			places[assignedKey(set)] = uint32(i)
		}
		return func(modules []string) uint32 { return place(places, &e.assigned, modules) }
	}
	return func(modules []string) uint32 {
		set := nameset.Of(modules)
		at := slices.IndexFunc(e.assigned, func(other []string) bool { return slices.Equal(set, other) })
		if at < 0 {
			at = len(e.assigned)
			e.assigned = append(e.assigned, set)
		}
		return uint32(at) //nolint:gosec // as in place
	}
}

// all lists the holders with what is assigned to them. Kind and type are not
// kept.
func (e *Entitlements) all() iter.Seq[Holder] {
	return func(yield func(Holder) bool) {
		for m := range e.holders.all() {
			if !yield(Holder{ID: m.id, Assigned: e.assigned[m.place]}) {
				return
			}
		}
	}
}

// Grants is what one holder may use, of the snapshot that it was taken from.
// It is a small value; the zero Grants allows nothing.
type Grants struct {
	judgment *judgment
	profile  profile
}

// Check answers for a module, by full name.
func (g Grants) Check(module string) Entitlement {
	if g.judgment == nil {
		return Entitlement{Reason: ReasonNotLicensed}
	}
	index, licensed := g.judgment.indices[module]
	if !licensed {
		return Entitlement{Reason: ReasonNotLicensed}
	}
	return g.judgment.entitlements[g.profile[index]]
}

// ModuleGrants is who may use one module, of the snapshot that it was taken
// from. The zero ModuleGrants allows nobody.
type ModuleGrants struct {
	snapshot *Entitlements
	entry    *license.Entry
}

// Check answers for a holder, by id.
func (m ModuleGrants) Check(holder string) Entitlement {
	if m.entry == nil {
		return Entitlement{Reason: ReasonNotLicensed}
	}
	p := m.snapshot.profiles[m.snapshot.holders.place(holder)]
	return m.snapshot.entitlements[p[m.entry.Index]]
}
