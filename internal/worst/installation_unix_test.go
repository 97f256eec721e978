//go:build unix

package worst_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/worst"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// installation is an engine with the license of a question, and the next one, of
// which there is one seat each, that waits.
type installation struct {
	question
	*activation.Tenant
}

var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{'v'}, ed25519.SeedSize))

func install(tb testing.TB, kind, hold string) installation {
	tb.Helper()
	q := ask(kind, hold, worst.Enveloped)
	trust, err := signed.NewTrust(signed.TrustedKey{Key: ed25519.PublicKey(key[ed25519.SeedSize:]), Owners: signed.AnyOwner()})
	require.NoError(tb, err)
	store := memstore.New()
	engine, err := activation.New(store, trust, activation.WithClock(func() time.Time { return now }))
	require.NoError(tb, err)
	i := installation{question: q, Tenant: engine.Tenant("t")}
	require.NoError(tb, i.As("eva").Expect(tb.Context(), worst.Owner, planner.Expected{Serial: worst.Licensee.Serial}))
	load(tb, i, q.active.License(worst.Owner))
	require.NoError(tb, store.Update(tb.Context(), "t", func(w activation.Writer) error {
		return w.PutHolders(tb.Context(), q.people...)
	}))
	for m := range q.offered.Modules {
		q.offered.Modules[m].Quantity = 1
	}
	load(tb, i, q.offered)
	return i
}

func load(tb testing.TB, i installation, l *license.License) {
	tb.Helper()
	document, err := json.Marshal(l)
	require.NoError(tb, err)
	envelope, err := signed.Sign(document, key)
	require.NoError(tb, err)
	_, err = i.As("eva").Load(tb.Context(), bytes.NewReader(envelope))
	require.NoError(tb, err)
}

// operations is what a host does with a license that is active and one that waits.
var operations = []struct {
	what string
	do   func(ctx context.Context, i installation) error
}{
	{"status", func(ctx context.Context, i installation) error {
		status, err := i.Status(ctx)
		if err == nil {
			status.Attention(now)
		}
		return err
	}},
	{"plan", func(ctx context.Context, i installation) error { _, err := i.Plan(ctx, worst.Owner); return err }},
	{"propose", func(ctx context.Context, i installation) error {
		var ids []string
		for _, h := range i.people {
			ids = append(ids, h.ID)
		}
		_, _, err := i.Propose(ctx, worst.Owner, ids)
		var impossible *planner.NoProposalError
		if effort := (*planner.EffortError)(nil); errors.As(err, &effort) || errors.As(err, &impossible) {
			return nil
		}
		return err
	}},
	{"entitlements", func(ctx context.Context, i installation) error { _, err := i.Entitlements(ctx); return err }},
	{"fill", func(ctx context.Context, i installation) error {
		_, _, err := i.As("eva").DryRun().Fill(ctx, i.wanted(), i.people...)
		return err
	}},
	{"assign", func(ctx context.Context, i installation) error {
		var all []seat.Assignment
		for _, h := range i.people {
			all = append(all, seat.Assignment{Holder: h.ID, Module: i.wanted()})
		}
		_, err := i.As("eva").DryRun().Assign(ctx, all...)
		if refused := (*seat.RefusedError)(nil); errors.As(err, &refused) {
			return nil
		}
		return err
	}},
	{"verify", func(ctx context.Context, i installation) error { _, err := i.Verify(ctx); return err }},
}

func BenchmarkWorstInstallation(b *testing.B) {
	for _, kind := range worst.Kinds {
		i := install(b, kind, "two")
		for _, of := range operations {
			b.Run(kind+"/"+of.what, func(b *testing.B) {
				before := cpu()
				for b.Loop() {
					if err := of.do(b.Context(), i); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((cpu()-before).Seconds()*1000/float64(b.N), "cpu-ms")
			})
		}
	}
}
