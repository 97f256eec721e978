package storetest

import (
	"context"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// call is one call of the store port, on a tenant with the first fixture.
type call struct {
	name string
	run  func(context.Context, activation.Writer) error
}

// readCall is a call that only reads.
type readCall struct {
	name string
	run  func(context.Context, activation.Reader) error
}

// calls makes every call of the port, those that read first.
func calls() []call {
	var all []call
	for _, read := range reads() {
		all = append(all, call{read.name, func(ctx context.Context, w activation.Writer) error { return read.run(ctx, w) }})
	}
	return append(all, writes()...)
}

// reads calls every method that reads.
func reads() []readCall {
	return []readCall{
		{"Tenant", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Tenant(ctx)
			return err
		}},
		{"Owners", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Owners(ctx)
			return err
		}},
		{"Envelope", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Envelope(ctx, activation.DigestOf(envelope("active", "word-0")))
			return err
		}},
		{"Highest", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Highest(ctx, "acme", "S-1")
			return err
		}},
		{"Census", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Census(ctx)
			return err
		}},
		{"Holders", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Holders(ctx, "u1", "u2")
			return err
		}},
		{"HoldersWith", func(ctx context.Context, r activation.Reader) error {
			_, err := r.HoldersWith(ctx, []string{"acme.web"}, "", 10)
			return err
		}},
		{"EachHolder", func(ctx context.Context, r activation.Reader) error {
			reader, ok := r.(activation.SnapshotReader)
			if !ok {
				_, err := r.Tenant(ctx)
				return err
			}
			return reader.EachHolder(ctx, func(seat.Holder) {})
		}},
		{"History", func(ctx context.Context, r activation.Reader) error {
			_, err := r.History(ctx, 0, 10)
			return err
		}},
		{"Log", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Log(ctx, 0, 10)
			return err
		}},
		{"Wishes", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Wishes(ctx, []string{"acme.mail"}, activation.Wish{}, 10)
			return err
		}},
		{"WishCounts", func(ctx context.Context, r activation.Reader) error {
			_, err := r.WishCounts(ctx)
			return err
		}},
		{"Samples", func(ctx context.Context, r activation.Reader) error {
			_, err := r.Samples(ctx, "acme.web", day(1), day(2))
			return err
		}},
	}
}

// writes calls every method that writes. Each of them changes something.
func writes() []call {
	return []call{
		{"PutTenant", func(ctx context.Context, w activation.Writer) error {
			return w.PutTenant(ctx, activation.TenantRecord{Due: second(50)})
		}},
		{"PutOwner", func(ctx context.Context, w activation.Writer) error {
			f := fixtureOf(0)
			activated := f.owners[1]
			activated.Active, activated.Pending = &activated.Pending[0], nil
			activated.Active.Envelope = nil
			return w.PutOwner(ctx, activated)
		}},
		{"PutOwner/new", func(ctx context.Context, w activation.Writer) error {
			return w.PutOwner(ctx, activation.OwnerRecord{Owner: "third", Pending: []activation.StoredLicense{{
				Digest: activation.DigestOf([]byte("third")), Envelope: []byte("third"), Number: 1, At: second(1),
			}}})
		}},
		{"PutHighest", func(ctx context.Context, w activation.Writer) error {
			return w.PutHighest(ctx, "acme", "S-1", 1000)
		}},
		{"PutHolders", func(ctx context.Context, w activation.Writer) error {
			return w.PutHolders(ctx,
				seat.Holder{ID: "u1", Kind: license.User, Type: "other", Assigned: []string{"acme.report"}},
				seat.Holder{ID: "u5", Kind: license.User, Assigned: []string{"acme.web"}})
		}},
		{"DeleteHolders", func(ctx context.Context, w activation.Writer) error {
			return w.DeleteHolders(ctx, "u2", "nobody")
		}},
		{"AppendHistory", func(ctx context.Context, w activation.Writer) error {
			_, err := w.AppendHistory(ctx, activation.HistoryEntry{At: second(9), Kind: activation.HistoryClockReset, By: "admin"})
			return err
		}},
		{"AppendLog", func(ctx context.Context, w activation.Writer) error {
			return w.AppendLog(ctx, activation.LogEntry{At: second(9), By: "admin", Holder: "u4", Module: "acme.web", Cause: seat.CauseReleased})
		}},
		{"PutSamples", func(ctx context.Context, w activation.Writer) error {
			return w.PutSamples(ctx,
				activation.Sample{Day: day(1), Module: "acme.web", InUse: 100, Capacity: 200},
				activation.Sample{Day: day(3), Module: "acme.web", InUse: 101, Capacity: 200})
		}},
		{"PutWishes", func(ctx context.Context, w activation.Writer) error {
			return w.PutWishes(ctx, wish(9, "u4", "acme.mail"), wish(9, "u1", "acme.mail"))
		}},
		{"DeleteWishes", func(ctx context.Context, w activation.Writer) error {
			return w.DeleteWishes(ctx, seat.Assignment{Holder: "u4", Module: "acme.web"}, seat.Assignment{Holder: "nobody"})
		}},
		{"RenameHolder", func(ctx context.Context, w activation.Writer) error {
			return w.RenameHolder(ctx, "u3", "nobody-3")
		}},
	}
}

// populated writes the first fixture to a tenant and returns what is then
// kept.
func (e *env) populated(tenant string) contents {
	e.Helper()
	e.update(tenant, fixtureOf(0).write)
	return e.contents(tenant)
}
