package main

import (
	"cmp"
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
	// Blocker has the figures as they are with what is chosen; nil once it is
	// solved.
	Blocker *planner.Blocker
	Plan    *planner.Plan
	Rows    []seatRow
	List    listing
}

// seatRow is somebody's assignment, for which something can be chosen.
type seatRow struct {
	ID, Name, Module string
	LastSeen         time.Time
	Value            string // the value of the checkbox
	Choice           string // what is chosen: wasTicked, wasNothing, or the module that it becomes
	Plans            []planOption
	Cascade          []string // the assignments that end with it
}

// These are no full names.
const (
	wasTicked  = "tick"
	wasNothing = "none"
)

// choices says what becomes of seats with an activation, as a form does.
type choices map[seat.Assignment]string

func chosenIn(preview *activation.Preview) choices {
	c, selected := make(choices), preview.Approve()
	for _, a := range selected.Releases {
		c[a] = wasTicked
	}
	for _, swap := range selected.Switches {
		c[seat.Assignment{Holder: swap.Holder, Module: swap.From}] = swap.To
	}
	return c
}

// superfluous lists those whom a blocker concerns, also once choices have solved it.
// If too many seats are in use, these are all who have one.
func (s *Server) superfluous(w http.ResponseWriter, r *http.Request, v visitor) error {
	preview, err := s.crm.Plan(r.Context(), partOf(r, "owner"))
	if err != nil {
		return err
	}
	page := superfluousPage{Owner: preview.Owner, Module: partOf(r, "module"), Plan: preview.Decisive(), List: listingOf(r, "seen")}
	title, why := "Remove superfluous licenses", partOf(r, "why")
	is := func(b planner.Blocker) bool {
		return b.Module == page.Module && (why != "" && b.Requires == why || string(b.Kind) == cmp.Or(why, string(planner.OverAllocated)))
	}
	if i := slices.IndexFunc(page.Plan.Blockers, is); i >= 0 {
		page.Blocker = &page.Plan.Blockers[i]
	}
	concerned := func(seat.Holder) bool { return true }
	if why != "" {
		title = "Resolve before activating"
		if concerned, err = s.concernedBy(r.Context(), preview.Offer, is); err != nil {
			return err
		}
	}
	through := append(page.Plan.AssignedNames(planner.Blocker{Module: page.Module}), page.Module)
	query := page.List.query(sqlstore.DirectoryQuery{Modules: through})
	query.Kind = "" // users and satellites
	for len(page.Rows) < pageLength {
		found, err := s.db.directory.Find(r.Context(), s.config.Tenant, query)
		if err != nil {
			return err
		}
		listed := slices.DeleteFunc(found.Entries, func(e sqlstore.DirectoryEntry) bool { return !concerned(e.Holder) })
		page.Rows = append(page.Rows, seatRows(listed, preview, v.status, func(module string) bool {
			owner, _ := license.SplitName(module)
			return slices.Contains(through, module) || why != "" && owner == page.Owner
		})...)
		if query.After = found.Next; query.After == "" {
			break
		}
	}
	page.List.next(r, query.After)
	return s.show(w, r, v, http.StatusOK, "superfluous", title, page)
}

// concernedBy reports whom a blocker concerns as long as nothing is chosen, so that
// somebody for whom it is solved stays in the list.
func (s *Server) concernedBy(ctx context.Context, offer activation.Digest, is func(planner.Blocker) bool) (func(seat.Holder) bool, error) {
	preview, err := s.crm.PlanOffer(ctx, offer, planner.Selection{})
	if err != nil {
		return nil, err
	}
	plan := preview.Decisive()
	i := slices.IndexFunc(plan.Blockers, is)
	return func(h seat.Holder) bool { return i >= 0 && plan.Affects(plan.Blockers[i], h) }, nil
}

// seatRows lists the first of the assignments that count, of each of the people.
func seatRows(entries []sqlstore.DirectoryEntry, preview *activation.Preview, status *activation.TenantStatus, counts func(module string) bool) (rows []seatRow) {
	chosen := chosenIn(preview)
	taken := make(map[string][]string)
	for _, release := range preview.Decisive().Releases {
		if release.Cause == planner.ReleaseCascade {
			taken[release.Holder] = append(taken[release.Holder], release.Module)
		}
	}
	for _, e := range entries {
		shown := 0
		for _, module := range e.Assigned {
			if shown == maxInner || !counts(module) {
				continue
			}
			row := seatRow{ID: e.ID, Name: e.Name, Module: module, LastSeen: e.LastSeen, Value: tickValue(e.ID, module)}
			row.Choice = cmp.Or(chosen[seat.Assignment{Holder: e.ID, Module: module}], wasNothing)
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

// tick takes what is chosen on one page, and goes on where the button says.
func (s *Server) tick(w http.ResponseWriter, r *http.Request, v visitor) error {
	preview, err := s.crm.Plan(r.Context(), partOf(r, "owner"))
	if err != nil {
		return err
	}
	add, drop, err := changedOn(r, chosenIn(preview))
	if err != nil {
		return err
	}
	err = s.choose(r.Context(), v, preview.Offer, add, drop...)
	var tooMany *activation.SelectionSizeError
	switch fits, unfit := add.Fit(err); {
	case errors.As(err, &tooMany):
		return refusal(http.StatusRequestEntityTooLarge, "At most "+plain(int64(tooMany.Max))+" seats can be chosen for one activation. Release some users first.")
	case len(unfit.Switches) > 0:
		return refusal(http.StatusConflict, "This user can't be moved to "+unfit.Switches[0].To+" any more.")
	case len(unfit.Releases) > 0: // somebody else has released them meanwhile
		err = s.choose(r.Context(), v, preview.Offer, fits, drop...)
	}
	if err != nil {
		return err
	}
	return s.goOn(w, r, v)
}

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
	return goTo(w, r, page)
}

// changedOn reads the form: "shown" lists all of its seats, "tick" those that are
// released, "move" those that become another plan, and "was" how it was shown. Of two
// administrators who choose at once, each changes only what differs from that.
func changedOn(r *http.Request, now choices) (add planner.Selection, drop []seat.Assignment, err error) {
	read := func(name string, take func(choice string, a seat.Assignment)) {
		for _, value := range r.PostForm[name] {
			choice := wasTicked
			if name == "was" || name == "move" {
				choice, value, _ = strings.Cut(value, " ")
			}
			module, holder, ok := strings.Cut(value, " ")
			switch {
			case name == "move" && choice+value == "": // no plan was chosen
			case choice == "" || !ok || seat.CheckID(holder) != nil:
				err = errSeat
			default:
				take(choice, seat.Assignment{Holder: holder, Module: module})
			}
		}
	}
	was, is := make(choices), make(choices)
	read("was", func(choice string, a seat.Assignment) { was[a] = choice })
	read("shown", func(_ string, a seat.Assignment) { is[a] = wasNothing })
	read("tick", func(_ string, a seat.Assignment) { is[a] = wasTicked })
	read("move", func(to string, a seat.Assignment) { is[a] = newer(is[a] == wasTicked, to, cmp.Or(was[a], now[a])) })
	for a, choice := range is {
		switch choice {
		case was[a]:
		case wasNothing:
			drop = append(drop, a)
		case wasTicked:
			add.Releases = append(add.Releases, a)
		default:
			add.Switches = append(add.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: choice})
		}
	}
	return add, drop, err
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
