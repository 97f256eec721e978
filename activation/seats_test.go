package activation_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestAssignIsAllOrNothing(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	before := s.assigned()

	_, err := s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1", "u2", "u3", "nobody")...)

	var refused *seat.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Refusals, 2)
	var full *seat.NoFreeSeatError
	require.ErrorAs(t, refused.Refusals[0].Err, &full)
	assert.Equal(t, seat.NoFreeSeatError{Module: "acme.addon", Capacity: 2, InUse: 0, Wanted: 3}, *full)
	require.ErrorIs(t, refused.Refusals[1].Err, seat.ErrUnknownHolder)
	assert.Equal(t, before, s.assigned())
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context())), "nothing asked, nothing done")
}

// Every operation on seats, before and after, with the log of it.
func TestSeatOperations(t *testing.T) {
	const plan, addon = "acme.plan", "acme.addon"
	tests := []struct {
		name  string
		do    func(context.Context, *activation.Tenant) (seat.Decision, error)
		want  map[string][]string
		cause []string // of the log, the oldest first
	}{
		{"assign", func(ctx context.Context, crm *activation.Tenant) (seat.Decision, error) {
			return crm.As("ida").Assign(ctx, gives(addon, "u2")...)
		}, map[string][]string{"u1": {addon, plan}, "u2": {addon, plan}}, []string{"assigned u2 acme.addon"}},
		{"release with what requires it", func(ctx context.Context, crm *activation.Tenant) (seat.Decision, error) {
			return crm.As("ida").Release(ctx, gives(plan, "u1", "u3")...)
		}, map[string][]string{"u2": {plan}}, []string{"cascade u1 acme.addon", "released u1 acme.plan"}},
		{"switch", func(ctx context.Context, crm *activation.Tenant) (seat.Decision, error) {
			return crm.As("ida").Switch(ctx, seat.Swap{Holder: "u2", From: plan, To: "acme.user"})
		}, map[string][]string{"u1": {addon, plan}, "u2": {"acme.user"}}, []string{"released u2 acme.plan", "assigned u2 acme.user"}},
		{"retire", func(ctx context.Context, crm *activation.Tenant) (seat.Decision, error) {
			return crm.As("ida").Retire(ctx, "u1", "nobody")
		}, map[string][]string{"u2": {plan}}, []string{"retired u1 acme.addon", "retired u1 acme.plan"}},
		{"fill", func(ctx context.Context, crm *activation.Tenant) (seat.Decision, error) {
			decision, left, err := crm.As("ida").Fill(ctx, plan, users(5)...)
			if len(left) != 2 || left[0].Holder != "u4" || !errors.Is(left[0].Err, seat.ErrNoFreeSeat) {
				err = fmt.Errorf("left over: %v", left)
			}
			return decision, err
		}, map[string][]string{"u1": {addon, plan}, "u2": {plan}, "u3": {plan}}, []string{"assigned u3 acme.plan"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 2)
			require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(3)...)))
			require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives(addon, "u1")...)))
			before := s.assigned()
			entries, err := s.crm.Log(t.Context(), 0, 1)
			require.NoError(t, err)

			dry, err := test.do(t.Context(), s.crm.DryRun())
			require.NoError(t, err)
			assert.Equal(t, before, s.assigned(), "a dry run stores nothing")
			done, err := test.do(t.Context(), s.crm)
			require.NoError(t, err)
			assert.Equal(t, dry, done, "a dry run says what will be")
			if diff := cmp.Diff(test.want, s.assigned()); diff != "" {
				t.Errorf("assigned (-want +got):\n%s", diff)
			}
			assert.Equal(t, test.cause, s.loggedSince(entries[0].ID))

			again, err := test.do(t.Context(), s.crm)
			require.NoError(t, err)
			assert.Empty(t, again.Changes, "done already")
			assert.Equal(t, test.want, s.assigned())
			drift, err := s.crm.Verify(t.Context())
			require.NoError(t, err)
			assert.Empty(t, drift)
		})
	}
}

