package activation_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// wishing is an internal user with what it should have.
func wishing(id string, modules ...string) seat.Holder {
	return seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: modules}
}

// sync runs a Sync that succeeds.
func (s *stage) sync(options activation.SyncOptions, wanted ...seat.Holder) activation.SyncResult {
	s.Helper()
	result, err := s.crm.As("night").Sync(s.Context(), presenting(nil, wanted...), options)
	require.NoError(s, err)
	return result
}

// unmet is the lines of what is unmet, in order.
func (s *stage) unmet() (lines []string) {
	s.Helper()
	for w, err := range s.crm.AllWishes(s.Context()) {
		require.NoError(s, err)
		line := fmt.Sprintf("%d %s %s: %s", w.Place, w.Holder, w.Module, w.Rule)
		if w.From != "" {
			line += " instead of " + w.From
		}
		lines = append(lines, line)
	}
	return lines
}

func TestSync(t *testing.T) {
	const plan, addon = "acme.plan", "acme.addon"
	s := newStage(t)
	s.begin(acme(6), 3) // u1 to u3 have all plans
	wanted := []seat.Holder{
		wishing("boss", addon, plan), wishing("u2", plan), wishing("u3"), wishing("new", plan), wishing("last", plan, "acme.none"),
		{ID: "u9", Kind: license.User, Type: "guest"},
	}
	want := activation.SyncResult{
		Holders: 6, Admitted: 4, Gone: 1, Assigned: 3, Released: 2, Unmet: 2,
		Changes: []seat.Change{
			{Assignment: gives(plan, "u1")[0], Cause: seat.CauseRetired},
			{Assignment: gives(addon, "boss")[0], Cause: seat.CauseAssigned},
			{Assignment: gives(plan, "boss")[0], Cause: seat.CauseAssigned},
			{Assignment: gives(plan, "u3")[0], Cause: seat.CauseReleased},
			{Assignment: gives(plan, "new")[0], Cause: seat.CauseAssigned},
		},
		Wishes: []activation.Wish{
			{Assignment: gives(plan, "last")[0], Place: 6, Rule: "no-free-seat"},
			{Assignment: gives("acme.none", "last")[0], Place: 7, Rule: "not-licensed"},
		},
	}
	before, revision := s.assigned(), s.revision()
	dry, err := s.crm.As("night").DryRun().Sync(t.Context(), presenting(nil, wanted...), activation.SyncOptions{})
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, dry), "a dry run says what will be")
	assert.Equal(t, before, s.assigned())
	assert.Equal(t, revision, s.revision(), "and writes nothing")

	progress := []string{}
	done := s.sync(activation.SyncOptions{Progress: func(done, all int) { progress = append(progress, fmt.Sprint(done, " of ", all)) }}, wanted...)
	slices.SortFunc(done.Changes, compareChanges)
	slices.SortFunc(want.Changes, compareChanges)
	assert.Empty(t, cmp.Diff(want, done))
	assert.Equal(t, []string{"1 of 6", "6 of 6"}, progress)
	assert.Equal(t, map[string][]string{"boss": {addon, plan}, "u2": {plan}, "new": {plan}}, s.assigned())
	assert.Equal(t, []string{"6 last acme.plan: no-free-seat", "7 last acme.none: not-licensed"}, s.unmet())
	known, err := s.crm.Holders(t.Context(), "u1", "u3", "u9")
	require.NoError(t, err)
	assert.Equal(t, []seat.Holder{{ID: "u3", Kind: license.User, Type: "internal"}, {ID: "u9", Kind: license.User, Type: "guest"}}, known, "u1 is forgotten")

	revision = s.revision()
	again := s.sync(activation.SyncOptions{}, wanted...)
	want.Admitted, want.Gone, want.Assigned, want.Released, want.Changes = 0, 0, 0, 0, nil
	for i := range want.Wishes {
		want.Wishes[i].Since = today
	}
	assert.Empty(t, cmp.Diff(want, again), "nothing is left to do")
	assert.Equal(t, revision, s.revision(), "and nothing is written")

	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, status.Owner("acme").Module(plan).Wished)
	var lines []string
	for _, item := range status.Attention(today) {
		if item.Code == "wishes-unmet" {
			lines = append(lines, string(item.Severity)+" "+item.String())
		}
	}
	assert.Equal(t, []string{
		"warning acme.none: 1 holder should have it and can't be given it (not-licensed)",
		"warning acme.plan: 1 holder should have it and can't be given it (no-free-seat)",
	}, lines)
}

func compareChanges(a, b seat.Change) int {
	if a.Holder != b.Holder {
		return map[bool]int{true: -1, false: 1}[a.Holder < b.Holder]
	}
	return map[bool]int{true: -1, false: 1}[a.Module < b.Module]
}

