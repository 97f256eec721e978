package activation_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// acts is every method by which somebody changes something.
func acts(s *stage) map[string]func(context.Context, *activation.Actor) error {
	plan := gives("acme.plan", "u1")
	nobody := func(func(seat.Holder, error) bool) {}
	return map[string]func(context.Context, *activation.Actor) error{
		"Acknowledge": func(ctx context.Context, a *activation.Actor) error {
			return a.Acknowledge(ctx, activation.Digest{})
		},
		"Activate": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Activate(ctx, activation.Approval{}))
		},
		"Admit":   func(ctx context.Context, a *activation.Actor) error { return errOf(a.Admit(ctx, users(9)...)) },
		"Assign":  func(ctx context.Context, a *activation.Actor) error { return errOf(a.Assign(ctx, plan...)) },
		"Dismiss": func(ctx context.Context, a *activation.Actor) error { return a.Dismiss(ctx, activation.Digest{}) },
		"Erase":   func(ctx context.Context, a *activation.Actor) error { return a.Erase(ctx, "u1", "gone") },
		"Expect": func(ctx context.Context, a *activation.Actor) error {
			return a.Expect(ctx, "acme", planner.Expected{Serial: "S-9"})
		},
		"Fill": func(ctx context.Context, a *activation.Actor) error {
			_, _, err := a.Fill(ctx, "acme.plan", users(9)...)
			return err
		},
		"Import": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Import(ctx, iter.Seq2[seat.Holder, error](nobody), nil))
		},
		"Install": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Install(ctx, bytes.NewReader(s.sealed(acme(7)))))
		},
		"Load": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Load(ctx, bytes.NewReader(s.sealed(acme(7)))))
		},
		"Reconcile": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Reconcile(ctx, presenting(nil, users(1)...)))
		},
		"Sync": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Sync(ctx, presenting(nil, wishing("u1", "acme.plan")), activation.SyncOptions{}))
		},
		"Repair":     func(ctx context.Context, a *activation.Actor) error { return errOf(a.Repair(ctx)) },
		"Release":    func(ctx context.Context, a *activation.Actor) error { return errOf(a.Release(ctx, plan...)) },
		"Remove":     func(ctx context.Context, a *activation.Actor) error { return errOf(a.Remove(ctx, "acme")) },
		"ResetClock": func(ctx context.Context, a *activation.Actor) error { return errOf(a.ResetClock(ctx)) },
		"Revert":     func(ctx context.Context, a *activation.Actor) error { return errOf(a.Revert(ctx, "acme")) },
		"Select": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Select(ctx, activation.Digest{}, planner.Selection{}))
		},
		"Schedule": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Schedule(ctx, activation.Approval{}))
		},
		"Unselect": func(ctx context.Context, a *activation.Actor) error { return a.Unselect(ctx, activation.Digest{}) },
		"Retire":   func(ctx context.Context, a *activation.Actor) error { return errOf(a.Retire(ctx, "u1")) },
		"Switch": func(ctx context.Context, a *activation.Actor) error {
			return errOf(a.Switch(ctx, seat.Swap{Holder: "u1", From: "acme.plan", To: "acme.user"}))
		},
	}
}

// unreadable is a store that nobody may touch.
type unreadable struct{ touched int }

func (u *unreadable) View(context.Context, string, func(activation.Reader) error) error {
	u.touched++
	return errors.New("it was read")
}

func (u *unreadable) Update(context.Context, string, func(activation.Writer) error) error {
	u.touched++
	return errors.New("it was written")
}

// Without an actor, or with one that can be none, nothing is even read.
func TestActorsAreNamed(t *testing.T) {
	s := newStage(t)
	store := &unreadable{}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
	all := acts(s)
	actor := reflect.TypeFor[*activation.Actor]()
	for i := range actor.NumMethod() {
		name := actor.Method(i).Name
		if name == "In" || name == "DryRun" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			act := all[name]
			require.NotNil(t, act, "this test lacks it")
			for _, who := range []string{"", "a\x00b", "\xff", strings.Repeat("e", seat.MaxIDLength+1)} {
				err := act(t.Context(), crm.As(who))
				require.ErrorIs(t, err, activation.ErrInvalid)
				require.ErrorContains(t, err, "the actor: the id")
				assert.Equal(t, activation.ClassInvalid, activation.Classify(err))
			}
		})
	}
	assert.Zero(t, store.touched)
}

// A Tenant has nothing that changes something on somebody's behalf.
func TestTenantsDoNotAct(t *testing.T) {
	tenant := reflect.TypeFor[*activation.Tenant]()
	for name := range acts(newStage(t)) {
		_, has := tenant.MethodByName(name)
		assert.False(t, has, name)
	}
}

// In and DryRun work on either handle, in any order.
func TestHandlesInAnyOrder(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	before := s.assigned()
	for name, actor := range map[string]*activation.Actor{
		"As, DryRun":     s.crm.As("ida").DryRun(),
		"DryRun, As":     s.crm.DryRun().As("ida"),
		"As, In, DryRun": s.crm.As("ida").In(s.store).DryRun(),
		"DryRun, In, As": s.crm.DryRun().In(s.store).As("ida"),
		"In, As, DryRun": s.crm.In(s.store).As("ida").DryRun(),
	} {
		decision, err := actor.Retire(t.Context(), "u1")
		require.NoError(t, err, name)
		assert.Len(t, decision.Changes, 1, name)
		assert.Equal(t, before, s.assigned(), "%s: nothing is stored", name)
	}
	for name, actor := range map[string]*activation.Actor{
		"As, In": s.crm.As("ida").In(unwritable{s.store}), "In, As": s.crm.In(unwritable{s.store}).As("ida"),
	} {
		_, err := actor.Retire(t.Context(), "u1")
		require.ErrorContains(t, err, "it was written", name)
	}
	_, err := s.crm.As("ida").In(s.store).Retire(t.Context(), "u1")
	require.NoError(t, err)
	log, err := s.crm.Log(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Equal(t, "ida", log[0].By)
}

// unwritable is a store that is read, and that nobody may write.
type unwritable struct{ activation.Store }

func (unwritable) Update(context.Context, string, func(activation.Writer) error) error {
	return errors.New("it was written")
}
