package activation_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// kept is what the tenant keeps that an id can stand in.
type kept struct {
	Holders []seat.Holder
	History []activation.HistoryEntry
	Log     []activation.LogEntry
	Pending string // who loaded it
}

func (s *stage) kept() (e kept) {
	s.Helper()
	var err error
	require.NoError(s, s.store.View(s.Context(), "tenant-42", func(r activation.Reader) error {
		owners, err := r.Owners(s.Context())
		require.NoError(s, err)
		for _, owner := range owners {
			for _, pending := range owner.Pending {
				e.Pending += pending.By + " " + fmt.Sprint(pending.Schedule)
			}
		}
		return nil
	}))
	e.Holders, err = s.crm.HolderPage(s.Context(), activation.HolderQuery{}, "", 1000)
	require.NoError(s, err)
	e.History, err = s.crm.History(s.Context(), 0, 1000)
	require.NoError(s, err)
	e.Log, err = s.crm.Log(s.Context(), 0, 10_000)
	require.NoError(s, err)
	return e
}

func present(holders []seat.Holder) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		for _, h := range holders {
			if !yield(h, nil) {
				return
			}
		}
	}
}

// TestEraseToAHolder erases somebody to the id of a holder, who would get the
// history of the other. "u1" is the holder, and stays apart from "left", wherever
// that one stands.
func TestEraseToAHolder(t *testing.T) {
	tests := []struct {
		name    string
		do      func(*stage)
		refused bool
	}{
		{"nowhere", func(*stage) {}, false},
		{"a holder", func(s *stage) {
			require.NoError(s, errOf(s.crm.As("host").Admit(s.Context(), seat.Holder{ID: "left", Kind: "user"})))
		}, true},
		{"a holder who went, in the log", func(s *stage) {
			_, _, err := s.crm.As("eva").Fill(s.Context(), "acme.plan", seat.Holder{ID: "left", Kind: "user"})
			require.NoError(s, err)
			_, err = s.crm.As("eva").Reconcile(s.Context(), present(users(2)))
			require.NoError(s, err)
		}, true},
		{"deep in the log", func(s *stage) {
			_, _, err := s.crm.As("eva").Fill(s.Context(), "acme.plan", seat.Holder{ID: "left", Kind: "user"})
			require.NoError(s, err)
			_, err = s.crm.As("eva").Reconcile(s.Context(), present(users(2)))
			require.NoError(s, err)
			for range 600 {
				require.NoError(s, errOf(s.crm.As("eva").Assign(s.Context(), gives("acme.addon", "u1")...)))
				_, err := s.crm.As("eva").Release(s.Context(), gives("acme.addon", "u1")...)
				require.NoError(s, err)
			}
		}, true},
		{"an actor of the log", func(s *stage) {
			require.NoError(s, errOf(s.crm.As("left").Assign(s.Context(), gives("acme.addon", "u1")...)))
		}, true},
		{"an actor of the history", func(s *stage) {
			require.NoError(s, s.crm.As("left").Expect(s.Context(), "other", planner.Expected{Serial: "S-9"}))
		}, true},
		{"who loaded what waits", func(s *stage) {
			result, err := s.crm.As("left").Load(s.Context(), sealedReader(s, acme(7, quantity("plan", 1))))
			require.NoError(s, err)
			require.NotEmpty(s, result.Waiting)
		}, true},
		{"who has scheduled", func(s *stage) {
			s.load(acme(7, quantity("plan", 1), validFrom(today.Add(day))))
			preview, err := s.crm.Plan(s.Context(), "acme")
			require.NoError(s, err)
			require.NoError(s, errOf(s.crm.As("left").Schedule(s.Context(), preview.Approve())))
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 2)
			test.do(s)
			before := s.kept()

			err := s.crm.As("host").Erase(t.Context(), "left", "u1")

			if test.refused {
				require.EqualError(t, err, "activation: erase: the pseudonym is the id of another holder")
			} else {
				require.NoError(t, err)
			}
			if diff := cmp.Diff(before, s.kept()); diff != "" {
				t.Errorf("an erasure that was refused, or had nothing to do, changed (-before +after):\n%s", diff)
			}
			require.NoError(t, s.crm.As("host").Erase(t.Context(), "left", "nobody"), "to a pseudonym that is free")
			assert.NotContains(t, fmt.Sprint(s.kept()), "left")
			require.NoError(t, s.crm.As("host").Erase(t.Context(), "left", "nobody"), "twice is once")
		})
	}
}
