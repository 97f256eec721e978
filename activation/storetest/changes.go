package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// loaded is a snapshot as an engine loads it.
type loaded struct {
	revision activation.Revision
	holders  population
}

// changes asks who changed since a revision, in a View.
func (e *env) changes(since activation.Revision) (changed []seat.Holder, gone []string, known bool) {
	e.Helper()
	e.view(tenant, func(ctx context.Context, r activation.Reader) (err error) {
		reader, ok := r.(activation.ChangeReader)
		if !ok {
			e.Fatal(`the reader is no activation.ChangeReader; if that is meant, exempt the store from "Changes" with a reason`)
		}
		changed, gone, known, err = reader.ChangedHolders(ctx, since)
		return err
	})
	return changed, gone, known
}

// changesAreLikeReload brings every earlier snapshot up to date, and compares
// it with one that is loaded anew.
func changesAreLikeReload(e *env) {
	random := e.random()
	present := population{}
	snapshots := []loaded{{}}
	answers, questions := 0, 0
	for range e.amount(25, 80) {
		e.update(tenant, func(ctx context.Context, w activation.Writer) error {
			next, err := present.churn(ctx, w, random)
			present = next
			return err
		})
		now := e.contents(tenant)
		for _, snapshot := range snapshots[max(0, len(snapshots)-8):] {
			changed, gone, known := e.changes(snapshot.revision)
			questions++
			if !known {
				continue // the engine reads all holders then
			}
			answers++
			e.checkDisjoint(snapshot.revision, changed, gone)
			e.same(fmt.Sprintf("a snapshot of revision %v brought up to revision %v", snapshot.revision, now.Tenant.Revision),
				now.Holders, sortedHolders(snapshot.holders.with(changed, gone)))
		}
		snapshots = append(snapshots, loaded{now.Tenant.Revision, present})
	}
	if answers*2 < questions {
		e.Errorf("the store could say what changed %d times of %d", answers, questions)
	}
}

func (p population) with(changed []seat.Holder, gone []string) population {
	next := maps.Clone(p)
	if next == nil {
		next = population{}
	}
	for _, id := range gone {
		delete(next, id)
	}
	for _, h := range changed {
		next[h.ID] = h
	}
	return next
}

func (e *env) checkDisjoint(since activation.Revision, changed []seat.Holder, gone []string) {
	e.Helper()
	ids := slices.Clone(gone)
	for _, h := range changed {
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		e.Errorf("since revision %v, changed or gone are %q, some of them twice", since, ids)
	}
}

// changesAreOnlyChanged changes one of many holders at a time.
func changesAreOnlyChanged(e *env) {
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		for i := range 50 {
			if err := w.PutHolders(ctx, seat.Holder{ID: fmt.Sprintf("u%02d", i), Kind: license.User}); err != nil {
				return err
			}
		}
		return nil
	})
	holder := func(id, module string) seat.Holder {
		return seat.Holder{ID: id, Kind: license.User, Assigned: []string{module}}
	}
	for _, step := range []struct {
		name    string
		run     func(ctx context.Context, w activation.Writer) error
		changed []seat.Holder
		gone    []string
		unknown bool
	}{
		{name: "nothing about holders", run: func(ctx context.Context, w activation.Writer) error {
			return w.PutHighest(ctx, "acme", "S-1", 1)
		}},
		{name: "one put", changed: []seat.Holder{holder("u07", "acme.web")}, run: func(ctx context.Context, w activation.Writer) error {
			return w.PutHolders(ctx, holder("u07", "acme.web"))
		}},
		{name: "one deleted", gone: []string{"u08"}, run: func(ctx context.Context, w activation.Writer) error {
			return w.DeleteHolders(ctx, "u08", "nobody")
		}},
		{name: "one came back", changed: []seat.Holder{holder("u08", "acme.mail")}, run: func(ctx context.Context, w activation.Writer) error {
			return w.PutHolders(ctx, holder("u08", "acme.mail"))
		}},
		{
			// To say who went, a store would have to keep the id that is erased.
			name: "one renamed", unknown: true,
			run: func(ctx context.Context, w activation.Writer) error { return w.RenameHolder(ctx, "u07", "x07") },
		},
	} {
		before := e.contents(tenant).Tenant.Revision
		e.update(tenant, step.run)
		changed, gone, known := e.changes(before)
		if known == step.unknown {
			e.Errorf("%s: the store says that it knows what the last Update changed: %t, want %t", step.name, known, !step.unknown)
		}
		e.same(step.name+": changed", step.changed, changed)
		e.same(step.name+": gone", step.gone, gone)
	}
}

// changesOfUnknownRevision asks for changes since a revision that is still to
// come, as a snapshot does that was made before the store was restored.
func changesOfUnknownRevision(e *env) {
	revision := e.populated(tenant).Tenant.Revision
	for _, unknown := range []activation.Revision{
		{Number: revision.Number + 1000, Token: revision.Token},
		{Number: revision.Number + 1, Token: revision.Token},
		{Number: revision.Number, Token: revision.Token + "x"},
		{Number: revision.Number},
		{Number: revision.Number + 1000},
		{Number: -1},
	} {
		if _, _, known := e.changes(unknown); known {
			e.Errorf("the revision is %v, and the store claims to know what changed since %v", revision, unknown)
		}
	}
	if changed, gone, known := e.changes(revision); !known || len(changed)+len(gone) > 0 {
		e.Errorf("since the present revision, %d changed, %d are gone (known: %t), want none (known)", len(changed), len(gone), known)
	}
}

// changesAfterFailover has a database that lost its last commits, and counts its
// revisions to the same numbers once more: two tenants, of which one is what a
// process has seen before and the other is what there is afterwards.
func changesAfterFailover(e *env) {
	const lost = "lost"
	write := func(tenant, id string) activation.Revision {
		return e.after(tenant, func(ctx context.Context, w activation.Writer) error {
			return w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.web"}})
		})
	}
	var seen, present []activation.Revision
	for i := range 5 {
		seen = append(seen, write(lost, fmt.Sprint("seen-", i)))
		present = append(present, write(tenant, fmt.Sprint("present-", i)))
		for before := range seen {
			again := activation.Revision{Number: present[before].Number, Token: seen[before].Token}
			if _, _, known := e.changes(again); known {
				e.Errorf("the revision is %v, and the store claims to know what changed since %v, which was lost", present[i], again)
			}
			if _, _, known := e.changes(present[before]); !known {
				e.Errorf("the revision is %v, and the store does not know what changed since %v", present[i], present[before])
			}
		}
	}
}
