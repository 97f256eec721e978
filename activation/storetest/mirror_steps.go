package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// step draws one call of the port, by how often it stands here. It draws what
// it needs now, since a store may run an Update again.
func (m *mirror) step(t *rapid.T) step {
	calls := []func(*rapid.T) step{
		m.stepTenant, m.stepOwner, m.stepHighest, m.stepPut, m.stepPut, m.stepPut, m.stepPut, m.stepDelete, m.stepDelete,
		m.stepRename, m.stepHistory, m.stepLog, m.stepSamples, m.stepRead, m.stepPage, m.stepCensus,
		m.stepWishes, m.stepDropWishes, m.stepWishPage,
	}
	return calls[rapid.IntRange(0, len(calls)-1).Draw(t, "call")](t)
}

func drawInstant(t *rapid.T, label string) time.Time {
	if n := rapid.IntRange(0, 5).Draw(t, label); n > 0 {
		return second(n)
	}
	return time.Time{}
}

func drawModules(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"acme.web", "acme.mail", "acme.report", "acme.none"}), 0, 3).Draw(t, "modules")
}

func drawActor(t *rapid.T) string {
	return rapid.SampledFrom([]string{"h00000", "h00001", "h00002", "p1", "admin"}).Draw(t, "actor")
}

// drawRange draws consecutive ids, some of which are known, of so many that the
// limits of the store are met.
func (m *mirror) drawRange(t *rapid.T) []string {
	size, first := m.sizes.Draw(t, "holders"), rapid.IntRange(0, 8).Draw(t, "first")
	ids := make([]string, size)
	for i := range ids {
		ids[i] = fmt.Sprintf("h%05d", first+i)
	}
	if size > 0 && rapid.Bool().Draw(t, "twice") {
		ids = append(ids, ids[rapid.IntRange(0, size-1).Draw(t, "who")])
	}
	return ids
}

func (m *mirror) stepTenant(t *rapid.T) step {
	record := activation.TenantRecord{
		Newest: drawInstant(t, "newest"), NewestIssued: drawInstant(t, "issued"), Due: drawInstant(t, "due"),
		LeasedUntil: drawInstant(t, "leased"), LeasedBy: drawActor(t), Sampled: drawInstant(t, "sampled"),
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		next.record = record
		return w.PutTenant(ctx, record)
	}
}

func (m *mirror) stepOwner(t *rapid.T) step {
	draw := func(label string) *activation.StoredLicense {
		text := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, label)
		if text == "" {
			return nil
		}
		stored := &activation.StoredLicense{
			Digest: activation.DigestOf([]byte(text)), Number: rapid.Int64Range(1, 9).Draw(t, "number"),
			By: drawActor(t), At: drawInstant(t, "at"), Unseen: rapid.Bool().Draw(t, "unseen"),
		}
		if rapid.Bool().Draw(t, "with bytes") {
			stored.Envelope = []byte(text + rapid.SampledFrom([]string{"", "\x00", "é"}).Draw(t, "bytes"))
		}
		return stored
	}
	record := activation.OwnerRecord{
		Owner:    rapid.SampledFrom([]string{"acme", "partner", "third"}).Draw(t, "owner"),
		Expected: planner.Expected{Serial: rapid.SampledFrom([]string{"", "S-1"}).Draw(t, "serial")},
		Active:   draw("active"),
		Check:    activation.CheckRecord{LastTry: drawInstant(t, "last try"), Failures: rapid.IntRange(0, 3).Draw(t, "failures")},
	}
	for range rapid.IntRange(0, 2).Draw(t, "offers") {
		pending := draw("pending")
		if pending == nil {
			continue
		}
		kept := planner.Selection{
			Releases: []seat.Assignment{{Holder: drawActor(t), Module: "acme.web"}},
			Switches: []seat.Swap{{Holder: drawActor(t), From: "acme.web", To: "acme.mail"}},
		}
		if rapid.Bool().Draw(t, "scheduled") {
			pending.Schedule = &activation.Schedule{By: drawActor(t), At: drawInstant(t, "at"), Selection: kept}
		} else {
			pending.Selected = kept
		}
		record.Pending = append(record.Pending, *pending)
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		next.putOwner(copyRecord(record))
		return w.PutOwner(ctx, record)
	}
}

func (m *mirror) stepHighest(t *rapid.T) step {
	id, number := rapid.SampledFrom(probes).Draw(t, "identity"), rapid.Int64Range(1, 9).Draw(t, "number")
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		if next.highest == nil {
			next.highest = map[identity]int64{}
		}
		next.highest[id] = max(next.highest[id], number)
		return w.PutHighest(ctx, id.Owner, id.Serial, number)
	}
}

