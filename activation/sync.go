package activation

import (
	"context"
	"iter"
	"slices"

	"github.com/seatwright/seatwright/seat"
)

// SyncOptions are choices for [Actor.Sync]. The zero SyncOptions compares all
// modules, and meets no wish later.
type SyncOptions struct {
	// Modules are the full names of the modules that the host manages by Sync,
	// nil for all. Holders keep the modules that are not managed, and those who
	// are not among the host's holders are not forgotten.
	Modules []string
	// MeetLater has unmet wishes met by themselves when there is room for them.
	MeetLater bool
	// Progress, if it is not nil, is told after each transaction how many of the
	// holders who are to be changed are done.
	Progress func(done, all int)
}

// SyncResult is what [Actor.Sync] has done, or would do in a dry run.
type SyncResult struct {
	// Holders is how many holders the host has. Admitted of them were not known,
	// and Updated had another kind or type.
	Holders  int64 `json:"holders"`
	Admitted int64 `json:"admitted"`
	Updated  int64 `json:"updated"`
	// Gone is how many holders were retired and forgotten.
	Gone int64 `json:"gone"`
	// Assigned and Released are assignments that have begun and ended.
	Assigned int64 `json:"assigned"`
	Released int64 `json:"released"`
	// Skipped is how many holders stayed as they are because somebody else has
	// changed them meanwhile.
	Skipped int64 `json:"skipped"`
	// Unmet is how many wishes are unmet.
	Unmet int64 `json:"unmet"`
	// Changes and Wishes are the first 1,000 of the assignments that have begun and
	// ended, and of the unmet wishes, in their order. [Tenant.WishPage] lists more.
	Changes []seat.Change `json:"changes,omitzero"`
	Wishes  []Wish        `json:"wishes,omitzero"`
}

// listed is how many changes and wishes a [SyncResult] has.
const listed = 1000

// Sync brings the tenant to what the host says: which holders there are, of
// which kind and type, and which modules each should have, in its Assigned.
// They come in the order in which they matter, the modules of each too. Unknown
// holders are admitted, and those whom the host does not list are retired and
// forgotten. Modules that a holder should not have are released, plans are
// switched, and modules that can't be given are kept as unmet wishes. See
// docs/spec/sync.md.
//
// The sequence may be a query of the host's: no transaction is open while it is
// read, to its end. The differences are carried out afterwards, in transactions
// of at most 1,000 holders, each of which decides by what is there then. If
// nothing differs, nothing is written. In a transaction of the host
// ([Actor.In]) all of it is part of that one.
//
// An error in the sequence is returned, and nothing has changed then. After any
// other error what was done stays, as the result says, and Sync again goes on. A
// sequence without any holder is [ErrNobodyPresent] where some are kept.
func (a *Actor) Sync(ctx context.Context, wanted iter.Seq2[seat.Holder, error], options SyncOptions) (SyncResult, error) {
	s := &syncing{operation: a.operation(OperationSync, ""), options: options}
	err := do(ctx, s.operation, func(ctx context.Context, _ *operation) error {
		if err := s.manage(); err != nil {
			return err
		}
		c, err := s.compare(ctx, wanted)
		if err != nil {
			return err
		}
		s.comparison = c
		plan := seat.Sync(c.situation, c.wanted)
		if s.dry {
			s.foretell(plan)
			return nil
		}
		return s.carryOut(ctx, plan)
	})
	return s.result, err
}

// syncing is a Sync on its way.
type syncing struct {
	*operation
	*comparison
	options SyncOptions
	managed map[string]bool // nil for all
	result  SyncResult

	done, all int
	skipped   map[string]bool // holders whom somebody else has changed
	refused   []Wish          // wishes that were to be met, and were refused
}

// manage checks which modules are managed.
func (s *syncing) manage() error {
	if s.options.Modules == nil {
		return nil
	}
	s.managed = make(map[string]bool)
	for _, module := range s.options.Modules {
		if !isModule(module) {
			return invalid("among the modules that are managed is one that is no full name")
		}
		s.managed[module] = true
	}
	return nil
}

func (s *syncing) manages(module string) bool { return s.managed == nil || s.managed[module] }

// foretell is the result of a dry run.
func (s *syncing) foretell(plan seat.SyncPlan) {
	s.result.Gone = int64(len(s.gone))
	s.changed(seat.Retire(s.gone...).Changes)
	s.changed(plan.Changes)
	for _, of := range s.origins {
		s.count(of.known, of.changed)
	}
	s.listWishes(s.wishesOf(plan.Unmet))
}

// count counts a holder that is new, or of another kind or type.
func (s *syncing) count(known, changed bool) {
	switch {
	case !known:
		s.result.Admitted++
	case changed:
		s.result.Updated++
	}
}

func (s *syncing) changed(changes []seat.Change) {
	for _, c := range changes {
		if c.Cause == seat.CauseAssigned {
			s.result.Assigned++
		} else {
			s.result.Released++
		}
	}
	room := max(0, listed-len(s.result.Changes))
	s.result.Changes = append(s.result.Changes, changes[:min(room, len(changes))]...)
}

// listWishes says what is unmet.
func (s *syncing) listWishes(wishes []Wish) {
	s.result.Unmet = int64(len(wishes))
	s.result.Wishes = slices.Clone(wishes[:min(listed, len(wishes))])
}

// wishesOf returns what is unmet of the modules that are managed, in its order.
func (s *syncing) wishesOf(unmet []seat.Unmet) []Wish {
	var wishes []Wish
	for _, u := range unmet {
		if s.manages(u.Module) {
			wishes = append(wishes, s.wish(u.Index, u))
		}
	}
	return wishes
}

// wish is what is kept of an unmet wish of the holder at an index.
func (s *syncing) wish(i int, u seat.Unmet) Wish {
	return Wish{
		Assignment: u.Assignment, Rule: u.Rule(), From: u.From, Waits: s.options.MeetLater,
		Place: s.origins[i].place + int64(slices.Index(s.wanted[i].Wants, u.Module)),
		Since: s.stored[u.Assignment].Since,
	}
}
