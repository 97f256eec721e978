package activation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// lists counts how often holders are listed, and fails when it shall.
type lists struct {
	activation.Store
	calls int
	err   error
}

func (l *lists) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return l.Store.View(ctx, tenant, func(r activation.Reader) error { return fn(listing{r, l}) })
}

type listing struct {
	activation.Reader
	lists *lists
}

func (l listing) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	if l.lists.calls++; l.lists.err != nil {
		return nil, l.lists.err
	}
	return l.Reader.HoldersWith(ctx, modules, after, limit)
}

func idsOf(holders []seat.Holder) []string {
	ids := []string{}
	for _, h := range holders {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestHolderQueries(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("eva").Admit(t.Context(),
		seat.Holder{ID: "u3", Kind: license.User, Assigned: []string{"acme.user"}},
		seat.Holder{ID: "u4", Kind: license.User})))
	for name, test := range map[string]struct {
		query activation.HolderQuery
		want  []string
	}{
		"all":                    {activation.HolderQuery{}, []string{"u1", "u2", "u3", "u4"}},
		"with a module":          {activation.HolderQuery{Assigned: []string{"acme.user"}}, []string{"u3"}},
		"with one of two":        {activation.HolderQuery{Assigned: []string{"acme.user", "acme.plan"}}, []string{"u1", "u2", "u3"}},
		"who occupy":             {activation.HolderQuery{Occupying: "acme.user"}, []string{"u1", "u2", "u3"}},
		"who occupy the bundle":  {activation.HolderQuery{Occupying: "acme.plan"}, []string{"u1", "u2"}},
		"who occupy the unknown": {activation.HolderQuery{Occupying: "acme.gone"}, []string{}},
	} {
		for limit := 1; limit <= 5; limit++ {
			ids, after := []string{}, ""
			for {
				page, err := s.crm.HolderPage(t.Context(), test.query, after, limit)
				require.NoError(t, err)
				ids = append(ids, idsOf(page)...)
				if len(page) < limit {
					break
				}
				after = page[limit-1].ID
			}
			assert.Equal(t, test.want, ids, "%s in pages of %d", name, limit)
		}
		assert.Equal(t, test.want, idsOf(collect(t, s.crm.AllHolders(t.Context(), test.query))), name)
	}
}

func TestHolderQueriesThatAreWrong(t *testing.T) {
	s := newStage(t)
	for text, query := range map[string]activation.HolderQuery{
		"a query of holders asks for more than one thing": {Assigned: []string{"acme.plan"}, Occupying: "acme.plan"},
		"the plan of the blocker is missing":              {Blocker: planner.Blocker{Module: "acme.plan"}},
	} {
		_, err := s.crm.HolderPage(t.Context(), query, "", 1)
		require.EqualError(t, err, "activation: holders: "+text)
		require.ErrorIs(t, err, activation.ErrInvalid)
	}
	for _, limit := range []int{0, -1} {
		_, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{}, "", limit)
		require.ErrorIs(t, err, activation.ErrInvalid)
		_, err = s.crm.History(t.Context(), 0, limit)
		require.ErrorIs(t, err, activation.ErrInvalid)
	}
}

// Few of many are concerned by a blocker: a page goes on past those who are not,
// and does not ask once for each.
func TestHoldersOfABlockerAmongMany(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("web", 999), quantity("user", 999)), 0)
	var holders []seat.Holder
	var want []string
	for i := range 250 {
		h := seat.Holder{ID: fmt.Sprintf("u%03d", i), Kind: license.User, Type: "internal", Assigned: []string{"acme.user", "acme.web"}}
		if i%40 == 0 {
			h.Type, want = "guest", append(want, h.ID)
		}
		holders = append(holders, h)
	}
	require.NoError(t, errOf(s.crm.As("eva").Admit(t.Context(), holders...)))
	offered := acme(7, quantity("web", 999), quantity("user", 999))
	offered.Modules[3].AssignableTo = []string{"internal"}
	require.Equal(t, activation.WaitingBlocked, s.load(offered).Waiting)
	preview, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	query := activation.HolderQuery{Plan: preview.Plan, Blocker: preview.Plan.Blockers[0]}
	require.Equal(t, int64(len(want)), query.Blocker.Affected)

	counted := &lists{Store: s.store}
	crm := s.start(counted, trusting(t, vendorKey)).Tenant("tenant-42")
	for _, test := range []struct{ limit, calls int }{{1, 10}, {3, 6}, {7, 6}, {100, 3}, {250, 2}, {251, 1}} {
		counted.calls = 0
		ids, after := []string{}, ""
		for {
			page, err := crm.HolderPage(t.Context(), query, after, test.limit)
			require.NoError(t, err)
			ids = append(ids, idsOf(page)...)
			if len(page) < test.limit {
				break
			}
			after = page[test.limit-1].ID
		}
		assert.Equal(t, want, ids, "in pages of %d", test.limit)
		assert.LessOrEqual(t, counted.calls, test.calls, "in pages of %d", test.limit)
	}
	assert.Equal(t, want, idsOf(collect(t, crm.AllHolders(t.Context(), query))))

	counted.err = errors.New("the store is away")
	_, err = crm.HolderPage(t.Context(), query, "", 1)
	require.ErrorIs(t, err, counted.err)
	for h, err := range crm.AllHolders(t.Context(), query) {
		assert.Empty(t, cmp.Diff(seat.Holder{}, h))
		require.ErrorIs(t, err, counted.err)
	}
}

// A sequence reads no further than it is asked.
func TestSequencesEndEarly(t *testing.T) {
	s := newStage(t)
	const many = 2100 // more than two pages
	s.begin(acme(6, quantity("plan", many), quantity("user", many), quantity("web", many)), many)
	counted := &lists{Store: s.store}
	crm := s.start(counted, trusting(t, vendorKey)).Tenant("tenant-42")
	for _, err := range crm.AllHolders(t.Context(), activation.HolderQuery{}) {
		require.NoError(t, err)
		break
	}
	assert.Equal(t, 1, counted.calls)
	ids := idsOf(collect(t, crm.AllHolders(t.Context(), activation.HolderQuery{})))
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), many)
	assert.Len(t, collect(t, crm.AllLog(t.Context())), many)
	for _, err := range crm.AllLog(t.Context()) {
		require.NoError(t, err)
		break
	}
}

// Samples of more days than are read at once come once each, in their order.
func TestSamplesOfMoreThanAPage(t *testing.T) {
	s := newStage(t)
	const days = 205
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		for i := range days {
			err := w.PutSamples(t.Context(), activation.Sample{Day: today.Truncate(day).AddDate(0, 0, i), Module: "acme.plan", InUse: int64(i)})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for _, test := range []struct{ from, to int }{{0, days}, {0, 99}, {0, 100}, {1, 101}, {99, 201}, {5, 5}, {6, 5}} {
		samples := collect(t, s.crm.Samples(t.Context(), "acme.plan",
			today.Truncate(day).AddDate(0, 0, test.from), today.Truncate(day).AddDate(0, 0, test.to)))
		want := max(0, min(test.to, days-1)-test.from+1)
		require.Len(t, samples, want, "%d to %d", test.from, test.to)
		for i, sample := range samples {
			require.Equal(t, int64(test.from+i), sample.InUse)
		}
	}
}