// loggedSince is cause, holder and module, the oldest first.
func (s *stage) loggedSince(id int64) []string {
	s.Helper()
	entries, err := s.crm.Log(s.Context(), 0, 1000)
	require.NoError(s, err)
	var lines []string
	for _, entry := range slices.Backward(entries) {
		if entry.ID > id {
			lines = append(lines, fmt.Sprintf("%s %s %s", entry.Cause, entry.Holder, entry.Module))
		}
	}
	return lines
}

func TestHoldersByModule(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.web", "u2")...)))
	page, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: "acme.web"}, "u1", 10)
	require.NoError(t, err)
	require.Len(t, page, 2, "by a bundle, and by itself")
	page, err = s.crm.HolderPage(t.Context(), activation.HolderQuery{Assigned: []string{"acme.web"}}, "", 10)
	require.NoError(t, err)
	assert.Equal(t, []seat.Holder{{ID: "u2", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan", "acme.web"}}}, page)
	known, err := s.crm.Holders(t.Context(), "u2", "nobody")
	require.NoError(t, err)
	assert.Equal(t, page, known)
}

func TestFillRefuses(t *testing.T) {
	s := newStage(t)
	_, _, err := s.crm.As("eva").Fill(t.Context(), "acme.plan", users(1)...)
	require.ErrorIs(t, err, seat.ErrNotLicensed)
	_, _, err = s.crm.As("eva").Fill(t.Context(), "acme.plan",
		seat.Holder{ID: "a", Kind: license.Site}, seat.Holder{Kind: license.User},
		seat.Holder{ID: "b", Kind: license.User}, seat.Holder{ID: "b", Kind: license.User})
	require.EqualError(t, err, "activation: fill: holder 0: it is neither of the kind user nor satellite; "+
		"holder 1: the id is empty; holder 3: it is given twice")
	require.Error(t, errOf(s.crm.As("host").Admit(t.Context(), seat.Holder{ID: "a"})))
}

func TestUpdateHoldersLeavesAssignments(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), seat.Holder{ID: "u1", Kind: license.User, Type: "guest"})))
	known, err := s.crm.Holders(t.Context(), "u1")
	require.NoError(t, err)
	assert.Equal(t, []seat.Holder{{ID: "u1", Kind: license.User, Type: "guest", Assigned: []string{"acme.plan"}}}, known)
}

// presenting is what a host has, and how reading it ends.
func presenting(end error, holders ...seat.Holder) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		for _, h := range holders {
			if !yield(h, nil) {
				return
			}
		}
		if end != nil {
			yield(seat.Holder{}, end)
		}
	}
}

// TestReconcileFails changes nothing when the host can't say who is there, or
// says that nobody is.
func TestReconcileFails(t *testing.T) {
	s := newStage(t)
	_, err := s.crm.As("sync").Reconcile(t.Context(), presenting(nil))
	require.NoError(t, err, "nobody is kept either")
	s.begin(acme(7), 3)
	before := s.assigned()
	broken := errors.New("connection lost")
	for want, present := range map[error]iter.Seq2[seat.Holder, error]{
		activation.ErrNobodyPresent: presenting(nil),
		broken:                      presenting(broken, users(1)...),
	} {
		_, err := s.crm.As("sync").Reconcile(t.Context(), present)
		require.ErrorIs(t, err, want)
		require.Equal(t, before, s.assigned())
	}
}

