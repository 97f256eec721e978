package activation_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// TestObservationRevision has goroutines give seats and refresh snapshots at the
// same time. Whatever order they are told in, the revision says which figures
// are newer: each revision gives one seat more.
func TestObservationRevision(t *testing.T) {
	const eight = 8
	var seen observer
	s := newStage(t, activation.WithObserver(&seen))
	s.begin(acme(6, quantity("plan", eight)), 0)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(eight)...)))
	before := s.revision()
	seen.clear()

	var together sync.WaitGroup
	for i := range eight {
		together.Go(func() {
			assert.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", fmt.Sprintf("u%d", i+1))...)))
			_, err := s.crm.Entitlements(t.Context())
			assert.NoError(t, err)
		})
	}
	together.Wait()

	counted := 0
	for _, o := range seen.seen {
		if o.Seats == nil {
			assert.Zero(t, o.Revision, "no figures, no revision")
			continue
		}
		counted++
		for _, sample := range o.Seats {
			if sample.Module == "acme.plan" {
				assert.Equal(t, o.Revision-before, sample.InUse, "%s, of revision %d", o.Operation, o.Revision)
			}
		}
	}
	assert.Greater(t, counted, eight, "each assign, and at least the last refresh")
	assert.Equal(t, before+eight, s.revision())
}

// TestObservationRevisionIsTheStores compares the revision that is told with
// the one that is stored.
func TestObservationRevisionIsTheStores(t *testing.T) {
	var seen observer
	s := newStage(t, activation.WithObserver(&seen))
	s.begin(acme(6), 2)
	operations := map[string]func() error{
		"assign": func() error { return errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)) },
		"load":   func() error { s.load(acme(7)); return nil },
		"remove": func() error { _, err := s.crm.As("eva").Remove(t.Context(), "acme"); return err },
	}
	for _, name := range []string{"assign", "load", "remove"} {
		seen.clear()
		require.NoError(t, operations[name]())
		want := activation.Observation{Operation: activation.Operation(name), Revision: s.revision()}
		got := activation.Observation{Operation: seen.seen[0].Operation, Revision: seen.seen[0].Revision}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("observation (-want +got):\n%s", diff)
		}
	}
}

func (s *stage) revision() (revision int64) {
	s.Helper()
	require.NoError(s, s.store.View(s.Context(), "tenant-42", func(r activation.Reader) error {
		record, err := r.Tenant(s.Context())
		revision = record.Revision.Number
		return err
	}))
	return revision
}
