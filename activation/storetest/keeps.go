package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func keepsEverything(e *env) {
	got := e.populated(tenant)
	if diff := cmp.Diff(fixtureOf(0).contents(), got, butForIDs...); diff != "" {
		e.Errorf("what was written and what is read differ (-want +got):\n%s", diff)
	}
}

func keepsNothing(e *env) {
	e.same("a tenant that was never written", contents{}, e.contents(tenant))
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		raw, err := r.Envelope(ctx, activation.DigestOf([]byte("none")))
		if raw != nil {
			e.Errorf("an envelope that was never stored has %d bytes; it must be nil", len(raw))
		}
		return err
	})
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.DeleteHolders(ctx, "nobody")
	})
	e.same("deleting nobody leaves", contents{}, withoutRevision(e.contents(tenant)))
}

func withoutRevision(c contents) contents {
	c.Tenant.Revision = activation.Revision{}
	return c
}

func keepsRevision(e *env) {
	before := e.populated(tenant).Tenant.Revision
	if before.Number <= 0 || before.Token == "" {
		e.Errorf("the revision of a tenant that was written is %v", before)
	}
	for _, write := range writes() {
		var within activation.TenantRecord
		e.update(tenant, func(ctx context.Context, w activation.Writer) (err error) {
			if within, err = w.Tenant(ctx); err != nil {
				return err
			}
			return write.run(ctx, w)
		})
		after := e.contents(tenant).Tenant.Revision
		if after.Number <= before.Number || after.Token == before.Token || after.Token == "" {
			e.Errorf("%s: the revision was %v and is %v", write.name, before, after)
		}
		if within.Revision.Number != after.Number {
			e.Errorf("%s: the revision is %v within the Update and %v after it", write.name, within.Revision, after)
		}
		before = after
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutTenant(ctx, activation.TenantRecord{Revision: activation.Revision{Number: 1, Token: "mine"}})
	})
	if after := e.contents(tenant).Tenant.Revision; after.Number <= before.Number || after.Token == "mine" {
		e.Errorf("PutTenant with a revision of 1: the revision was %v and is %v; it is the store's to set", before, after)
	}
}

func keepsEnvelopes(e *env) {
	stored := func(text string, raw []byte) *activation.StoredLicense {
		return &activation.StoredLicense{Digest: activation.DigestOf([]byte(text)), Envelope: raw, Number: 1, At: second(1)}
	}
	put := func(owner string, active *activation.StoredLicense, pending ...*activation.StoredLicense) {
		record := activation.OwnerRecord{Owner: owner, Active: active}
		for _, offer := range pending {
			if offer != nil {
				record.Pending = append(record.Pending, *offer)
			}
		}
		e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutOwner(ctx, record) })
	}
	expect := func(step string, kept ...string) {
		e.Helper()
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			for _, text := range []string{"first", "second"} {
				raw, err := r.Envelope(ctx, activation.DigestOf([]byte(text)))
				if err != nil {
					return err
				}
				want := text
				if !slices.Contains(kept, text) {
					want = ""
				}
				if string(raw) != want {
					e.Errorf("%s: the envelope %q reads %q, want %q", step, text, raw, want)
				}
			}
			return nil
		})
	}
	put("acme", nil, stored("first", []byte("first")))
	expect("an offer was stored", "first")
	put("acme", stored("first", nil), nil)
	expect("the offer was activated, without its bytes", "first")
	put("acme", stored("first", nil), stored("second", []byte("second")))
	expect("another offer was stored", "first", "second")
	put("acme", nil, stored("second", nil), stored("first", nil))
	expect("two offers wait", "first", "second")
	put("acme", nil, stored("first", nil), stored("second", nil))
	expect("they wait in another order", "first", "second")
	put("acme", stored("first", nil), stored("second", nil))
	expect("the first was activated", "first", "second")
	put("other", stored("first", []byte("first")), nil)
	put("acme", stored("second", nil), nil)
	expect("an envelope is still another owner's", "first", "second")
	put("other", nil, nil)
	expect("nothing names the first any more", "second")
	put("acme", stored("second", []byte("altered")), nil)
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		raw, err := r.Envelope(ctx, activation.DigestOf([]byte("second")))
		if string(raw) != "altered" {
			e.Errorf("bytes that were put again read %q, want %q", raw, "altered")
		}
		return err
	})
	put("acme", nil, nil)
	expect("nothing is stored any more")
}

func keepsHighest(e *env) {
	for _, step := range []struct {
		owner, serial string
		number        int64
		want          map[identity]int64
	}{
		{"acme", "S-1", 7, map[identity]int64{{"acme", "S-1"}: 7}},
		{"acme", "S-2", 3, map[identity]int64{{"acme", "S-1"}: 7, {"acme", "S-2"}: 3}},
		{"partner", "S-1", 1, map[identity]int64{{"acme", "S-1"}: 7, {"acme", "S-2"}: 3, {"partner", "S-1"}: 1}},
		{"acme", "S-1", 6, map[identity]int64{{"acme", "S-1"}: 7, {"acme", "S-2"}: 3, {"partner", "S-1"}: 1}},
		{"acme", "S-1", license.MaxNumber, map[identity]int64{{"acme", "S-1"}: license.MaxNumber, {"acme", "S-2"}: 3, {"partner", "S-1"}: 1}},
	} {
		e.update(tenant, func(ctx context.Context, w activation.Writer) error {
			return w.PutHighest(ctx, step.owner, step.serial, step.number)
		})
		e.same(fmt.Sprintf("the highest numbers after %s, %s, %d", step.owner, step.serial, step.number),
			step.want, e.contents(tenant).Highest)
	}
}

