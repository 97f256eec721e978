package storetest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	person    = "jane@example.com"
	pseudonym = "erased-7f3a"
)

// writePerson writes somebody to every place where an id can stand.
func writePerson(id string) func(context.Context, activation.Writer) error {
	return func(ctx context.Context, w activation.Writer) error {
		stored := func(text string) *activation.StoredLicense {
			return &activation.StoredLicense{
				Digest: activation.DigestOf([]byte(text)), Envelope: []byte(text), Number: 1, By: id, At: second(1),
			}
		}
		later := *stored("c")
		later.By = "somebody"
		later.Schedule = &activation.Schedule{By: id, At: second(2), Selection: planner.Selection{
			Releases: []seat.Assignment{{Holder: "somebody", Module: "acme.web"}, {Holder: id, Module: "acme.mail"}},
			Switches: []seat.Swap{{Holder: id, From: "acme.web", To: "acme.mail"}},
		}}
		chosen := *stored("b")
		chosen.Selected = later.Schedule.And(planner.Selection{})
		if err := w.PutOwner(ctx, activation.OwnerRecord{
			Owner: "acme", Active: stored("a"), Pending: []activation.StoredLicense{chosen, later},
		}); err != nil {
			return err
		}
		if err := w.PutHolders(ctx,
			seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: []string{"acme.web", "acme.mail"}},
			seat.Holder{ID: "somebody", Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}},
		); err != nil {
			return err
		}
		if _, err := w.AppendHistory(ctx, activation.HistoryEntry{At: second(1), Kind: activation.HistoryActivated, By: id, To: 1}); err != nil {
			return err
		}
		if err := w.PutWishes(ctx, wish(1, id, "acme.sync"), wish(2, "somebody", "acme.mail")); err != nil {
			return err
		}
		return w.AppendLog(ctx,
			activation.LogEntry{At: second(1), By: id, Holder: "somebody", Module: "acme.web", Cause: seat.CauseAssigned},
			activation.LogEntry{At: second(1), By: "somebody", Holder: id, Module: "acme.web", Cause: seat.CauseAssigned},
			activation.LogEntry{At: second(1), By: id, Holder: id, Module: "acme.mail", Cause: seat.CauseAssigned})
	}
}

// eraseReplacesEverywhere compares an erased person with one who had the
// pseudonym from the beginning.
func eraseReplacesEverywhere(e *env) {
	const always = "always"
	e.update(always, writePerson(pseudonym))
	want := e.contents(always)
	revisions := []activation.Revision{{}, e.after(tenant, writePerson(person))}
	e.update("bystander", writePerson(person))
	bystander := e.contents("bystander")
	for _, time := range []string{"first", "second"} {
		revisions = append(revisions, e.after(tenant, func(ctx context.Context, w activation.Writer) error {
			return w.RenameHolder(ctx, person, pseudonym)
		}))
		got := e.contents(tenant)
		if diff := cmp.Diff(want, got, butForIDs...); diff != "" {
			e.Errorf("after erasing a person for the %s time (-want +got):\n%s", time, diff)
		}
		if text, err := json.Marshal(got.Log); err != nil || strings.Contains(string(text), person) {
			e.Errorf("after erasing a person the log is %s (%v)", text, err)
		}
	}
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		e.checkIndexes(ctx, r)
		return nil
	})
	e.same("a person of that id in another tenant", bystander, e.contents("bystander"))
	e.forgotten(tenant, revisions)
	e.eraseFormer(want)
}

// after runs an Update and returns the revision that it leads to.
func (e *env) after(tenant string, fn func(context.Context, activation.Writer) error) activation.Revision {
	e.Helper()
	e.update(tenant, fn)
	return e.contents(tenant).Tenant.Revision
}

// forgotten looks for an erased person among those who are said to have gone
// since any of the revisions.
func (e *env) forgotten(tenant string, revisions []activation.Revision) {
	e.Helper()
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		reader, ok := r.(activation.ChangeReader)
		if !ok {
			return nil
		}
		for _, since := range revisions {
			_, gone, _, err := reader.ChangedHolders(ctx, since)
			if err != nil {
				return err
			}
			if slices.Contains(gone, person) {
				e.Errorf("in tenant %s, an erased person is among those who went since revision %v", tenant, since)
			}
		}
		return nil
	})
}

// eraseFormer erases somebody who is no holder any more.
func (e *env) eraseFormer(want contents) {
	const former = "former"
	var revisions []activation.Revision
	for _, step := range []func(context.Context, activation.Writer) error{
		writePerson(person),
		func(ctx context.Context, w activation.Writer) error { return w.DeleteHolders(ctx, person) },
		func(ctx context.Context, w activation.Writer) error { return w.RenameHolder(ctx, person, pseudonym) },
	} {
		revisions = append(revisions, e.after(former, step))
	}
	e.forgotten(former, revisions)
	got := e.contents(former)
	e.same("the log after erasing a former holder", withoutIDs(want.Log), withoutIDs(got.Log))
	if len(got.Holders) != 1 || got.Holders[0].ID != "somebody" {
		e.Errorf("after erasing a former holder, the holders are %+v", got.Holders)
	}
}

func withoutIDs(log []activation.LogEntry) []activation.LogEntry {
	for i := range log {
		log[i].ID = 0
	}
	return log
}

// eraseToTakenPseudonym must not make one holder of two.
func eraseToTakenPseudonym(e *env) {
	e.update(tenant, writePerson(person))
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.PutHolders(ctx, seat.Holder{ID: pseudonym, Kind: license.User})
	})
	before := e.contents(tenant)
	var renaming error
	ctx := e.Context()
	err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
		renaming = w.RenameHolder(ctx, person, pseudonym)
		return renaming
	})
	if renaming == nil || err != renaming { //nolint:errorlint // it must be the same error, not wrapped
		e.Errorf("renaming a holder to the id of another returns %v, and Update %v; want an error", renaming, err)
	}
	e.same("after renaming a holder to the id of another", before, e.contents(tenant))
}
