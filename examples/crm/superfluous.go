package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// pageLength is how many people a page lists.
const pageLength = 50

// superfluousPage is the dialog "Remove superfluous licenses": who has a module
// of which too many seats are in use, or whom another blocker concerns.
type superfluousPage struct {
	Owner, Module string
	// Blocker has the figures as they are with what is chosen; nil once it is
	// solved. Text says what is wrong where it is no matter of numbers.
	Blocker *planner.Blocker
	Text    string
	Plan    *planner.Plan
	Rows    []seatRow
	List    listing
}

type field struct{ Name, Value string }

// seatRow is somebody's assignment, for which something can be chosen.
type seatRow struct {
	ID, Name, Module string
	LastSeen         time.Time
	Value            string // of the checkbox
	Choice           string // what is chosen: see [choices]
	Plans            []planOption
	Cascade          []string // what that takes along
}

// Ticked reports whether the seat is released.
func (row seatRow) Ticked() bool { return row.Choice == wasTicked }

// Was is what is chosen for the seat where it is shown, for the form to send back.
// Of two administrators who choose at once, each changes only what differs from it.
func (row seatRow) Was() string {
	if row.Choice == "" {
		return wasNothing + " " + row.Value
	}
	return row.Choice + " " + row.Value
}

// These are no full names.
const (
	wasTicked  = "tick"
	wasNothing = "none"
)

// superfluous lists those who have a module, also once ticks have solved it.
func (s *Server) superfluous(w http.ResponseWriter, r *http.Request, v visitor) error {
	module := partOf(r, "module")
	page, preview, err := s.superfluousPage(r, func(b planner.Blocker) bool {
		return b.Kind == planner.OverAllocated && b.Module == module
	})
	if err != nil {
		return err
	}
	through := append(page.Plan.AssignedNames(planner.Blocker{Module: module}), module)
	page.List = listingOf(r, "seen")
	query := page.List.query(sqlstore.DirectoryQuery{Modules: through})
	query.Kind = "" // whoever has it
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, query)
	if err != nil {
		return err
	}
	page.List.next(r, found.Next)
	page.Rows = seatRows(found.Entries, preview, v.status, func(module string, _ sqlstore.DirectoryEntry) bool { return slices.Contains(through, module) })
	return s.show(w, r, v, http.StatusOK, "superfluous", "Remove superfluous licenses", page)
}

// concerned lists those whom a blocker concerns that is no matter of numbers.
func (s *Server) concerned(w http.ResponseWriter, r *http.Request, v visitor) error {
	module, why := partOf(r, "module"), partOf(r, "why")
	is := func(b planner.Blocker) bool {
		return b.Module == module && (b.Requires == why || string(b.Kind) == why)
	}
	page, preview, err := s.superfluousPage(r, is)
	if err != nil {
		return err
	}
	unchanged, err := s.untouched(r.Context(), preview)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(unchanged.Blockers, is); i >= 0 {
		left := unchanged.Blockers[i]
		if page.Blocker != nil { // some are ticked already
			left = *page.Blocker
		}
		page.Text = s.words.Say("blocker.", left.Kind, left)
		query := activation.HolderQuery{Plan: unchanged, Blocker: unchanged.Blockers[i]}
		holders, err := s.crm.HolderPage(r.Context(), query, r.URL.Query().Get("after"), pageLength)
		if err != nil {
			return err
		}
		entries, err := s.entriesOf(r.Context(), holders)
		if err != nil {
			return err
		}
		page.Rows = seatRows(entries, preview, v.status, func(module string, e sqlstore.DirectoryEntry) bool {
			owner, _ := license.SplitName(module)
			return owner == preview.Owner || len(e.Assigned) == 1
		})
		if len(holders) == pageLength {
			page.List.next(r, holders[pageLength-1].ID)
		}
	}
	return s.show(w, r, v, http.StatusOK, "superfluous", "Resolve before activating", page)
}

// entriesOf pairs holders with their names. Somebody who is not in the table of
// users any more goes by the id.
func (s *Server) entriesOf(ctx context.Context, holders []seat.Holder) ([]sqlstore.DirectoryEntry, error) {
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	known, err := s.db.directory.Entries(ctx, s.config.Tenant, ids...)
	entries := make([]sqlstore.DirectoryEntry, len(holders))
	for i, h := range holders {
		entries[i] = sqlstore.DirectoryEntry{Holder: h, Name: h.ID}
		if at := slices.IndexFunc(known, func(e sqlstore.DirectoryEntry) bool { return e.ID == h.ID }); at >= 0 {
			entries[i] = known[at]
		}
	}
	return entries, err
}

// untouched is the plan of an offer as if nothing were chosen. A scheduled
// choice can't be left out.
func (s *Server) untouched(ctx context.Context, preview *activation.Preview) (*planner.Plan, error) {
	if len(chosenIn(preview)) == 0 || preview.Schedule != nil {
		return decisive(preview), nil
	}
	preview, err := s.crm.PlanOffer(ctx, preview.Offer)
	if err != nil {
		return nil, err
	}
	return decisive(preview), nil
}

func (s *Server) superfluousPage(r *http.Request, is func(planner.Blocker) bool) (superfluousPage, *activation.Preview, error) {
	page := superfluousPage{Owner: partOf(r, "owner"), Module: partOf(r, "module")}
	preview, err := s.plan(r.Context(), page.Owner)
	if err != nil {
		return page, nil, err
	}
	page.Plan = decisive(preview)
	if i := slices.IndexFunc(page.Plan.Blockers, is); i >= 0 {
		page.Blocker = &page.Plan.Blockers[i]
	}
	return page, preview, nil
}

