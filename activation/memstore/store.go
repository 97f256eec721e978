package memstore

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// Store keeps tenants in memory. It implements [activation.Store],
// [activation.DueLister] and [activation.Watcher], and its readers implement
// [activation.ChangeReader]. It is safe for concurrent use.
//
// Readers and writers copy the values that they take and return. A reader or
// writer that is used after its function has returned returns an error.
type Store struct {
	tenants atomic.Pointer[tree[string, *tenant]] // by id; tenants are added, never removed

	mu       sync.Mutex // held by whoever adds a tenant or a watcher
	watchers map[*watcher]struct{}
}

var (
	_ activation.Store     = (*Store)(nil)
	_ activation.DueLister = (*Store)(nil)
	_ activation.Watcher   = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	s := &Store{watchers: make(map[*watcher]struct{})}
	none := newTree[string, *tenant](strings.Compare)
	s.tenants.Store(&none)
	return s
}

// tenant is the changing part: which state is the present one.
type tenant struct {
	turn  chan struct{} // holds a token while an Update runs
	state atomic.Pointer[state]
}

// tenant returns nil for a tenant that was never written.
func (s *Store) tenant(id string) *tenant { return s.tenants.Load().value(id) }

// View implements [activation.Store]. It waits for nothing, and reads the state
// that the last Update before it has left. A panic in fn passes through.
func (s *Store) View(ctx context.Context, id string, fn func(activation.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	present := empty
	if t := s.tenant(id); t != nil {
		present = t.state.Load()
	}
	r := &reader{state: present}
	defer r.close()
	return fn(r)
}

// Update implements [activation.Store]. It waits for earlier Updates of the
// tenant, until its context ends, and runs fn once. Do not call Update inside
// fn: it would wait for itself. If the context has ended when fn returns nil,
// nothing is kept, and the error is the context's. A panic in fn passes
// through, and nothing is kept.
func (s *Store) Update(ctx context.Context, id string, fn func(activation.Writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.tenant(id)
	if t == nil {
		t = s.newTenant(id)
	}
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.turn }()

	w := newWriter(t.state.Load())
	defer w.close()
	if err := fn(w); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w.close()
	if w.written {
		t.state.Store(w.state)
		s.tell(id)
	}
	return nil
}

func (s *Store) newTenant(id string) *tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.tenant(id); first != nil {
		return first
	}
	t := &tenant{turn: make(chan struct{}, 1)}
	t.state.Store(empty)
	more := s.tenants.Load().with(id, t)
	s.tenants.Store(&more)
	return t
}

// Due implements [activation.DueLister]. The cost of all pages together grows
// with the number of tenants.
func (s *Store) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var due []string
	for id, t := range s.tenants.Load().above(after) {
		if len(due) >= limit {
			break
		}
		if at := t.state.Load().record.Due; !at.IsZero() && !at.After(now) {
			due = append(due, id)
		}
	}
	return due, nil
}