// keepsRecords tests the history and the log, which are lists in the order in
// which they were written.
func keepsRecords(e *env) {
	const entries = 7
	var ids []int64
	for i := range entries {
		e.update(tenant, func(ctx context.Context, w activation.Writer) error {
			id, err := w.AppendHistory(ctx, activation.HistoryEntry{At: second(i), Kind: activation.HistoryActivated, Owner: "acme", To: int64(i)})
			ids = append(ids[:i], id)
			if err != nil {
				return err
			}
			return w.AppendLog(ctx,
				activation.LogEntry{At: second(i), Holder: "u1", Module: "acme.web", Cause: seat.CauseAssigned, History: id},
				activation.LogEntry{At: second(i), Holder: "u2", Module: "acme.web", Cause: seat.CauseAssigned, History: id})
		})
		if i > 0 && ids[i] <= ids[i-1] {
			e.Errorf("history entry %d came after entry %d", ids[i], ids[i-1])
		}
	}
	for limit := 1; limit <= entries+1; limit++ {
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			history, err := list(ctx, r.History, limit, func(h activation.HistoryEntry) int64 { return h.ID })
			if err != nil {
				return err
			}
			log, err := list(ctx, r.Log, limit, func(l activation.LogEntry) int64 { return l.ID })
			if err != nil {
				return err
			}
			e.checkRecords(ids, history, log)
			return nil
		})
	}
}

func (e *env) checkRecords(ids []int64, history []activation.HistoryEntry, log []activation.LogEntry) {
	if len(history) != len(ids) || len(log) != 2*len(ids) {
		e.Errorf("%d history entries and %d log entries are read, want %d and %d", len(history), len(log), len(ids), 2*len(ids))
		return
	}
	for i, id := range ids {
		entry := history[len(ids)-1-i]
		if entry.ID != id || entry.To != int64(i) {
			e.Errorf("history entry %d is %d to %d, want %d to %d", i, entry.ID, entry.To, id, i)
		}
		second, first := log[2*(len(ids)-1-i)], log[2*(len(ids)-1-i)+1]
		if first.Holder != "u1" || second.Holder != "u2" || first.History != id || second.History != id {
			e.Errorf("log entries of history %d are %+v and %+v", id, first, second)
		}
	}
}

func keepsSamples(e *env) {
	sample := func(d int, module string, inUse int64) activation.Sample {
		return activation.Sample{Day: day(d), Module: module, InUse: inUse, Capacity: 10, Overdraft: inUse / 2, Wished: inUse + 1}
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutSamples(ctx, sample(3, "b", 1), sample(1, "b", 2), sample(2, "a", 3), sample(1, "a", 4), sample(1, "a", 5), sample(4, "a", 6))
	})
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutSamples(ctx, sample(2, "a", 7), sample(2, "B", 8))
	})
	for _, c := range []struct {
		module   string
		from, to time.Time
		want     []activation.Sample
	}{
		{"", day(1), day(4), []activation.Sample{
			sample(1, "a", 5), sample(1, "b", 2), sample(2, "B", 8), sample(2, "a", 7), sample(3, "b", 1), sample(4, "a", 6),
		}},
		{"", day(2), day(3), []activation.Sample{sample(2, "B", 8), sample(2, "a", 7), sample(3, "b", 1)}},
		{"a", day(1), day(2), []activation.Sample{sample(1, "a", 5), sample(2, "a", 7)}},
		{"b", day(2), day(2), nil},
		{"c", day(1), day(4), nil},
		{"", day(4), day(1), nil},
	} {
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			got, err := r.Samples(ctx, c.module, c.from, c.to)
			e.same(fmt.Sprintf("samples of %q from %s to %s", c.module, c.from.Format(time.DateOnly), c.to.Format(time.DateOnly)), c.want, got)
			return err
		})
	}
}

// impossibleIDs returns what is not the id of anybody.
func impossibleIDs() []string {
	return []string{"", "a\x00", "\x00", "a\xff", "\xed\xa0\x80", strings.Repeat("x", seat.MaxIDLength+1)}
}

func keepsHolders(e *env) {
	holder := func(id, holderType string, assigned ...string) seat.Holder {
		return seat.Holder{ID: id, Kind: license.User, Type: holderType, Assigned: assigned}
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutHolders(ctx, holder("c", "t", "m", "n", "m"), holder("a", "t"), holder("b", "first", "m"), holder("b", "later", "n"))
	})
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		got, err := r.Holders(ctx, append(impossibleIDs(), "c", "b", "nobody", "c", "a")...)
		e.same("holders by id", []seat.Holder{holder("a", "t"), holder("b", "later", "n"), holder("c", "t", "n", "m")}, got)
		if err != nil {
			return err
		}
		none, err := r.Holders(ctx)
		e.same("the holders of no ids", []seat.Holder{}, none)
		return err
	})
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		got, err := w.Holders(ctx, append(impossibleIDs(), "a")...)
		e.same("a holder by id in an Update", []seat.Holder{holder("a", "t")}, got)
		if err != nil {
			return err
		}
		return w.DeleteHolders(ctx, append(impossibleIDs(), "a", "a", "nobody", "c")...)
	})
	e.same("after deleting a and c", []seat.Holder{holder("b", "later", "n")}, e.contents(tenant).Holders)
}
