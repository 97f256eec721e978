package sqlstore

import (
	"time"

	"github.com/seatwright/seatwright/activation"
)

// LookUp sets how many holders of modules a directory looks up one by one, for
// pages of any size.
func (d *Directory) LookUp(holders int64) { d.few = holders }

// Candidates says up to how many people a search index is used for.
func (d *Directory) Candidates(most int) { d.most = most }

// MaxGathered is how many rows a store gathers before it writes them.
const MaxGathered = maxGathered

// WithGathering lets a store write after fewer rows.
func WithGathering(rows int) Option {
	return func(s *settings) error {
		s.gathering = rows
		return nil
	}
}

// WithLanes limits how many transactions about seats run before others wait, and
// how long they do.
func WithLanes(lanes int, patience time.Duration) Option {
	return func(s *settings) error {
		s.lanes, s.patience = lanes, patience
		return nil
	}
}

// Waiting is how many Updates of a store wait for their turn.
func Waiting(store activation.Store) (calls int) {
	var t *turns
	switch store := store.(type) {
	case *Postgres:
		t = store.turns
	case *DB:
		t = store.turns
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, waiting := range t.waiting {
		calls += len(waiting)
	}
	return calls
}

// What shares a transaction.
const (
	MaxShared        = maxShared
	MaxSharedHolders = maxSharedHolders
	MaxSharedTenants = maxSharedTenants
)
