package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// activatePage is the dialog "Activate new license".
type activatePage struct {
	Preview  *activation.Preview
	Offer    string
	Rows     []changeRow
	Problems []problem
	Warnings []string
	Releases []releaseRow
	Switches []switchRow
	Left     leftOut
	// Ready is whether Activate is enabled, Reason why not.
	Ready  bool
	Reason string
	// Moved says in words that something changed since the page was looked at.
	Moved string
	// Seen goes back with the form: what the plan was made of, and what is chosen.
	Seen string
	// Plan is the one of the day on which the license begins; Later, if that is to
	// come.
	Plan  *planner.Plan
	Later bool
}

// changeRow is an altered module as the dialog lists it.
type changeRow struct {
	planner.ModuleChange
	Description string
	// Path leads to those who have it, where too many have.
	Path string
}

// problem is a blocker in words, with the page on which it is solved.
type problem struct {
	Text, Path, Link string
}

// releaseRow is a seat that ends with the activation.
type releaseRow struct {
	planner.Release
	Name    string
	Cascade bool
}

// switchRow is somebody who gets another plan with the activation.
type switchRow struct {
	seat.Swap
	Name string
}

// maxShown is how many releases the dialog lists, and how many switches.
const maxShown = 50

func (s *Server) activateDialog(w http.ResponseWriter, r *http.Request, v visitor) error {
	preview, err := s.plan(r.Context(), partOf(r, "owner"))
	if errors.Is(err, activation.ErrNoOffer) {
		http.Redirect(w, r, pathTo("licenses", partOf(r, "owner"))+query(r.URL.Query(), "done"), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	return s.dialog(w, r, v, http.StatusOK, preview, "")
}

func (s *Server) dialog(w http.ResponseWriter, r *http.Request, v visitor, status int, preview *activation.Preview, moved string) error {
	plan := decisive(preview)
	page := activatePage{
		Preview: preview, Offer: preview.Offer.String(), Moved: moved, Left: make(leftOut),
		Seen: preview.Seen + " " + fingerprint(plan.Selection()), Plan: plan, Later: preview.Upcoming != nil,
	}
	page.Ready = plan.Status == planner.Ready && !page.Later
	page.Rows = cut(page.Left, "rows", changeRows(plan.Owner, plan.Changes, plan.Blockers, preview.License), maxListed)
	short := planner.Plan{Owner: plan.Owner, Blockers: cut(page.Left, "problems", plan.Blockers, maxListed)}
	page.Problems = problems(&short)
	for _, warning := range plan.Warnings {
		page.Warnings = append(page.Warnings, warningSentence(warning))
	}
	var err error
	if page.Releases, err = s.releaseRows(r.Context(), plan, page.Left); err != nil {
		return err
	}
	if page.Switches, err = s.switchRows(r.Context(), plan, page.Left); err != nil {
		return err
	}
	switch {
	case plan.Status == planner.Rejected:
		page.Reason = "It can't be activated now. " + rejectionSentences(plan.Rejections)
	case plan.Status == planner.Ready && page.Later:
		page.Reason = "It begins on " + pointed(preview.License.ValidFrom) + ". What is chosen is kept, and carried out with it then."
	case !page.Ready:
		page.Reason = "It can't be activated before what is listed above is solved."
	}
	return s.show(w, r, v, status, "activate", "Activate new license", page)
}

// changeRows lists what administrators see of the changes.
func changeRows(owner string, changes []planner.ModuleChange, blockers []planner.Blocker, l *license.License) (rows []changeRow) {
	descriptions := make(map[string]string)
	if l != nil {
		for _, m := range l.Modules {
			descriptions[license.FullName(owner, m.Name)] = m.Description
		}
	}
	over := make(map[string]string)
	for _, b := range blockers {
		if b.Kind == planner.OverAllocated {
			over[b.Module] = superfluousPath(owner, b.Module)
		}
	}
	for _, c := range changes {
		if !c.Hidden {
			rows = append(rows, changeRow{c, descriptions[c.Module], over[c.Module]})
		}
	}
	return rows
}

func superfluousPath(owner, module string) string {
	return pathTo("licenses", owner, "superfluous", module)
}

// problems puts blockers into words.
func problems(plan *planner.Plan) (list []problem) {
	for _, b := range plan.Blockers {
		switch b.Kind {
		case planner.OverAllocated:
			text := fmt.Sprintf("%s: %s in use, %s available. Remove %s.", b.Module, plain(b.InUse), plain(b.Available), plain(b.MustRemove))
			if len(b.Through) > 0 && b.Through[0] != b.Module {
				text += " It is in use through " + someOf(b.Through) + "."
			}
			list = append(list, problem{text, superfluousPath(plan.Owner, b.Module), "Remove superfluous licenses of " + b.Module})
		case planner.MissingPrerequisite:
			list = append(list, problem{
				fmt.Sprintf("%s %s, and would lack %s, which it needs.", users(b.Affected), b.Module, b.Requires),
				concernedPath(plan.Owner, b), "Show who lacks " + b.Requires,
			})
		case planner.NotAssignable:
			list = append(list, problem{
				fmt.Sprintf("%s %s, and the new license does not allow it for them.", users(b.Affected), b.Module),
				concernedPath(plan.Owner, b), "Show who may not have " + b.Module,
			})
		}
	}
	return list
}

func concernedPath(owner string, b planner.Blocker) string {
	why := b.Requires
	if why == "" {
		why = string(planner.NotAssignable)
	}
	return pathTo("licenses", owner, "concerned", b.Module, why)
}

func users(n int64) string {
	if n == 1 {
		return "One user has"
	}
	return plain(n) + " users have"
}

// releaseRows names the first of those who lose something.
func (s *Server) releaseRows(ctx context.Context, plan *planner.Plan, left leftOut) ([]releaseRow, error) {
	shown := cut(left, "releases", plan.Releases, maxShown)
	ids := make([]string, len(shown))
	for i, release := range shown {
		ids[i] = release.Holder
	}
	names, err := s.names(ctx, ids)
	rows := make([]releaseRow, len(shown))
	for i, release := range shown {
		rows[i] = releaseRow{release, names[release.Holder], release.Cause == planner.ReleaseCascade}
	}
	return rows, err
}

// switchRows names the first of those who get another plan.
func (s *Server) switchRows(ctx context.Context, plan *planner.Plan, left leftOut) ([]switchRow, error) {
	swaps := cut(left, "switches", plan.Switches, maxShown)
	ids := make([]string, len(swaps))
	for i, swap := range swaps {
		ids[i] = swap.Holder
	}
	names, err := s.names(ctx, ids)
	rows := make([]switchRow, len(swaps))
	for i, swap := range swaps {
		rows[i] = switchRow{swap, names[swap.Holder]}
	}
	return rows, err
}

// names returns what holders are called. Who is not in the table of users any
// more goes by the id.
func (s *Server) names(ctx context.Context, ids []string) (map[string]string, error) {
	names := make(map[string]string)
	for _, id := range ids {
		names[id] = id
	}
	entries, err := s.db.directory.Entries(ctx, s.config.Tenant, ids...)
	for _, e := range entries {
		names[e.ID] = e.Name
	}
	return names, err
}

// activate carries out what the form shows. If that is not how things are any
// more, the dialog comes back as it is now, and says so.
func (s *Server) activate(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner := partOf(r, "owner")
	offer, err := digestField(r, "offer")
	if err != nil {
		return err
	}
	approval, err := s.approved(r, owner, offer)
	if err != nil {
		return s.notActivated(w, r, v, owner, err)
	}
	result, err := s.crm.As(v.ID).Activate(r.Context(), approval)
	if err != nil {
		return s.notActivated(w, r, v, owner, err)
	}
	if err := s.picks(owner).clear(r.Context()); err != nil {
		return err
	}
	s.shown(w, r, result, "current")
	return nil
}

// errChosen says that something else is chosen by now than the form shows.
var errChosen = errors.New("something else is chosen")

// approved returns what a form approves: what is chosen for the offer, if that is
// what the form has shown. For an offer that does not wait any more it is nothing.
func (s *Server) approved(r *http.Request, owner string, offer activation.Digest) (approval activation.Approval, err error) {
	seen, looked, _ := strings.Cut(r.PostFormValue("seen"), " ")
	approval = activation.Approval{Offer: offer, Seen: seen}
	preview, err := s.plan(r.Context(), owner)
	if errors.Is(err, activation.ErrNoOffer) || err == nil && preview.Offer != offer {
		return approval, nil
	}
	if err != nil {
		return approval, err
	}
	approval.Selection = chosenIn(preview)
	if fingerprint(approval.Selection) != looked {
		err = errChosen
	}
	return approval, err
}

func (s *Server) notActivated(w http.ResponseWriter, r *http.Request, v visitor, owner string, err error) error {
	var moved string
	var misfit *planner.SwitchError
	switch {
	case errors.Is(err, activation.ErrStale):
		moved = "Nothing was activated: licenses, or what the releases take along, have changed since you looked (stale). This is how it is now."
	case errors.Is(err, activation.ErrBlocked):
		moved = "Nothing was activated: more seats came into use since you looked. This is how it is now."
	case errors.Is(err, activation.ErrNoOffer):
		moved = "Nothing was activated: the license that you looked at is no longer offered (stale). This is what is offered now."
	case errors.Is(err, errChosen), errors.Is(err, seat.ErrUnknownHolder), errors.Is(err, planner.ErrNotAssigned), errors.As(err, &misfit):
		moved = "Nothing was activated: what is chosen, or a seat of it, has been changed by somebody else since you looked (stale). This is how it is now."
	default:
		return err
	}
	preview, planErr := s.plan(r.Context(), owner)
	if planErr != nil {
		return planErr
	}
	return s.dialog(w, r, v, http.StatusConflict, preview, moved)
}

func (s *Server) dismiss(w http.ResponseWriter, r *http.Request, v visitor) error {
	offer, err := digestField(r, "offer")
	if err != nil {
		return err
	}
	if err := s.crm.As(v.ID).Dismiss(r.Context(), offer); err != nil {
		return err
	}
	if err := s.picks(partOf(r, "owner")).clear(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("licenses", partOf(r, "owner"))+"?done=dismissed", http.StatusSeeOther)
	return nil
}

// propose chooses what makes the license ready, beside what is chosen already: of
// those who signed in longest ago, and never of administrators.
func (s *Server) propose(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner := partOf(r, "owner")
	preview, err := s.plan(r.Context(), owner)
	if err != nil {
		return err
	}
	proposal, err := s.proposal(r.Context(), preview)
	if text, none := proposalSentence(err); none {
		return s.dialog(w, r, v, activation.Classify(err).HTTPStatus(), preview, text)
	}
	if err != nil {
		return err
	}
	if err := s.choose(r.Context(), v, preview, nil, proposal.Selection); err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("licenses", owner, "activate")+"?done=proposed", http.StatusSeeOther)
	return nil
}

// undo takes back all that is chosen.
func (s *Server) undo(w http.ResponseWriter, r *http.Request, v visitor) error {
	offer, err := digestField(r, "offer")
	if err != nil {
		return err
	}
	if err := s.picks(partOf(r, "owner")).clear(r.Context()); err != nil {
		return err
	}
	if err := s.crm.As(v.ID).Unschedule(r.Context(), offer); err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("licenses", partOf(r, "owner"), "activate")+"?done=undone", http.StatusSeeOther)
	return nil
}

// proposal proposes what makes an offer ready, on top of what it is planned with.
func (s *Server) proposal(ctx context.Context, preview *activation.Preview) (*planner.Proposal, error) {
	protected, err := s.people.administrators(ctx)
	if err != nil {
		return nil, err
	}
	plan := decisive(preview)
	query := sqlstore.DirectoryQuery{Order: sqlstore.ByLastSeen, Limit: sqlstore.MaxDirectoryPage}
	for _, b := range plan.Blockers {
		query.Modules = append(query.Modules, plan.AssignedNames(b)...)
	}
	var candidates []string
	err = s.entries(ctx, query, func(entries []sqlstore.DirectoryEntry) error {
		for _, e := range entries {
			if !protected[e.ID] {
				candidates = append(candidates, e.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, proposal, err := s.crm.Propose(ctx, preview.Owner, candidates, plan.Selection())
	return proposal, err
}