// TestSyncRefuses says what a host can't say, and that nothing has changed then.
func TestSyncRefuses(t *testing.T) {
	broken := errors.New("the connection is gone")
	s := newStage(t)
	s.begin(acme(6), 2)
	before, revision := s.assigned(), s.revision()
	for _, test := range []struct {
		name    string
		wanted  iter.Seq2[seat.Holder, error]
		options activation.SyncOptions
		is      error
	}{
		{name: "nobody", wanted: presenting(nil), is: activation.ErrNobodyPresent},
		{name: "an error at the end", wanted: presenting(broken, users(1)...), is: broken},
		{name: "a holder twice", wanted: presenting(nil, wishing("u1"), wishing("u1")), is: activation.ErrInvalid},
		{name: "a new holder twice", wanted: presenting(nil, wishing("n1"), wishing("n1")), is: activation.ErrInvalid},
		{name: "an id that is none", wanted: presenting(nil, wishing("")), is: activation.ErrInvalid},
		{name: "a kind that is none", wanted: presenting(nil, seat.Holder{ID: "u1", Kind: license.Site}), is: activation.ErrInvalid},
		{name: "a module that is none", wanted: presenting(nil, wishing("u1", "Acme.Plan")), is: activation.ErrInvalid},
		{
			name: "a module that is not managed", wanted: presenting(nil, wishing("u1", "acme.plan")),
			options: activation.SyncOptions{Modules: []string{"acme.addon"}}, is: activation.ErrInvalid,
		},
		{name: "no module to manage", wanted: presenting(nil, wishing("u1")), options: activation.SyncOptions{Modules: []string{"acme"}}, is: activation.ErrInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := s.crm.As("night").Sync(t.Context(), test.wanted, test.options)
			require.ErrorIs(t, err, test.is)
			assert.Zero(t, result.Assigned+result.Released+result.Gone+result.Admitted)
			assert.Equal(t, before, s.assigned())
			assert.Equal(t, revision, s.revision())
		})
	}
}

// TestSyncOfSomeModules leaves the others alone.
func TestSyncOfSomeModules(t *testing.T) {
	const plan, addon, user = "acme.plan", "acme.addon", "acme.user"
	s := newStage(t)
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("ida").Assign(t.Context(), append(gives(addon, "u1", "u2"), gives(user, "u2")...)...)))
	result := s.sync(activation.SyncOptions{Modules: []string{addon}}, wishing("u1"), wishing("u3", addon))
	assert.Equal(t, map[string][]string{"u1": {plan}, "u2": {plan, user}}, s.assigned(), "u2 is not forgotten, and keeps what is not managed")
	assert.EqualValues(t, 2, result.Released)
	assert.Equal(t, []string{"2 u3 acme.addon: prerequisite"}, s.unmet())
	s.sync(activation.SyncOptions{Modules: []string{user}}, wishing("u1"), wishing("u2", user))
	assert.Equal(t, []string{"2 u3 acme.addon: prerequisite"}, s.unmet(), "the wishes of another Sync stay")
	s.sync(activation.SyncOptions{}, wishing("u1", plan))
	assert.Empty(t, s.unmet())
	assert.Equal(t, map[string][]string{"u1": {plan}}, s.assigned())
}

// TestWishesAreMet by themselves, in their order, where the host says so.
func TestWishesAreMet(t *testing.T) {
	const plan = "acme.plan"
	for _, meet := range []bool{false, true} {
		t.Run(fmt.Sprint(meet), func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 3)
			all := []seat.Holder{wishing("z", plan), wishing("a", plan), wishing("b", plan), wishing("c", plan), wishing("d", plan)}
			for _, u := range users(3) {
				all = append(all, wishing(u.ID, plan))
			}
			s.sync(activation.SyncOptions{MeetLater: meet}, all...)
			require.Len(t, s.unmet(), 5)
			held := func() (ids []string) {
				for id := range s.assigned() {
					ids = append(ids, id)
				}
				slices.Sort(ids)
				return ids
			}
			expect := func(what string, ids ...string) {
				t.Helper()
				if !meet {
					return
				}
				slices.Sort(ids)
				assert.Equal(t, ids, held(), what)
			}
			require.NoError(t, errOf(s.crm.As("ida").Release(t.Context(), gives(plan, "u1")...)))
			expect("a release", "u2", "u3", "z")
			require.NoError(t, errOf(s.crm.As("ida").Retire(t.Context(), "u2", "a")))
			expect("a retirement; a has left too", "u3", "z", "b")
			s.load(acme(7, quantity("plan", 4)))
			expect("an activation", "u3", "z", "b", "c")
			log := s.loggedSince(0)
			if !meet {
				assert.Equal(t, []string{"u3"}, held())
				assert.Len(t, s.unmet(), 4)
				return
			}
			assert.Equal(t, "assigned c acme.plan", log[len(log)-1])
			assert.Equal(t, []string{"5 d acme.plan: no-free-seat"}, s.unmet())
			entries, err := s.crm.Log(t.Context(), 0, 1)
			require.NoError(t, err)
			assert.Equal(t, "seatwright", entries[0].By)
			require.NoError(t, errOf(s.crm.As("ida").Switch(t.Context(), seat.Swap{Holder: "z", From: plan, To: "acme.user"})))
			expect("a switch", "u3", "z", "b", "c", "d")
			assert.Empty(t, s.unmet())
			drift, err := s.crm.Verify(t.Context())
			require.NoError(t, err)
			assert.Empty(t, drift)
		})
	}
}