func TestReconcile(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), seat.Holder{ID: "u4", Kind: license.User}))) // this user has left, and has no seat
	present := []seat.Holder{
		{ID: "u1", Kind: license.User, Type: "internal"},
		{ID: "u2", Kind: license.User, Type: "guest"},
		{ID: "u9", Kind: license.User, Type: "internal"},
	}
	want := []activation.Drift{
		{Code: activation.DriftHolderChanged, Subject: "u2", Stored: `user "internal"`, Found: `user "guest"`},
		{Code: activation.DriftHolderGone, Subject: "u3", Stored: `user "internal" acme.plan`},
		{Code: activation.DriftHolderUnknown, Subject: "u9", Found: `user "internal"`},
	}
	drift, err := s.crm.DryRun().As("sync").Reconcile(t.Context(), presenting(nil, present...))
	require.NoError(t, err)
	assert.Equal(t, want, drift)
	drift, err = s.crm.As("sync").Reconcile(t.Context(), presenting(nil, present...))
	require.NoError(t, err)
	assert.Equal(t, want, drift)
	drift, err = s.crm.As("sync").Reconcile(t.Context(), presenting(nil, present...))
	require.NoError(t, err)
	assert.Empty(t, drift)

	assert.Equal(t, map[string][]string{"u1": {"acme.plan"}, "u2": {"acme.plan"}}, s.assigned())
	assert.Equal(t, []string{"retired u3 acme.plan"}, s.loggedSince(3))
	kept, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 100)
	require.NoError(t, err)
	assert.Len(t, kept, 3, "who has left is forgotten")
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "u9")...)))
}

func TestErase(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("u1").Assign(t.Context(), gives("acme.addon", "u1")...)))

	require.ErrorContains(t, s.crm.As("host").Erase(t.Context(), "u1", "u2"), "the pseudonym is the id of another holder")
	require.ErrorContains(t, s.crm.As("host").Erase(t.Context(), "u1", "u1"), "the pseudonym is the id itself")
	require.NoError(t, s.crm.As("host").Erase(t.Context(), "u1", "gone-1"))
	require.NoError(t, s.crm.As("host").Erase(t.Context(), "u1", "gone-1"), "twice is once")

	assert.Equal(t, map[string][]string{"gone-1": {"acme.addon", "acme.plan"}, "u2": {"acme.plan"}}, s.assigned())
	entries, err := s.crm.Log(t.Context(), 0, 100)
	require.NoError(t, err)
	for _, entry := range entries {
		assert.NotEqual(t, "u1", entry.Holder)
		assert.NotEqual(t, "u1", entry.By)
	}
}

func TestRemove(t *testing.T) {
	s := newStage(t, activation.WithProtectedOwners("vendor"))
	s.begin(acme(6), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	addOn := acme(1, licensee("Example AS", "P"), func(l *license.License) {
		l.Owner.Name = "partner"
		l.Modules = []license.Module{{Name: "x", Kind: license.User, Quantity: 5, Requires: []string{"acme.web"}}}
	})
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "partner", planner.Expected{Serial: "P"}))
	require.True(t, s.load(addOn).Activated)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("partner.x", "u2")...)))

	_, err := s.crm.As("eva").Remove(t.Context(), "vendor")
	require.ErrorIs(t, err, activation.ErrProtected)
	want := map[string]int64{"acme.plan": 3, "acme.addon": 1, "partner.x": 1}
	released, err := s.crm.DryRun().As("eva").Remove(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, want, released)
	assert.Len(t, s.assigned(), 3)
	released, err = s.crm.As("eva").Remove(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, want, released)
	assert.Empty(t, s.assigned())
	assert.Equal(t, activation.OwnerStatus{Owner: "acme"}, s.owner())
	assert.Equal(t, "removed 6-0", s.history()[0])

	released, err = s.crm.As("eva").Remove(t.Context(), "acme")
	require.NoError(t, err)
	assert.Empty(t, released)
	assert.Equal(t, "activated 0-1", s.history()[1], "removing twice is removing once")
	_, err = s.crm.Renew(t.Context(), "acme")
	require.ErrorIs(t, err, activation.ErrNoSerial, "asked again only by hand")
}

// Of 64 who want the last seat, one gets it, and the others are told why.
func TestLastSeat(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("addon", 1)), 3)
	const rivals = 64
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(rivals)...)))
	errs := make([]error, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() {
			_, errs[i] = s.crm.As("eva").Assign(t.Context(),
				seat.Assignment{Holder: users(rivals)[i].ID, Module: "acme.user"},
				seat.Assignment{Holder: users(rivals)[i].ID, Module: "acme.addon"})
		})
	}
	all.Wait()

	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		var full *seat.NoFreeSeatError
		require.ErrorAs(t, err, &full)
		assert.Equal(t, seat.NoFreeSeatError{Module: "acme.addon", Capacity: 1, InUse: 1, Wanted: 1}, *full)
	}
	assert.Equal(t, 1, won)
}

