package main

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
)

// activatePage is the dialog "Activate new license".
type activatePage struct {
	Preview *activation.Preview
	// Plan is the one of the day on which the license begins.
	Plan     *planner.Plan
	Rows     []changeRow
	Problems []problem
	// Called has the first of those who lose something, or get another plan.
	Called map[string]string
	// Ready is whether Activate is enabled.
	Ready bool
	// Moved says in words that something changed since the page was looked at.
	Moved string
}

// changeRow is an altered module as the dialog lists it.
type changeRow struct {
	planner.ModuleChange
	// Path leads to those who have it, where too many have.
	Path string
}

// problem is a blocker in words, with the page on which it is solved.
type problem struct{ Text, Path, Link string }

// maxShown is how many releases the dialog lists, and how many switches.
const maxShown = 50

func (s *Server) activateDialog(w http.ResponseWriter, r *http.Request, v visitor) error {
	preview, err := s.crm.Plan(r.Context(), partOf(r, "owner"))
	if errors.Is(err, activation.ErrNoOffer) {
		return goTo(w, r, pathTo("licenses", partOf(r, "owner"))+query(r.URL.Query(), "done"))
	}
	if err != nil {
		return err
	}
	return s.dialog(w, r, v, http.StatusOK, preview, "")
}

func (s *Server) dialog(w http.ResponseWriter, r *http.Request, v visitor, status int, preview *activation.Preview, moved string) error {
	plan := preview.Decisive()
	page := activatePage{
		Preview: preview, Plan: plan, Moved: moved, Ready: plan.Status == planner.Ready && preview.Upcoming == nil,
		Rows: changeRows(plan.Owner, plan.Changes, plan.Blockers), Problems: s.problems(plan),
	}
	var ids []string
	for _, release := range plan.Releases[:min(len(plan.Releases), maxShown)] {
		ids = append(ids, release.Holder)
	}
	for _, swap := range plan.Switches[:min(len(plan.Switches), maxShown)] {
		ids = append(ids, swap.Holder)
	}
	var err error
	if page.Called, err = s.called(r.Context(), ids); err != nil {
		return err
	}
	return s.show(w, r, v, status, "activate", "Activate new license", page)
}

// changeRows lists what administrators see of the changes.
func changeRows(owner string, changes []planner.ModuleChange, blockers []planner.Blocker) (rows []changeRow) {
	over := make(map[string]string)
	for _, b := range blockers {
		if b.Kind == planner.OverAllocated {
			over[b.Module] = blockerPath(owner, b)
		}
	}
	for _, c := range changes {
		if !c.Hidden {
			rows = append(rows, changeRow{c, over[c.Module]})
		}
	}
	return rows
}

// blockerPath is where a blocker is solved.
func blockerPath(owner string, b planner.Blocker) string {
	if b.Kind == planner.OverAllocated {
		return pathTo("licenses", owner, "superfluous", b.Module)
	}
	return pathTo("licenses", owner, "concerned", b.Module, cmp.Or(b.Requires, string(b.Kind)))
}

// problems puts blockers into words.
func (s *Server) problems(plan *planner.Plan) (list []problem) {
	for _, b := range plan.Blockers[:min(len(plan.Blockers), maxListed)] {
		if len(b.Through) > 0 && b.Through[0] == b.Module {
			b.Through = nil
		}
		list = append(list, problem{s.words.Say("blocker.", b.Kind, b), blockerPath(plan.Owner, b), s.words.Say("solve.", b.Kind, b)})
	}
	return list
}

// called returns what holders are called. Somebody who is not in the table of
// users any more goes by the id.
func (s *Server) called(ctx context.Context, ids []string) (map[string]string, error) {
	names, err := s.db.directory.Names(ctx, s.config.Tenant, ids)
	for _, id := range ids {
		if err == nil && names[id] == "" {
			names[id] = id
		}
	}
	return names, err
}

