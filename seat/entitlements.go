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
// instant. An answer takes no lock, no allocation and no I/O, and is safe for
// concurrent use.
//
// [Entitlements.Until] tells how long the snapshot holds. [Entitlements.At] and
// [Entitlements.With] make the next one, which shares what has not changed.
// Hosts with an engine get it from activation.Tenant.Entitlements and need
// neither. The zero Entitlements has no license and allows nothing. See
// docs/spec/domain.md, Entitlement.
type Entitlements struct {
	judgment
	now time.Time
	// assigned holds the sets of modules that holders have, and profiles what
	// each set allows. The first is the empty set, for holders without
	// assignments and for unknown ones.
	assigned [][]string
	profiles []profile
	holders  holderIndex // by id, the place in these two
	// made is the number of sets when the snapshot, or the one that it
	// descends from, was last made for all holders.
	made int
}

// NewEntitlements makes a snapshot for the holders at the instant now. Of two
// holders with the same id the later counts. Use it without an engine, or in
// tests.
func NewEntitlements(licenses *license.Set, now time.Time, holders iter.Seq[Holder]) *Entitlements {
	s := sets{places: map[string]uint32{"": 0}, assigned: [][]string{nil}}
	index := newHolderIndex(func(yield func(member) bool) {
		holders(func(h Holder) bool { return yield(member{h.ID, s.place(h.Assigned)}) })
	})
	e := &Entitlements{assigned: s.assigned, holders: index, made: len(s.assigned)}
	return e.At(licenses, now)
}

// sets finds the positions of sets of modules.
type sets struct {
	assigned [][]string
	places   map[string]uint32 // by key
	// lists are the positions of some lists that are sets already. Stores give
	// all holders of a set one list, and its key is expensive to make.
	lists map[*string]uint32
}

// maxLists is how many lists are kept. A store whose holders all have lists of
// their own finds none of them again.
const maxLists = 1024

// place returns the position of a set of modules, and adds a new set. It does
// not allocate for a set that it has seen in the same order.
func (s *sets) place(modules []string) uint32 {
	if len(modules) == 0 {
		return 0
	}
	if at, known := s.lists[&modules[0]]; known && slices.Equal(s.assigned[at], modules) {
		return at
	}
	at := s.find(modules)
	if len(s.lists) < maxLists && slices.Equal(s.assigned[at], modules) {
		if s.lists == nil {
			s.lists = make(map[*string]uint32)
		}
		s.lists[&modules[0]] = at
	}
	return at
}

func (s *sets) find(modules []string) uint32 {
	const usual = 256 // the length of usual keys, in bytes
	given := appendKey(make([]byte, 0, usual), modules)
	at, known := s.places[string(given)]
	if known {
		return at
	}
	set := nameset.Of(modules)
	key := assignedKey(set)
	if at, known = s.places[key]; !known {
		at = uint32(len(s.assigned)) //nolint:gosec // fewer than holders, of which 2^32 do not fit into memory
		s.places[key] = at
		s.assigned = append(s.assigned, set)
	}
	s.places[string(given)] = at
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
// holder has no assignments; site modules need none. Use [Entitlements.For] for
// many questions about one holder, and [Entitlements.Module] for many about one
// module.
func (e *Entitlements) Check(holder, module string) Entitlement {
	return e.Module(module).Check(holder)
}

// For returns what one holder may use. Keep it in a session or in the context
// of a request, so that all its checks agree. It does not follow later changes.
func (e *Entitlements) For(holder string) Grants {
	if len(e.profiles) == 0 {
		return Grants{}
	}
	return Grants{judgment: &e.judgment, profile: e.profiles[e.holders.place(holder)]}
}

// Module returns who may use one module. Use it in a handler that asks about
// one module and many holders.
func (e *Entitlements) Module(module string) ModuleGrants {
	return ModuleGrants{snapshot: e, entry: e.licenses.Module(module)}
}

// Until returns the instant from which the snapshot no longer holds, because a
// license begins, expires or ends then. It returns false if no license will.
// [Entitlements.At] makes the snapshot that holds from there.
func (e *Entitlements) Until() (time.Time, bool) { return e.until, e.ends }

// At returns the snapshot of the same holders at another instant or with other
// licenses. Its cost grows with the number of different sets of assigned
// modules, not with the number of holders.
func (e *Entitlements) At(licenses *license.Set, now time.Time) *Entitlements {
	next := *e
	next.judgment, next.now = newJudgment(licenses, now), now
	if len(next.assigned) == 0 { // the zero Entitlements
		next.assigned, next.holders = [][]string{nil}, newHolderIndex(slices.Values[[]member](nil))
	}
	next.profiles = make([]profile, len(next.assigned))
	for i, assigned := range next.assigned {
		next.profiles[i] = next.profile(assigned)
	}
	return &next
}

// With returns a snapshot in which the changed holders are as given, new ones
// included, and the gone ones are removed. Its cost grows with the number of
// these, hardly with the number of others.
func (e *Entitlements) With(changed []Holder, gone ...string) *Entitlements {
	if len(e.assigned) == 0 { // the zero Entitlements
		e = e.At(e.licenses, e.now)
	}
	next := *e
	next.assigned = slices.Clip(e.assigned) // so that append copies
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
	// fewChanges is the number of changes up to which a search is cheaper
	// than an index.
	fewChanges = 16
	// manySets is the number of unused sets that may be left behind.
	manySets = 1024
)

// placer returns a function that finds or adds the position of a set.
func (e *Entitlements) placer(changes int) func(modules []string) uint32 {
	if changes > fewChanges {
		s := sets{assigned: e.assigned, places: make(map[string]uint32, len(e.assigned))}
		for i, set := range e.assigned {
			s.places[assignedKey(set)] = uint32(i)
		}
		return func(modules []string) uint32 {
			at := s.place(modules)
			e.assigned = s.assigned
			return at
		}
	}
	return func(modules []string) uint32 {
		set := nameset.Of(modules)
		at := slices.IndexFunc(e.assigned, func(other []string) bool { return slices.Equal(set, other) })
		if at < 0 {
			at = len(e.assigned)
			e.assigned = append(e.assigned, set)
		}
		return uint32(at) //nolint:gosec // fewer than holders, of which 2^32 do not fit into memory
	}
}

// all lists the holders with their assignments. Kind and type are not kept.
func (e *Entitlements) all() iter.Seq[Holder] {
	return func(yield func(Holder) bool) {
		for m := range e.holders.all() {
			if !yield(Holder{ID: m.id, Assigned: e.assigned[m.place]}) {
				return
			}
		}
	}
}

// Grants is what one holder may use by a snapshot, see [Entitlements.For]. It
// is a small value; the zero Grants allows nothing.
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

// ModuleGrants is who may use one module by a snapshot, see
// [Entitlements.Module]. The zero ModuleGrants allows nobody.
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
