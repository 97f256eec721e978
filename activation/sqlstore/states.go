package sqlstore

import (
	"maps"
	"sync"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// state is what an Update of this process has left of a tenant. The next Update
// need not read it again if nobody has written the tenant since.
type state struct {
	revision activation.Revision
	owners   []activation.OwnerRecord
	census   *census
	read     time.Time // when it was last read from the database
	// overtaken says that others had written the tenant before the Update.
	// They may do so again, so the next Update asks for everything in its
	// first round trip.
	overtaken bool
}

const (
	// maxStates is how many owners and combinations of all tenants are
	// remembered. At about 300 bytes each, they take 15 MB.
	maxStates = 50_000
	// rereadAfter is the longest time until a row is noticed that was changed
	// by other means than an Update.
	rereadAfter = time.Minute
)

// states remembers tenants by revision. The token tells revisions of the same
// number apart after a failover. A state belongs to one Update at a time, which
// takes it and brings it back.
type states struct {
	mu      sync.Mutex
	tenants map[string]*state
	size    int
}

// take returns what is remembered of a tenant, or nil, and forgets it.
func (s *states) take(tenant string) *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.forget(tenant)
	//nolint:forbidigo // the age of this process's memory; no rule goes by it
	if known == nil || time.Since(known.read) >= rereadAfter {
		return nil
	}
	return known
}

// put remembers the state of a tenant. Other states make room for it.
func (s *states) put(tenant string, left *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(tenant)
	if left.size() > maxStates {
		return
	}
	for s.size += left.size(); s.size > maxStates; {
		for other := range s.tenants {
			s.forget(other)
			break
		}
	}
	if s.tenants == nil {
		s.tenants = make(map[string]*state)
	}
	s.tenants[tenant] = left
}

func (s *states) forget(tenant string) *state {
	known := s.tenants[tenant]
	if known != nil {
		s.size -= known.size()
		delete(s.tenants, tenant)
	}
	return known
}

func (s *state) size() int { return 1 + len(s.owners) + len(s.census.byID) }

// remember keeps what an Update has left, if it committed. If it wrote nothing,
// it keeps what the Update was given.
func (w *writer) remember(committed bool) {
	if !committed {
		if !w.wrote() && w.recalled != nil {
			w.states.put(w.tenant, w.recalled)
		}
		return
	}
	left := &state{revision: w.row.record.Revision, owners: w.owners, census: w.census, read: w.began, overtaken: w.overtaken}
	maps.DeleteFunc(left.census.byID, func(_ int64, c *combination) bool {
		if c.holders == 0 {
			delete(left.census.byKey, c.key())
		}
		return c.holders == 0
	})
	w.states.put(w.tenant, left)
}