func (m *mirror) stepPut(t *rapid.T) step {
	ids, modules := m.drawRange(t), drawModules(t)
	types, kinds := rapid.IntRange(1, 3).Draw(t, "types"), rapid.IntRange(1, 2).Draw(t, "kinds")
	holders := make([]seat.Holder, len(ids))
	for i, id := range ids {
		holders[i] = seat.Holder{
			ID: id, Kind: []license.Kind{license.User, license.Satellite}[i%kinds], Type: fmt.Sprint(i % types), Assigned: slices.Clone(modules),
		}
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		for _, h := range holders {
			next.holders[h.ID] = h
		}
		return w.PutHolders(ctx, holders...)
	}
}

func (m *mirror) stepDelete(t *rapid.T) step {
	ids := m.drawRange(t)
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		for _, id := range ids {
			delete(next.holders, id)
		}
		return w.DeleteHolders(ctx, ids...)
	}
}

func (m *mirror) stepRename(t *rapid.T) step {
	id, pseudonym := drawActor(t), rapid.SampledFrom([]string{"p1", "p2", "h00001"}).Draw(t, "pseudonym")
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		err := w.RenameHolder(ctx, id, pseudonym)
		renamed := next.rename(id, pseudonym)
		switch {
		case renamed:
			return err
		case err == nil:
			next.Fatalf("RenameHolder replaces %q by %q, both of which are holders", id, pseudonym)
		}
		return errors.Join(errOwn, err) // the error rolls everything back
	}
}

func (m *mirror) stepHistory(t *rapid.T) step {
	entry := activation.HistoryEntry{
		At: drawInstant(t, "at"), Kind: activation.HistoryActivated, By: drawActor(t), To: rapid.Int64Range(0, 9).Draw(t, "to"),
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		id, err := w.AppendHistory(ctx, entry)
		kept := entry
		kept.ID = id
		next.history = append(next.history, kept)
		return err
	}
}

func (m *mirror) stepLog(t *rapid.T) step {
	entries := make([]activation.LogEntry, m.sizes.Draw(t, "entries"))
	by, holder := drawActor(t), drawActor(t)
	for i := range entries {
		entries[i] = activation.LogEntry{At: second(i % 60), By: by, Holder: holder, Module: fmt.Sprint("acme.", i), Cause: seat.CauseAssigned}
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		next.log = append(next.log, entries...)
		return w.AppendLog(ctx, entries...)
	}
}

func (m *mirror) stepSamples(t *rapid.T) step {
	samples := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) activation.Sample {
		return activation.Sample{
			Day: day(rapid.IntRange(1, 3).Draw(t, "day")), Module: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "module"),
			InUse: rapid.Int64Range(0, 9).Draw(t, "in use"), Overdraft: rapid.Int64Range(0, 2).Draw(t, "overdraft"),
			Wished: rapid.Int64Range(0, 2).Draw(t, "wished"), Unrestricted: rapid.Bool().Draw(t, "unrestricted"),
		}
	}), 0, 4).Draw(t, "samples")
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		for _, s := range samples {
			next.putSample(s)
		}
		return w.PutSamples(ctx, samples...)
	}
}

// stepRead reads holders by id, in the middle of an Update.
func (m *mirror) stepRead(t *rapid.T) step {
	ids := m.drawRange(t)
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		got, err := w.Holders(ctx, ids...)
		if problem := differentHolders(next.holders.byID(ids...), got); err == nil && problem != "" {
			next.Fatalf("%d holders by id, in an Update: %s", len(ids), problem)
		}
		return err
	}
}

// stepPage reads holders by module, in the middle of an Update.
func (m *mirror) stepPage(t *rapid.T) step {
	modules, limit := drawModules(t), 1+m.sizes.Draw(t, "limit")
	after := fmt.Sprintf("h%05d", rapid.IntRange(0, 20).Draw(t, "after"))
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		got, err := w.HoldersWith(ctx, modules, after, limit)
		want := holdersWith(sortedHolders(next.holders), modules, after)
		if problem := differentHolders(want[:min(limit, len(want))], got); err == nil && problem != "" {
			next.Fatalf("%d holders with %q after %q, in an Update: %s", limit, modules, after, problem)
		}
		return err
	}
}

// stepCensus counts anew where the store can, and reads what is counted.
func (m *mirror) stepCensus(*rapid.T) step {
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		if recounter, ok := w.(activation.Recounter); ok {
			if err := recounter.RecountCensus(ctx); err != nil {
				return err
			}
		}
		census, err := readCensus(ctx, w)
		if diff := cmp.Diff(countHolders(sortedHolders(next.holders)), census, exactly...); diff != "" {
			next.Fatalf("the census in an Update (-want +got):\n%s", diff)
		}
		return err
	}
}
