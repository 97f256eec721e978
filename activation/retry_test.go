package activation_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// doubtful is a store that commits the n-th Update and says that it does not
// know.
type doubtful struct {
	activation.Store
	updates, doubts int
}

func (d *doubtful) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	err := d.Store.Update(ctx, tenant, fn)
	if d.updates++; err == nil && d.updates == d.doubts {
		return fmt.Errorf("connection lost: %w", activation.ErrOutcomeUnknown)
	}
	return err
}

// story is every operation that writes, with what it is given.
func story(s *stage) []struct {
	name string
	do   func(context.Context, *activation.Tenant) error
} {
	load := func(l *license.License) func(context.Context, *activation.Tenant) error {
		sealed := s.sealed(l)
		return func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("eva").Load(ctx, bytesReader(sealed))
			return err
		}
	}
	var request activation.Approval
	return []struct {
		name string
		do   func(context.Context, *activation.Tenant) error
	}{
		{"Expect", func(ctx context.Context, crm *activation.Tenant) error {
			return crm.As("host").Expect(ctx, "acme", planner.Expected{Serial: "S-1"})
		}},
		{"Load", load(acme(6))},
		{"Admit", func(ctx context.Context, crm *activation.Tenant) error {
			return errOf(crm.As("host").Admit(ctx, users(6)...))
		}},
		{"Fill", func(ctx context.Context, crm *activation.Tenant) error {
			_, _, err := crm.As("eva").Fill(ctx, "acme.plan", users(4)...)
			return err
		}},
		{"Assign", func(ctx context.Context, crm *activation.Tenant) error {
			return errOf(crm.As("eva").Assign(ctx, gives("acme.addon", "u1", "u2")...))
		}},
		{"Switch", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("eva").Switch(ctx, seat.Swap{Holder: "u3", From: "acme.plan", To: "acme.user"})
			return err
		}},
		{"Release", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("eva").Release(ctx, gives("acme.addon", "u2")...)
			return err
		}},
		{"Renew", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.Renew(ctx, "acme")
			return err
		}},
		{"Load what is blocked", load(acme(8, quantity("plan", 1)))},
		{"Activate", func(ctx context.Context, crm *activation.Tenant) error {
			ticked := ticks("acme.plan", "u1")
			if request.Seen == "" { // only the first time: a repetition sends the same Seen
				preview, err := crm.Plan(ctx, "acme", ticked)
				if err != nil {
					return err
				}
				request = activation.Approval{Offer: preview.Offer, Seen: preview.Seen, Selection: ticked}
			}
			_, err := crm.As("host").Activate(ctx, request)
			return err
		}},
		{"Acknowledge", func(ctx context.Context, crm *activation.Tenant) error {
			return crm.As("host").Acknowledge(ctx, activation.DigestOf(s.sealed(acme(8, quantity("plan", 1)))))
		}},
		{"ChangeIdentity", func(ctx context.Context, crm *activation.Tenant) error {
			return crm.As("eva").Expect(ctx, "acme", planner.Expected{Company: "Example AS", Serial: "S-2"})
		}},
		{"Load what waits", load(acme(1, licensee("Example AS", "S-2"), quantity("user", 1)))},
		{"Dismiss", func(ctx context.Context, crm *activation.Tenant) error {
			return crm.As("eva").Dismiss(ctx, activation.DigestOf(s.sealed(acme(1, licensee("Example AS", "S-2"), quantity("user", 1)))))
		}},
		{"Retire", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("eva").Retire(ctx, "u3")
			return err
		}},
		{"Erase", func(ctx context.Context, crm *activation.Tenant) error {
			return crm.As("host").Erase(ctx, "u3", "gone")
		}},
		{"Reconcile", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("sync").Reconcile(ctx, presenting(nil, users(2)...))
			return err
		}},
		{"Sync", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("sync").Sync(ctx, presenting(nil, wishing("u1", "acme.plan"), wishing("n", "acme.addon")), activation.SyncOptions{})
			return err
		}},
		{"ResetClock", func(ctx context.Context, crm *activation.Tenant) error { return errOf(crm.As("eva").ResetClock(ctx)) }},
		{"Remove", func(ctx context.Context, crm *activation.Tenant) error {
			_, err := crm.As("eva").Remove(ctx, "acme")
			return err
		}},
	}
}

// Every operation that is repeated after an unknown outcome ends in the same
// state as one that was not.
func TestRepeatAfterUnknownOutcome(t *testing.T) {
	steps := len(story(newStage(t)))
	for step := range steps {
		t.Run(story(newStage(t))[step].name, func(t *testing.T) {
			sure, unsure := newStage(t), newStage(t)
			surely, unsurely := story(sure), story(unsure)
			for i := range step + 1 {
				sure.feed.send(`"seven"`, sure.sealed(acme(7)))
				unsure.feed.send(`"seven"`, unsure.sealed(acme(7)))
				if i == steps-2 { // so that ResetClock has something to reset
					wrongClock(t, sure)
					wrongClock(t, unsure)
				}
				require.NoError(t, surely[i].do(t.Context(), sure.crm), surely[i].name)
				crm := unsure.crm
				if i == step {
					crm = unsure.start(&doubtful{Store: unsure.store, doubts: 1}, trusting(t, vendorKey)).Tenant("tenant-42")
					require.ErrorIs(t, unsurely[i].do(t.Context(), crm), activation.ErrOutcomeUnknown)
				}
				require.NoError(t, unsurely[i].do(t.Context(), crm), unsurely[i].name)
			}
			ignored := cmp.Options{
				cmpopts.IgnoreFields(activation.TenantRecord{}, "Revision"),
				// A source that is asked again says that its license is the current one by
				// now.
				cmpopts.IgnoreFields(activation.CheckRecord{}, "Outcome"),
			}
			if diff := cmp.Diff(everything(sure), everything(unsure), ignored); diff != "" {
				t.Errorf("what is kept (-done once, +done twice):\n%s", diff)
			}
		})
	}
}

func wrongClock(t *testing.T, s *stage) {
	t.Helper()
	s.clock.set(today.AddDate(1, 0, 0))
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(1)...)))
	s.clock.set(today)
}

// everything is all that the store keeps of the tenant.
func everything(s *stage) map[string]any {
	s.Helper()
	all := make(map[string]any)
	require.NoError(s, s.store.View(s.Context(), "tenant-42", func(r activation.Reader) (err error) {
		read := func(name string, value any, failed error) {
			all[name] = value
			if failed != nil {
				err = failed
			}
		}
		record, failed := r.Tenant(s.Context())
		read("tenant", record, failed)
		owners, failed := r.Owners(s.Context())
		read("owners", owners, failed)
		holders, failed := r.HoldersWith(s.Context(), nil, "", 100)
		read("holders", holders, failed)
		history, failed := r.History(s.Context(), 0, 100)
		read("history", history, failed)
		log, failed := r.Log(s.Context(), 0, 100)
		read("log", log, failed)
		highest, failed := r.Highest(s.Context(), "acme", "S-1")
		read("highest", highest, failed)
		return err
	}))
	return all
}
