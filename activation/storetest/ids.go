package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// strangeIDs returns ids that are easily taken for each other or for something
// else, in bytewise order.
func strangeIDs() []string {
	longest := strings.Repeat("x", seat.MaxIDLength)
	ids := []string{
		"a", "A", "\u00e1", "a\u0301", "\uff41", "a ", " a", "a\t", "a\n", "a\r", "a\u00a0", "a\u200b", "\ufeffa", "a\x7f", "\x01", " ",
		"aa", "ab", "b", "B", "\u00df", "ss", "SS", "\u1e9e", "\ufb00", "ff", "\u0131", "i", "I", "\u0130",
		"\u00c5", "\u212b", "A\u030a", "\u03a9", "\u2126", "\u03c2", "\u03c3", "\u03a3",
		"0", "00", "1", "01", "1.0", "1e0", "-1", "+1", "NaN", "null", "NULL", "nil", "true", "undefined",
		"'", "''", `"`, `""`, "`", "%", "_", "a%", "a_", `\`, `\\`, `a\`, `\x61`, "$1", "?", ":a", "@a", "#", "--", ";", "/*", "*", "{}", "[]", "(",
		"' or 1=1 --", "'); drop table holders; --", "../a", "a/b", "a/../b", "a,b", "{a}", `{"a"}`, "<a>", "&amp;", "%00", "%61",
		"😀", "😁", "\U0010ffff", "\ufffd", "e\u0301\u0302", "e\u0302\u0301", "日本", "عربي",
		longest, longest[1:], longest[1:] + "y", longest[1:] + " ", strings.Repeat("é", seat.MaxIDLength/2), strings.Repeat("😀", seat.MaxIDLength/4),
	}
	slices.Sort(ids)
	return ids
}

func idsOfHolders(e *env) {
	ids := strangeIDs()
	var want []seat.Holder
	for i, id := range ids {
		want = append(want, seat.Holder{ID: id, Kind: license.User, Type: fmt.Sprint(i), Assigned: []string{"acme.web"}})
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutHolders(ctx, want...) })
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		for _, modules := range [][]string{nil, {"acme.web"}} {
			got, err := listHolders(ctx, r, modules, 1)
			if err != nil {
				return err
			}
			e.same(fmt.Sprintf("holders with %q, one by one", modules), want, got)
		}
		for i, id := range ids {
			got, err := r.Holders(ctx, id)
			if err != nil {
				return err
			}
			e.same(fmt.Sprintf("the holder %q", id), want[i:i+1], got)
		}
		return nil
	})
	e.deleteStrange(want)
}

// deleteStrange deletes every other holder and renames what is left.
func (e *env) deleteStrange(holders []seat.Holder) {
	var left []seat.Holder
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		left = nil
		for i, h := range holders {
			if i%2 == 0 {
				if err := w.DeleteHolders(ctx, h.ID); err != nil {
					return err
				}
				continue
			}
			left = append(left, h)
		}
		return nil
	})
	e.same("after deleting every other holder", left, e.contents(tenant).Holders)
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		for i := range left {
			pseudonym := fmt.Sprintf("p%03d", i)
			if err := w.RenameHolder(ctx, left[i].ID, pseudonym); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range left {
		left[i].ID = fmt.Sprintf("p%03d", i)
	}
	e.same("after renaming the others", left, e.contents(tenant).Holders)
}

func idsOfTenants(e *env) {
	ids := strangeIDs()
	for i, id := range ids {
		e.update(id, func(ctx context.Context, w activation.Writer) error {
			if err := w.PutTenant(ctx, activation.TenantRecord{Due: second(1), LeasedBy: id}); err != nil {
				return err
			}
			return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User, Type: fmt.Sprint(i)})
		})
	}
	for i, id := range ids {
		want := []seat.Holder{{ID: "u1", Kind: license.User, Type: fmt.Sprint(i)}}
		got := e.contents(id)
		e.same(fmt.Sprintf("the holders of tenant %q", id), want, got.Holders)
		e.same("the worker that has claimed a tenant", id, got.Tenant.LeasedBy)
	}
	lister, ok := as[activation.DueLister](e.store)
	if !ok {
		return
	}
	var due []string
	for after := ""; len(due) < len(ids); after = due[len(due)-1] {
		page, err := lister.Due(e.Context(), second(1), after, 1)
		if err != nil {
			e.Fatalf("Due: %v", err)
		}
		if len(page) == 0 {
			break
		}
		due = append(due, page...)
	}
	e.same("tenants whose checks are due, one by one", ids, due)
}

// idsAsTexts puts ids wherever else a host's or an owner's text stands.
func idsAsTexts(e *env) {
	ids := strangeIDs()
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		for i, id := range ids {
			if err := w.PutHighest(ctx, "acme", id, int64(i+1)); err != nil {
				return err
			}
			if err := w.PutHolders(ctx, seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User, Type: id}); err != nil {
				return err
			}
			if err := w.AppendLog(ctx, activation.LogEntry{By: id, Holder: id, Module: "acme.web", Cause: seat.CauseAssigned}); err != nil {
				return err
			}
			if _, err := w.AppendHistory(ctx, activation.HistoryEntry{At: second(1), Kind: activation.HistoryRepaired, By: id}); err != nil {
				return err
			}
			if err := w.PutWishes(ctx, wish(1, id, "acme.web")); err != nil {
				return err
			}
		}
		return nil
	})
	got := e.contents(tenant)
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		for i, id := range ids {
			number, err := r.Highest(ctx, "acme", id)
			if err != nil {
				return err
			}
			if number != int64(i+1) {
				e.Errorf("the highest number of serial %q is %d, want %d", id, number, i+1)
			}
			if count := got.Census[describeCombination(license.User, id, nil)]; count != 1 {
				e.Errorf("%d holders of type %q are counted, want 1", count, id)
			}
			entry := got.Log[len(ids)-1-i]
			if entry.By != id || entry.Holder != id {
				e.Errorf("a log entry by and for %q reads %q and %q", id, entry.By, entry.Holder)
			}
			e.same("an entry of the history by somebody", id, got.History[len(ids)-1-i].By)
		}
		return nil
	})
	e.wishesOf(ids)
}

// wishesOf looks for a wish of each of the holders, at one place, and forgets every
// other one.
func (e *env) wishesOf(ids []string) {
	e.Helper()
	var want []activation.Wish
	var gone []seat.Assignment
	for i, id := range ids { // in bytewise order
		want = append(want, wish(1, id, "acme.web"))
		if i%2 == 0 {
			gone = append(gone, seat.Assignment{Holder: id})
		}
	}
	e.same("the wishes of holders, ordered by id", want, e.contents(tenant).Wishes)
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.DeleteWishes(ctx, gone...) })
	left := slices.DeleteFunc(want, func(w activation.Wish) bool {
		return slices.Contains(gone, seat.Assignment{Holder: w.Holder})
	})
	e.same("after forgetting the wishes of every other holder", left, e.contents(tenant).Wishes)
}
