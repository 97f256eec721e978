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
	Ticked  int64 // released
	Moved   int64 // get another plan
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
	// Plans is what the seat can become instead.
	Plans []planOption
}

// Was is what is chosen for the seat where it is shown, for the form to send back:
// what a list of plans sends, with "tick" or "none" in place of the plan. Of
// two administrators who choose at once, each changes only what differs from it.
func (t tickSeat) Was() string {
	for _, p := range t.Plans {
		if p.Chosen {
			return p.Value
		}
	}
	if t.Ticked {
		return wasTicked + " " + t.Value
	}
	return wasNothing + " " + t.Value
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
	plan := decisive(preview)
	through := append(plan.AssignedNames(planner.Blocker{Module: module}), module)
	page.List = listingOf(r, "seen")
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, page.List.query(sqlstore.DirectoryQuery{Modules: through}))
	if err != nil {
		return err
	}
	page.List.next(r, found.Next)
	page.Rows = tickRows(found.Entries, through, plan)
	if err := s.offerPlans(r.Context(), page.Rows, found.Entries, preview); err != nil {
		return err
	}
	page.Kept = page.List.fields()
	return s.show(w, r, v, http.StatusOK, "superfluous", "Remove superfluous licenses", page)
}

// concerned lists those whom a blocker concerns that is no matter of numbers.
func (s *Server) concerned(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner, module, why := partOf(r, "owner"), partOf(r, "module"), partOf(r, "why")
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
	for _, b := range unchanged.Blockers {
		if !is(b) {
			continue
		}
		left := b
		if page.Blocker != nil { // some are ticked already
			left = *page.Blocker
		}
		page.Text = problems(&planner.Plan{Owner: owner, Blockers: []planner.Blocker{left}})[0].Text
		query := activation.HolderQuery{Plan: unchanged, Blocker: b}
		holders, err := s.crm.HolderPage(r.Context(), query, r.URL.Query().Get("after"), pageLength)
		if err != nil {
			return err
		}
		if page.Rows, err = s.namedRows(r.Context(), holders, preview); err != nil {
			return err
		}
		if len(holders) == pageLength {
			page.List.next(r, holders[pageLength-1].ID)
		}
	}
	return s.show(w, r, v, http.StatusOK, "superfluous", "Solve before activating", page)
}

