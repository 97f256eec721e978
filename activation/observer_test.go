package activation_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// observer remembers what it is told.
type observer struct {
	mu   sync.Mutex
	seen []activation.Observation
}

func (o *observer) Observe(_ context.Context, observation activation.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, observation)
}

func (o *observer) last() activation.Observation { return o.seen[len(o.seen)-1] }

func (o *observer) clear() { o.seen = nil }

func (o *observer) outcomes() []string {
	var lines []string
	for _, seen := range o.seen {
		lines = append(lines, string(seen.Operation)+" "+string(seen.Outcome))
	}
	return lines
}

func sealedReader(s *stage, l *license.License) io.Reader { return bytesReader(s.sealed(l)) }

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

func TestObserver(t *testing.T) {
	var seen observer
	s := newStage(t, activation.WithObserver(&seen))
	s.begin(acme(6), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	want := activation.Observation{
		Operation: "assign", Tenant: "tenant-42", Outcome: "done",
		Seats: []activation.Sample{
			{Module: "acme.addon", InUse: 1, Capacity: 2},
			{Module: "acme.plan", InUse: 3, Capacity: 3},
			{Module: "acme.user", InUse: 3, Capacity: 9},
			{Module: "acme.web", InUse: 3, Capacity: 9},
		},
		Revision: s.revision(),
	}
	if diff := cmp.Diff(want, seen.seen[len(seen.seen)-1]); diff != "" {
		t.Errorf("observation (-want +got):\n%s", diff)
	}
	seen.clear()

	s.renew()
	s.load(acme(7, quantity("plan", 1)))
	s.load(acme(5))
	_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: s.owner().Pending.Offer})
	require.Error(t, err)
	_, err = s.crm.DryRun().As("eva").Retire(t.Context(), "u1")
	require.NoError(t, err)
	require.Error(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "nobody")...)))
	s.load(acme(8))
	assert.Equal(t, []string{
		"renew current", "load pending", "load rejected", "status done", "activate stale", "assign refused", "load activated",
	}, seen.outcomes(), "dry runs are not told")
	assert.Equal(t, "acme", seen.seen[1].Owner)
	assert.Len(t, seen.seen[6].Seats, 4)
	_, err = s.crm.As("eva").Remove(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []activation.Sample{}, seen.seen[7].Seats, "nothing is licensed any more, which is not the same as nothing changed")
}
