package storetest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// limitsOfMany hands over more holders in one call than a statement may have
// parameters.
func limitsOfMany(e *env) {
	const many = 12_000
	holders := make([]seat.Holder, many)
	ids := make([]string, many)
	log := make([]activation.LogEntry, many)
	for i := range holders {
		ids[i] = fmt.Sprintf("u%05d", i)
		holders[i] = seat.Holder{ID: ids[i], Kind: license.User, Type: "internal", Assigned: []string{"acme.web", "acme.mail"}}
		log[i] = activation.LogEntry{At: second(0), By: "admin", Holder: ids[i], Module: "acme.web", Cause: seat.CauseAssigned}
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		if err := w.PutHolders(ctx, holders...); err != nil {
			return err
		}
		return w.AppendLog(ctx, log...)
	})
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		census, err := readCensus(ctx, r)
		if err != nil {
			return err
		}
		e.same("the census of many", countHolders(holders), census)
		byID, err := r.Holders(ctx, ids...)
		if err != nil {
			return err
		}
		page, err := r.HoldersWith(ctx, []string{"acme.web"}, "", 2*many)
		if err != nil {
			return err
		}
		entries, err := r.Log(ctx, 0, 2*many)
		if len(byID) != many || len(page) != many || len(entries) != many {
			e.Errorf("%d holders by id, %d by module, and %d log entries are read, want %d", len(byID), len(page), len(entries), many)
		}
		return err
	})
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.DeleteHolders(ctx, ids[1:]...) })
	e.same("holders after deleting all but one", holders[:1], e.contents(tenant).Holders)
}

// limitsOfManyWishes does the same with wishes and samples. Most wishes are
// forgotten by their holders: a store may forget those for a module one by one.
func limitsOfManyWishes(e *env) {
	const many = 9_500
	wishes := make([]activation.Wish, many)
	gone := make([]seat.Assignment, many)
	samples := make([]activation.Sample, many)
	for i := range wishes {
		wishes[i] = wish(int64(i+1), fmt.Sprintf("u%05d", i), "acme.web")
		if gone[i] = wishes[i].Assignment; i > 100 {
			gone[i].Module = ""
		}
		samples[i] = activation.Sample{Day: day(1), Module: fmt.Sprintf("acme.m%05d", i), InUse: int64(i), Capacity: many, Wished: 1}
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutWishes(ctx, wishes...) })
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutSamples(ctx, samples...) })
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		page, err := r.Wishes(ctx, nil, activation.Wish{}, 2*many)
		if err != nil {
			return err
		}
		e.same("many wishes", wishes, page)
		counts, err := r.WishCounts(ctx)
		if err != nil {
			return err
		}
		e.same("how many wishes there are", countWishes(wishes), counts)
		taken, err := r.Samples(ctx, "", day(1), day(1))
		e.same("many samples", samples, taken)
		return err
	})
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.DeleteWishes(ctx, gone[1:]...) })
	e.same("wishes after forgetting all but one", wishes[:1], e.contents(tenant).Wishes)
}

// limitsOfLarge keeps the largest of what docs/spec/domain.md and
// docs/spec/format.md allow.
func limitsOfLarge(e *env) {
	raw := bytes.Repeat([]byte("0123456789abcde\n"), 1<<16) // 1 MiB
	f := fixture{
		tenant: activation.TenantRecord{
			Newest: time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), Notes: strings.Repeat("é", 1<<15), // 64 KiB
		},
		owners: []activation.OwnerRecord{{
			Owner: strings.Repeat("o", 63),
			Active: &activation.StoredLicense{
				Digest: activation.DigestOf(raw), Envelope: raw, Number: license.MaxNumber, At: time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
			},
			Check: activation.CheckRecord{Message: strings.Repeat("é", 500), DismissedETag: strings.Repeat("e", 500), Failures: 1<<31 - 1},
		}},
		samples: []activation.Sample{{Day: day(1), Module: "acme.web", InUse: 1 << 62, Capacity: 2 * license.MaxSeats, Overdraft: license.MaxSeats, Wished: 1 << 62}},
	}
	large := seat.Holder{ID: strings.Repeat("x", seat.MaxIDLength), Kind: license.User, Type: strings.Repeat("t", 63)}
	entry := activation.HistoryEntry{At: second(1), Kind: activation.HistoryActivated, To: license.MaxNumber}
	for i := range 300 {
		name := fmt.Sprintf("%s.%s%03d", strings.Repeat("o", 63), strings.Repeat("m", 60), i)
		large.Assigned = append(large.Assigned, name)
		entry.Changes = append(entry.Changes, planner.ModuleChange{Module: name, Change: license.Added, NewTotal: license.MaxSeats})
	}
	for i, name := range large.Assigned[:3] {
		f.wishes = append(f.wishes, wish(1<<62+int64(i), large.ID, name, func(w *activation.Wish) { w.From = name + "-plan" }))
	}
	f.holders, f.history = []seat.Holder{large}, []activation.HistoryEntry{entry}
	e.update(tenant, f.write)
	got := withoutRevision(e.contents(tenant))
	for i := range got.History {
		got.History[i].ID = 0
	}
	e.same("what is large", f.contents(), got)
}
