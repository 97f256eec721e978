package activation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// situation is what a transaction has read of a tenant, with its licenses
// verified. All decisions are made from it.
type situation struct {
	Reader
	engine *Engine
	record TenantRecord
	began  TenantRecord // the record as it was read
	// now is the effective instant.
	now    time.Time
	owners []OwnerRecord
	// licenses is the active licenses that verify, opened the same by owner.
	licenses *license.Set
	opened   map[string]*signed.Opened
	// unverified says why the others don't. They grant nothing.
	unverified map[string]error

	counted bool
	census  seat.Census
}

// read reads what every decision needs. It is the one way by which licenses
// come out of a store.
func (e *Engine) read(ctx context.Context, r Reader, how verification) (*situation, error) {
	s := &situation{
		Reader: r, engine: e,
		opened: make(map[string]*signed.Opened), unverified: make(map[string]error),
	}
	var err error
	if s.record, err = r.Tenant(ctx); err != nil {
		return nil, fmt.Errorf("read the tenant: %w", err)
	}
	s.began = s.record
	s.now = effective(e.clock(), s.record.Newest)
	if s.owners, err = r.Owners(ctx); err != nil {
		return nil, fmt.Errorf("read the owners: %w", err)
	}
	var active []*license.License
	for _, owner := range s.owners {
		if owner.Active == nil {
			continue
		}
		opened, problem, err := e.verify(ctx, r, owner, how)
		if err != nil {
			return nil, err
		}
		if problem != nil {
			s.unverified[owner.Owner] = problem
			continue
		}
		s.opened[owner.Owner] = opened
		active = append(active, opened.License)
	}
	s.licenses, err = e.verified.set(active)
	return s, err
}

// verify reads the active license of an owner from the stored bytes. The
// problem says why it is not what was activated; the error that the store could
// not be read.
func (e *Engine) verify(ctx context.Context, r Reader, owner OwnerRecord, how verification) (opened *signed.Opened, problem, err error) {
	active := owner.Active
	opened = e.verified.recent(active.Digest, e.clock(), how)
	if opened == nil {
		envelope, err := r.Envelope(ctx, active.Digest)
		if err != nil {
			return nil, nil, fmt.Errorf("read the license of %s: %w", owner.Owner, err)
		}
		if envelope == nil {
			return nil, fmt.Errorf("%w: its envelope is missing", ErrAltered), nil
		}
		if opened, problem = e.verified.reopen(e.trust, envelope, e.clock()); problem != nil {
			return nil, problem, nil
		}
	}
	switch l := opened.License; {
	case Digest(opened.Digest) != active.Digest:
		return nil, fmt.Errorf("%w: the envelope is another one", ErrAltered), nil
	case l.Owner.Name != owner.Owner:
		return nil, fmt.Errorf("%w: it is one of %s", ErrAltered, l.Owner.Name), nil
	case l.Number != active.Number || !l.Licensee.Equal(active.Licensee):
		return nil, fmt.Errorf("%w: number %d was activated, and the envelope has %d", ErrAltered, active.Number, l.Number), nil
	}
	return opened, nil, nil
}

// folded returns the name of an owner as names are kept. A text that is no name
// is nobody's.
func folded(owner string) string {
	if name, ok := license.FoldName(owner); ok {
		return name
	}
	return owner
}

// owner returns what is kept for an owner, also when that is nothing yet.
func (s *situation) owner(name string) OwnerRecord {
	if i := slices.IndexFunc(s.owners, func(o OwnerRecord) bool { return o.Owner == name }); i >= 0 {
		return s.owners[i]
	}
	return OwnerRecord{Owner: name}
}

// count returns the census as it was before anything was written.
func (s *situation) count(ctx context.Context) (seat.Census, error) {
	if s.counted {
		return s.census, nil
	}
	census, err := s.Census(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the holders: %w", err)
	}
	s.census, s.counted = census, true
	return census, nil
}

// state is what the rules of package seat decide by.
func (s *situation) state(ctx context.Context) (seat.Situation, error) {
	census, err := s.count(ctx)
	return seat.Situation{Licenses: s.licenses, Now: s.now, Census: census}, err
}

// plan plans an offer. Holders are those whom the selection names.
func (s *situation) plan(ctx context.Context, offered *offer, selected planner.Selection, holders []seat.Holder) (*planner.Plan, error) {
	l := offered.opened.License
	owner := s.owner(l.Owner.Name)
	census, err := s.count(ctx)
	if err != nil {
		return nil, err
	}
	highest, revoked, err := s.highestOf(ctx, owner, l.Licensee.Serial)
	if err != nil {
		return nil, err
	}
	input := planner.Input{
		Active: s.licenses, Offered: l, Census: census, Selection: selected, Holders: holders,
		Now: s.now, Highest: highest, HighestRevoked: revoked,
		NumberReused: content.Reused(s.activated(owner), l), Expected: owner.Expected,
	}
	if owner.Active != nil {
		input.AllowIdentityChange = owner.Expected.Differs(owner.Active.Licensee)
		if s.unverified[owner.Owner] != nil {
			input.StoredLicensee = &owner.Active.Licensee
		}
	}
	return planner.New(input)
}

// known reads those of the holders that are known. Ids that no holder can have
// name nobody.
func (s *situation) known(ctx context.Context, ids []string) ([]seat.Holder, error) {
	ids = slices.DeleteFunc(nameset.Of(ids), func(id string) bool { return seat.CheckID(id) != nil })
	if len(ids) == 0 {
		return nil, nil
	}
	holders, err := s.Holders(ctx, ids...)
	if err != nil {
		return nil, fmt.Errorf("read the holders: %w", err)
	}
	return holders, nil
}

func byID(holders []seat.Holder) map[string]seat.Holder {
	found := make(map[string]seat.Holder, len(holders))
	for _, h := range holders {
		found[h.ID] = h
	}
	return found
}

// inUse returns the seats in use by the index of the licenses' entries.
func (s *situation) inUse(ctx context.Context) ([]int64, error) {
	census, err := s.count(ctx)
	return census.InUse(s.licenses), err
}
