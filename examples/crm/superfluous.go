package main

import (
	"context"
	"errors"
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
	// Blocker has the figures as they are with what is ticked; nil once it is
	// solved.
	Blocker *planner.Blocker
	Text    string // what is wrong, where it is no matter of numbers
	Ready   bool
	Ticked  int64
	Rows    []tickRow
	List    listing
	// Kept is what goes along with the form, so that the list stays where it is.
	Kept []field
}

type field struct{ Name, Value string }

// tickRow is a person with the assignments that can be ticked.
type tickRow struct {
	ID, Name string
	LastSeen time.Time
	Seats    []tickSeat
	More     int // seats that are not shown
	// Cascade is what a tick takes along.
	Cascade []string
}

type tickSeat struct {
	Module string
	Value  string // of the checkbox
	Ticked bool
}

// superfluous lists those who have a module, also once ticks have solved it.
func (s *Server) superfluous(w http.ResponseWriter, r *http.Request, v visitor) error {
	module := partOf(r, "module")
	page, plan, err := s.superfluousPage(r, v, func(b planner.Blocker) bool {
		return b.Kind == planner.OverAllocated && b.Module == module
	})
	if err != nil {
		return err
	}
	through := append(plan.AssignedNames(planner.Blocker{Module: module}), module)
	page.List = listingOf(r, "seen")
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, page.List.query(sqlstore.DirectoryQuery{Modules: through}))
	if err != nil {
		return err
	}
	page.List.next(r, found.Next)
	page.Rows = tickRows(found.Entries, through, plan)
	page.Kept = page.List.fields()
	return s.show(w, r, v, http.StatusOK, "superfluous", "Remove superfluous licenses", page)
}

// concerned lists those whom a blocker concerns that is no matter of numbers.
func (s *Server) concerned(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner, module, why := partOf(r, "owner"), partOf(r, "module"), partOf(r, "why")
	is := func(b planner.Blocker) bool {
		return b.Module == module && (b.Requires == why || string(b.Kind) == why)
	}
	page, plan, err := s.superfluousPage(r, v, is)
	if err != nil {
		return err
	}
	untouched, err := s.crm.Plan(r.Context(), owner)
	if err != nil {
		return err
	}
	for _, b := range untouched.Plan.Blockers {
		if !is(b) {
			continue
		}
		left := b
		if page.Blocker != nil { // some are ticked already
			left = *page.Blocker
		}
		page.Text = problems(&planner.Plan{Owner: owner, Blockers: []planner.Blocker{left}})[0].Text
		query := activation.HolderQuery{Plan: untouched.Plan, Blocker: b}
		holders, err := s.crm.HolderPage(r.Context(), query, r.URL.Query().Get("after"), pageLength)
		if err != nil {
			return err
		}
		if page.Rows, err = s.namedRows(r.Context(), holders, plan); err != nil {
			return err
		}
		if len(holders) == pageLength {
			page.List.next(r, holders[pageLength-1].ID)
		}
	}
	return s.show(w, r, v, http.StatusOK, "superfluous", "Solve before activating", page)
}

func (s *Server) superfluousPage(r *http.Request, v visitor, is func(planner.Blocker) bool) (superfluousPage, *planner.Plan, error) {
	page := superfluousPage{Owner: partOf(r, "owner"), Module: partOf(r, "module")}
	preview, err := s.plan(r.Context(), s.ticks(v, page.Owner))
	if errors.Is(err, activation.ErrNoOffer) {
		return page, nil, &pageError{http.StatusNotFound, "No license is waiting to be activated any more."}
	}
	if err != nil {
		return page, nil, err
	}
	for _, b := range preview.Plan.Blockers {
		if is(b) {
			page.Blocker = &b
		}
	}
	page.Ready = preview.Plan.Status == planner.Ready
	page.Ticked = int64(len(preview.Plan.Releases))
	return page, preview.Plan, nil
}