// activate carries out what the form shows. If that is not how things are any
// more, the dialog comes back as it is now, and says so.
func (s *Server) activate(w http.ResponseWriter, r *http.Request, v visitor) error {
	offer, err := digestOf(r.PostFormValue("offer"))
	if err != nil {
		return err
	}
	result, err := s.crm.As(v.ID).Activate(r.Context(), activation.Approval{Offer: offer, Seen: r.PostFormValue("seen")})
	if err != nil {
		return s.notActivated(w, r, v, err)
	}
	return shown(w, r, result, "current")
}

func (s *Server) notActivated(w http.ResponseWriter, r *http.Request, v visitor, err error) error {
	var moved *activation.NotActivatedError
	if errors.As(err, &moved) && !errors.Is(err, activation.ErrRejected) {
		why := "stale"
		if errors.Is(err, activation.ErrBlocked) {
			why = "blocked"
		}
		return s.dialog(w, r, v, http.StatusConflict, moved.Fresh, s.words.Say("moved.", why))
	}
	if !errors.Is(err, activation.ErrNoOffer) {
		return err
	}
	preview, err := s.crm.Plan(r.Context(), partOf(r, "owner"))
	if err != nil {
		return err
	}
	return s.dialog(w, r, v, http.StatusConflict, preview, s.words.Say("moved.", "gone"))
}

// propose chooses what makes the license ready, beside what is chosen already: of
// those who signed in longest ago, and never of administrators.
func (s *Server) propose(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner := partOf(r, "owner")
	preview, err := s.crm.Plan(r.Context(), owner)
	if err != nil {
		return err
	}
	proposal, err := s.proposal(r.Context(), preview)
	var none *planner.NoProposalError
	if errors.As(err, &none) {
		f := s.failure(err)
		return s.dialog(w, r, v, f.status, preview, f.Sentence)
	}
	if err != nil {
		return err
	}
	if err := s.choose(r.Context(), v, preview.Offer, proposal.Selection); err != nil {
		return err
	}
	return goTo(w, r, pathTo("licenses", owner, "activate")+"?done=proposed")
}

// choose changes what is chosen for an offer, by whoever sees the dialog. If the
// offer begins later, that is carried out with it then.
func (s *Server) choose(ctx context.Context, v visitor, offer activation.Digest, add planner.Selection, drop ...seat.Assignment) error {
	crm := s.crm.As(v.ID)
	preview, err := crm.Select(ctx, offer, add, drop...)
	if err != nil || preview.Upcoming == nil || preview.Approve().Empty() {
		return err
	}
	_, err = crm.Schedule(ctx, activation.Approval{Offer: offer, Seen: preview.Seen})
	if errors.Is(err, activation.ErrStale) {
		return nil // the one who has just chosen schedules it
	}
	return err
}

// undo takes back all that is chosen.
func (s *Server) undo(w http.ResponseWriter, r *http.Request, v visitor) error {
	offer, err := digestOf(r.PostFormValue("offer"))
	if err != nil {
		return err
	}
	if err := s.crm.As(v.ID).Unselect(r.Context(), offer); err != nil {
		return err
	}
	return goTo(w, r, pathTo("licenses", partOf(r, "owner"), "activate")+"?done=undone")
}

// proposal proposes what makes an offer ready, on top of what it is planned with.
func (s *Server) proposal(ctx context.Context, preview *activation.Preview) (*planner.Proposal, error) {
	protected, err := s.people.administrators(ctx)
	if err != nil {
		return nil, err
	}
	plan := preview.Decisive()
	query := sqlstore.DirectoryQuery{Order: sqlstore.ByLastSeen, Limit: sqlstore.MaxDirectoryPage}
	for _, b := range plan.Blockers {
		query.Modules = append(query.Modules, plan.AssignedNames(b)...)
	}
	var candidates []string
	for more := true; more; more = query.After != "" {
		found, err := s.db.directory.Find(ctx, s.config.Tenant, query)
		if err != nil {
			return nil, err
		}
		for _, e := range found.Entries {
			if !protected[e.ID] {
				candidates = append(candidates, e.ID)
			}
		}
		query.After = found.Next
	}
	_, proposal, err := s.crm.Propose(ctx, preview.Owner, candidates, plan.Selection())
	return proposal, err
}