// Whatever many goroutines do at once, no reader ever sees more in use than
// there is capacity.
func TestNeverOversold(t *testing.T) {
	operations := randomOperations
	if testing.Short() {
		operations = 5_000
	}
	s := newStage(t)
	s.begin(acme(6, quantity("plan", 7), quantity("addon", 3)), 0)
	const holders, workers = 16, 8
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(holders)...)))
	seed := uint64(1)
	t.Logf("seed %d", seed)

	done := make(chan struct{})
	var reader, all sync.WaitGroup
	reader.Go(func() { readUntil(t, s.crm, done) })
	for worker := range workers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(worker)))
			for range operations / workers {
				randomOperation(t, s, random, holders)
			}
		})
	}
	all.Wait()
	close(done)
	reader.Wait()
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// readUntil looks for an oversold module, and at least once.
func readUntil(t *testing.T, crm *activation.Tenant, done <-chan struct{}) {
	t.Helper()
	for {
		status, err := crm.Status(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		for _, m := range status.Owners[0].Modules {
			if m.Free < 0 {
				t.Errorf("%s has %d in use and %d free", m.Name, m.InUse, m.Free)
			}
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func randomOperation(t *testing.T, s *stage, random *rand.Rand, holders int) {
	t.Helper()
	ctx := t.Context()
	holder := fmt.Sprintf("u%d", 1+random.IntN(holders))
	module := []string{"acme.plan", "acme.addon", "acme.user", "acme.web"}[random.IntN(4)]
	var err error
	switch n := random.IntN(100); {
	case n < 45:
		_, err = s.crm.As("r").Assign(ctx, seat.Assignment{Holder: holder, Module: module})
	case n < 75:
		_, err = s.crm.As("r").Release(ctx, seat.Assignment{Holder: holder, Module: module})
	case n < 90:
		_, err = s.crm.As("r").Switch(ctx, seat.Swap{Holder: holder, From: "acme.plan", To: module})
	case n < 95:
		_, err = s.crm.As("r").Retire(ctx, holder)
	case n < 99:
		_, _, err = s.crm.As("r").Fill(ctx, module, users(3)...)
	default:
		number := s.owner().Number + 1
		_, err = s.crm.As("r").Load(ctx, sealedReader(s, acme(number,
			quantity("plan", int64(4+random.IntN(5))), quantity("addon", int64(1+random.IntN(4))))))
	}
	var refused *seat.RefusedError
	if err != nil && !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}

func TestInHostTransaction(t *testing.T) {
	var seen observer
	s := newStage(t, activation.WithObserver(&seen))
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(4)...)))
	ent, err := s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	require.False(t, ent.Check("u3", "acme.web").Allowed())
	seen.clear()

	err = s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		bound := s.crm.In(boundStore{w})
		if _, err := bound.As("eva").Assign(t.Context(), gives("acme.plan", "u3")...); err != nil {
			return err
		}
		require.ErrorIs(t, errOf(bound.As("eva").Assign(t.Context(), gives("acme.plan", "u4")...)), seat.ErrNoFreeSeat)
		_, err := bound.Renew(t.Context(), "acme")
		require.ErrorContains(t, err, "no source is asked within a transaction of the host")
		return nil
	})
	require.NoError(t, err)

	assert.Equal(t, []string{"assign refused", "renew refused"}, seen.outcomes(), "what may be rolled back is not told")
	assert.Contains(t, s.assigned(), "u3", "a refusal leaves the transaction usable")
	s.clock.add(time.Minute)
	ent, err = s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.True(t, ent.Check("u3", "acme.web").Allowed(), "the next poll of the revision sees it")
}

// boundStore is a transaction that the host has begun.
type boundStore struct{ w activation.Writer }

func (b boundStore) View(_ context.Context, _ string, fn func(activation.Reader) error) error {
	return fn(b.w)
}

func (b boundStore) Update(_ context.Context, _ string, fn func(activation.Writer) error) error {
	return fn(b.w)
}
