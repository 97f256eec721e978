package activation_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestAdmit(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	addon := seat.Holder{ID: "u1", Kind: license.User, Type: "guest", Assigned: []string{"acme.addon"}}
	third := seat.Holder{ID: "u3", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}}
	fourth := seat.Holder{ID: "u4", Kind: license.User}

	dry, err := s.crm.As("ida").DryRun().Admit(t.Context(), addon, third, fourth)
	require.NoError(t, err)
	decision, err := s.crm.As("ida").Admit(t.Context(), addon, third, fourth)
	require.NoError(t, err)

	assert.Empty(t, cmp.Diff(dry, decision), "a dry run says what is done")
	assert.Equal(t, []seat.Change{
		{Assignment: seat.Assignment{Holder: "u1", Module: "acme.addon"}, Cause: seat.CauseAssigned},
		{Assignment: seat.Assignment{Holder: "u3", Module: "acme.plan"}, Cause: seat.CauseAssigned},
	}, decision.Changes)
	holders, err := s.crm.Holders(t.Context(), "u1", "u2", "u3", "u4")
	require.NoError(t, err)
	assert.Equal(t, []seat.Holder{
		{ID: "u1", Kind: license.User, Type: "guest", Assigned: []string{"acme.addon", "acme.plan"}},
		{ID: "u2", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}},
		third, fourth,
	}, holders, "what u1 had beside it stays")
	log, err := s.crm.Log(t.Context(), 0, 2)
	require.NoError(t, err)
	assert.Equal(t, "ida", log[0].By)

	again, err := s.crm.As("ida").Admit(t.Context(), addon, third, fourth)
	require.NoError(t, err)
	assert.Empty(t, again.Changes)
}

// Nobody is known who is refused, and nobody beside it.
func TestAdmitIsAllOrNothing(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	before := s.assigned()

	_, err := s.crm.As("ida").Admit(t.Context(),
		seat.Holder{ID: "u1", Kind: license.User, Type: "guest"},
		seat.Holder{ID: "u4", Kind: license.User, Assigned: []string{"acme.plan"}})

	var full *seat.NoFreeSeatError
	require.ErrorAs(t, err, &full)
	assert.Equal(t, seat.NoFreeSeatError{Module: "acme.plan", Capacity: 3, InUse: 3, Wanted: 1}, *full)
	assert.Equal(t, activation.ClassRefused, activation.Classify(err))
	assert.Equal(t, before, s.assigned())
	holders, err := s.crm.Holders(t.Context(), "u1", "u4")
	require.NoError(t, err)
	assert.Equal(t, []seat.Holder{{ID: "u1", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}}}, holders)
}

// Each holder is written once, though kind and modules change.
func TestAdmitWritesOnce(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	store := &putCounter{Store: s.store}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")

	_, err := crm.As("ida").Admit(t.Context(),
		seat.Holder{ID: "u1", Kind: license.User, Type: "guest", Assigned: []string{"acme.addon"}},
		seat.Holder{ID: "u2", Kind: license.User, Type: "guest"})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"u1": 1, "u2": 1}, store.puts)
}

func TestAdmitChecksItsHolders(t *testing.T) {
	s := newStage(t)
	for text, holders := range map[string][]seat.Holder{
		"holder 0: the id is empty":                              {{Kind: license.User}},
		"holder 1: it is given twice":                            {{ID: "a", Kind: license.User}, {ID: "a", Kind: license.User}},
		"holder 0: it is neither of the kind user nor satellite": {{ID: "a", Kind: license.Site}},
	} {
		_, err := s.crm.As("ida").Admit(t.Context(), holders...)
		require.EqualError(t, err, "activation: admit: "+text)
		require.ErrorIs(t, err, activation.ErrInvalid)
	}
	decision, err := s.crm.As("ida").Admit(t.Context())
	require.NoError(t, err, "nobody is admitted")
	assert.Empty(t, decision.Changes)
}

// putCounter counts how often each holder is written.
type putCounter struct {
	activation.Store
	puts map[string]int
}

func (p *putCounter) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	p.puts = map[string]int{}
	return p.Store.Update(ctx, tenant, func(w activation.Writer) error { return fn(countingWriter{w, p.puts}) })
}

type countingWriter struct {
	activation.Writer
	puts map[string]int
}

func (w countingWriter) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	for _, h := range holders {
		w.puts[h.ID]++
	}
	return w.Writer.PutHolders(ctx, holders...)
}