// seatRows lists the first of the assignments that count, of each of the people.
func seatRows(entries []sqlstore.DirectoryEntry, preview *activation.Preview, status *activation.TenantStatus, counts func(string, sqlstore.DirectoryEntry) bool) (rows []seatRow) {
	chosen := chosenIn(preview)
	taken := make(map[string][]string)
	for _, release := range decisive(preview).Releases {
		if release.Cause == planner.ReleaseCascade {
			taken[release.Holder] = append(taken[release.Holder], release.Module)
		}
	}
	for _, e := range entries {
		shown := 0
		for _, module := range e.Assigned {
			if shown == maxInner || !counts(module, e) {
				continue
			}
			row := seatRow{ID: e.ID, Name: e.Name, Module: module, LastSeen: e.LastSeen, Value: tickValue(e.ID, module)}
			row.Choice = chosen[seat.Assignment{Holder: e.ID, Module: module}]
			if shown++; shown == 1 {
				row.Cascade = taken[e.ID]
			}
			owner, _ := license.SplitName(module)
			if m := status.Owner(owner).Module(module).Module; m != nil && m.Bundle {
				row.Plans = optionsFor(e.Holder, module, preview)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// tickValue is what a checkbox sends: the module, which has no space, then the
// holder, which may have anything.
func tickValue(holder, module string) string { return module + " " + holder }

func parseTick(value string) (seat.Assignment, bool) {
	module, holder, ok := strings.Cut(value, " ")
	return seat.Assignment{Holder: holder, Module: module}, ok && seat.CheckID(holder) == nil
}

// tick takes what is chosen on one page: "shown" lists all of its seats, "tick"
// those that are released, "move" those that become another plan, and "was" how it
// was shown. Then it goes on where the button says.
func (s *Server) tick(w http.ResponseWriter, r *http.Request, v visitor) error {
	preview, err := s.plan(r.Context(), partOf(r, "owner"))
	if err != nil {
		return err
	}
	changed, err := changedOn(r, chosenIn(preview))
	if err != nil {
		return err
	}
	all := chosenIn(preview).with(changed)
	if len(all) > maxTicks {
		return errTooMany
	}
	_, gone, err := s.planWith(r.Context(), preview.Offer, all)
	if err != nil {
		return err
	}
	for a := range gone {
		if to := changed[a]; to != "" && to != wasTicked {
			return refusal(http.StatusConflict, "This user can't be moved to "+to+" any more.")
		}
		if changed[a] == wasTicked {
			delete(changed, a)
		}
	}
	if err := s.choose(r.Context(), v, preview, changed); err != nil {
		return err
	}
	return s.goOn(w, r, v)
}

var errTooMany = refusal(http.StatusRequestEntityTooLarge, "At most "+plain(maxTicks)+" seats can be chosen for one activation. Release some users first.")

func (s *Server) goOn(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := r.URL.EscapedPath()
	switch r.PostFormValue("then") {
	case "ok":
		page = pathTo("licenses", partOf(r, "owner"), "activate")
	case "propose":
		return s.propose(w, r, v)
	case "next":
		page += query(r.PostForm, "q", "sort", "next")
	default:
		page += query(r.PostForm, "q", "sort", "after")
	}
	http.Redirect(w, r, page, http.StatusSeeOther) //nolint:gosec // a path of this site
	return nil
}

// changedOn reads the form: what has changed of what it showed.
func changedOn(r *http.Request, now choices) (choices, error) {
	changed, was, err := make(choices), make(choices), error(nil)
	read := func(values []string, take func(choice string, a seat.Assignment)) {
		for _, value := range values {
			choice, rest, _ := strings.Cut(value, " ")
			a, ok := parseTick(rest)
			if !ok || choice == "" {
				err = errSeat
				return
			}
			take(choice, a)
		}
	}
	named := func(name, choice string) (values []string) {
		for _, value := range r.PostForm[name] {
			values = append(values, choice+" "+value)
		}
		return values
	}
	ticked := make(map[seat.Assignment]bool)
	read(r.PostForm["was"], func(choice string, a seat.Assignment) { was[a] = choice })
	read(named("shown", wasNothing), func(_ string, a seat.Assignment) { changed[a] = "" })
	read(named("tick", wasTicked), func(_ string, a seat.Assignment) { changed[a], ticked[a] = wasTicked, true })
	moves := slices.DeleteFunc(slices.Clone(r.PostForm["move"]), func(value string) bool { return value == "" })
	read(moves, func(to string, a seat.Assignment) {
		before := was[a]
		if before == "" {
			before = now[a]
		}
		changed[a] = newer(ticked[a], to, before)
	})
	for a, before := range was {
		if before == changed[a] || before == wasNothing && changed[a] == "" {
			delete(changed, a)
		}
	}
	return changed, err
}

// newer settles which of both holds where a seat is released and moved: the one
// that was not chosen before, and if neither was, that it is moved.
func newer(ticked bool, to, before string) string {
	if ticked && to == before {
		return wasTicked
	}
	return to
}

var errSeat = refusal(http.StatusBadRequest, "The form names a seat that can't be.")