// untouched is the plan of an offer as if nothing were chosen. What is scheduled
// can't be left out.
func (s *Server) untouched(ctx context.Context, preview *activation.Preview) (*planner.Plan, error) {
	if size(chosenIn(preview)) == 0 || preview.Schedule != nil {
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
	if errors.Is(err, activation.ErrNoOffer) {
		return page, nil, errNoneWaits
	}
	if err != nil {
		return page, nil, err
	}
	plan := decisive(preview)
	for _, b := range plan.Blockers {
		if is(b) {
			page.Blocker = &b
		}
	}
	page.Ready = plan.Status == planner.Ready
	page.Ticked, page.Moved = int64(len(plan.Releases)), int64(len(plan.Switches))
	return page, preview, nil
}

var errNoneWaits = &pageError{http.StatusNotFound, "No license is waiting to be activated any more."}

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
func (s *Server) namedRows(ctx context.Context, holders []seat.Holder, preview *activation.Preview) ([]tickRow, error) {
	plan := decisive(preview)
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
	if err != nil {
		return nil, err
	}
	return rows, s.offerPlans(ctx, rows, entries, preview)
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

// tick takes what is chosen on one page: "shown" lists all of its seats, "tick"
// those that are released, "move" those that become another plan, and "was" how it
// was shown. Then it goes on where the button says.
func (s *Server) tick(w http.ResponseWriter, r *http.Request, v visitor) error {
	shown, on, err := chosenOn(r)
	if err != nil {
		return err
	}
	seats, was, err := shownAs(r.PostForm["was"])
	if err != nil {
		return err
	}
	preview, err := s.plan(r.Context(), partOf(r, "owner"))
	if errors.Is(err, activation.ErrNoOffer) {
		return errNoneWaits
	}
	if err != nil {
		return err
	}
	on = newer(on, was.And(chosenIn(preview)))
	before, now := choicesOf(was), choicesOf(on)
	same := slices.DeleteFunc(seats, func(a seat.Assignment) bool { return before[a] != now[a] })
	shown = slices.DeleteFunc(shown, func(a seat.Assignment) bool { return slices.Contains(same, a) })
	on = without(on, same)
	all := changed(chosenIn(preview), shown, on)
	if size(all) > maxTicks {
		return errTooMany
	}
	_, gone, err := s.planWith(r.Context(), preview.Offer, all)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(on.Switches, func(swap seat.Swap) bool {
		return slices.Contains(gone, seat.Assignment{Holder: swap.Holder, Module: swap.From})
	}); i >= 0 {
		return &pageError{http.StatusConflict, "This user can't be moved to " + on.Switches[i].To + " any more. Go back and load the page again."}
	}
	if err := s.choose(r.Context(), v, preview, shown, without(on, gone)); err != nil {
		return err
	}
	return s.goOn(w, r, v)
}

// choicesOf says what becomes of each seat for which something is chosen.
func choicesOf(s planner.Selection) map[seat.Assignment]string {
	choices := make(map[seat.Assignment]string)
	for _, a := range s.Releases {
		choices[a] = wasTicked
	}
	for _, swap := range s.Switches {
		choices[seat.Assignment{Holder: swap.Holder, Module: swap.From}] = swap.To
	}
	return choices
}

var errTooMany = &pageError{http.StatusRequestEntityTooLarge, "At most " + plain(maxTicks) + " seats can be chosen for one activation. Release some users first."}

// newer settles which of both holds where a seat is released and moved: the one
// that was not chosen before, and if neither was, that it is moved.
func newer(on, before planner.Selection) planner.Selection {
	var moved []seat.Assignment
	released := on.Releases
	on.Switches = slices.DeleteFunc(on.Switches, func(swap seat.Swap) bool {
		a := seat.Assignment{Holder: swap.Holder, Module: swap.From}
		old := slices.Contains(released, a) && slices.Contains(before.Switches, swap)
		if !old {
			moved = append(moved, a)
		}
		return old
	})
	on.Releases = slices.DeleteFunc(released, func(a seat.Assignment) bool { return slices.Contains(moved, a) })
	return on
}

func (s *Server) goOn(w http.ResponseWriter, r *http.Request, v visitor) error {
	switch r.PostFormValue("then") {
	case "ok":
		http.Redirect(w, r, pathTo("licenses", partOf(r, "owner"), "activate"), http.StatusSeeOther)
	case "propose":
		return s.propose(w, r, v)
	case "next":
		http.Redirect(w, r, r.URL.EscapedPath()+query(r.PostForm, "q", "sort", "next"), http.StatusSeeOther) //nolint:gosec // the path of this page
	default:
		http.Redirect(w, r, r.URL.EscapedPath()+query(r.PostForm, "q", "sort", "after"), http.StatusSeeOther) //nolint:gosec // the path of this page
	}
	return nil
}

// chosenOn reads the form: the seats that it shows, and what it chooses of them.
func chosenOn(r *http.Request) (shown []seat.Assignment, on planner.Selection, err error) {
	if shown, err = ticked(r.PostForm["shown"]); err != nil {
		return nil, on, err
	}
	if on.Releases, err = ticked(r.PostForm["tick"]); err != nil {
		return nil, on, err
	}
	for _, value := range r.PostForm["move"] {
		if value == "" {
			continue
		}
		to, rest, _ := strings.Cut(value, " ")
		a, ok := parseTick(rest)
		if !ok || to == "" {
			return nil, on, errSeat
		}
		on.Switches = append(on.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: to})
	}
	return shown, on, nil
}

// shownAs reads for which seats the form says how they were shown, and what was
// chosen for them then.
func shownAs(values []string) (seats []seat.Assignment, was planner.Selection, err error) {
	for _, value := range values {
		choice, rest, _ := strings.Cut(value, " ")
		a, ok := parseTick(rest)
		if !ok || choice == "" {
			return nil, was, errSeat
		}
		seats = append(seats, a)
		switch choice {
		case wasNothing:
		case wasTicked:
			was.Releases = append(was.Releases, a)
		default:
			was.Switches = append(was.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: choice})
		}
	}
	return seats, was, nil
}

var errSeat = &pageError{http.StatusBadRequest, "The form names a seat that can't be."}

func ticked(values []string) (list []seat.Assignment, err error) {
	for _, value := range values {
		a, ok := parseTick(value)
		if !ok {
			return nil, errSeat
		}
		list = append(list, a)
	}
	return list, nil
}