// tickRows pairs people with the assignments through which they have a module.
func tickRows(entries []sqlstore.DirectoryEntry, through []string, plan *planner.Plan) []tickRow {
	rows := make([]tickRow, len(entries))
	for i, e := range entries {
		rows[i] = tickRow{ID: e.ID, Name: e.Name, LastSeen: e.LastSeen}
		for _, module := range e.Assigned {
			if slices.Contains(through, module) {
				rows[i].add(e.ID, module)
			}
		}
		rows[i].tick(plan)
	}
	return rows
}

// namedRows is tickRows where any assignment may be what is wrong.
func (s *Server) namedRows(ctx context.Context, holders []seat.Holder, plan *planner.Plan) ([]tickRow, error) {
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	entries, err := s.db.directory.Entries(ctx, s.config.Tenant, ids...)
	rows := make([]tickRow, len(holders))
	for i, h := range holders {
		rows[i] = tickRow{ID: h.ID, Name: h.ID}
		for _, e := range entries {
			if e.ID == h.ID {
				rows[i].Name, rows[i].LastSeen = e.Name, e.LastSeen
			}
		}
		for _, module := range h.Assigned {
			if owner, _ := license.SplitName(module); owner == plan.Owner || len(h.Assigned) == 1 {
				rows[i].add(h.ID, module)
			}
		}
		rows[i].tick(plan)
	}
	return rows, err
}

// add lists one of the first seats, and counts the others.
func (row *tickRow) add(id, module string) {
	if len(row.Seats) == maxInner {
		row.More++
		return
	}
	row.Seats = append(row.Seats, tickSeat{Module: module, Value: tickValue(id, module)})
}

// tick marks what the plan releases, and adds what that takes along.
func (row *tickRow) tick(plan *planner.Plan) {
	for _, release := range plan.Releases {
		if release.Holder != row.ID {
			continue
		}
		if release.Cause == planner.ReleaseCascade {
			row.Cascade = append(row.Cascade, release.Module)
		}
		for i := range row.Seats {
			if row.Seats[i].Module == release.Module && release.Cause == planner.ReleaseRequested {
				row.Seats[i].Ticked = true
			}
		}
	}
}

// tickValue is what a checkbox sends: the module, which has no space, then the
// holder, which may have anything.
func tickValue(holder, module string) string { return module + " " + holder }

func parseTick(value string) (seat.Assignment, bool) {
	module, holder, ok := strings.Cut(value, " ")
	return seat.Assignment{Holder: holder, Module: module}, ok && seat.CheckID(holder) == nil
}

// tick takes the boxes of one page: "shown" lists all of them, "tick" those
// that are ticked. Then it goes on where the button says.
func (s *Server) tick(w http.ResponseWriter, r *http.Request, v visitor) error {
	on, err := ticked(r.PostForm["tick"])
	if err != nil {
		return err
	}
	shown, err := ticked(r.PostForm["shown"])
	if err != nil {
		return err
	}
	t := s.ticks(v, partOf(r, "owner"))
	before, err := t.releases(r.Context())
	if err != nil {
		return err
	}
	if len(before)+len(on) > maxTicks {
		return &pageError{http.StatusRequestEntityTooLarge, "At most " + plain(maxTicks) + " releases go with one activation. Release some users first."}
	}
	off := slices.DeleteFunc(shown, func(a seat.Assignment) bool { return slices.Contains(on, a) })
	if err := t.set(r.Context(), on, off); err != nil {
		return err
	}
	switch r.PostFormValue("then") {
	case "ok":
		http.Redirect(w, r, pathTo("licenses", t.owner, "activate"), http.StatusSeeOther)
	case "propose":
		return s.propose(w, r, v)
	case "next":
		http.Redirect(w, r, r.URL.EscapedPath()+query(r.PostForm, "q", "sort", "next"), http.StatusSeeOther) //nolint:gosec // the path of this page
	default:
		http.Redirect(w, r, r.URL.EscapedPath()+query(r.PostForm, "q", "sort", "after"), http.StatusSeeOther) //nolint:gosec // the path of this page
	}
	return nil
}

func ticked(values []string) (list []seat.Assignment, err error) {
	for _, value := range values {
		a, ok := parseTick(value)
		if !ok {
			return nil, &pageError{http.StatusBadRequest, "The form names a seat that can't be."}
		}
		list = append(list, a)
	}
	return list, nil
}
