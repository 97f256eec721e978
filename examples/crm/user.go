package main

import (
	"net/http"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// userPage is one user with what is assigned, and what could be.
type userPage struct {
	Person   person
	Assigned []assignedRow
	Choices  []moduleChoice
	Uses     []api.Entitlement
	Problem  *pageError
}

// assignedRow is an assignment with what its release would take along.
type assignedRow struct {
	Module   string
	Entry    *license.Entry // nil if it is not licensed any more
	Includes []string
	Cascade  []string
	// Plans is what a plan can be switched to.
	Plans []string
}

func (s *Server) user(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.userWith(w, r, v, nil)
}

// userWith shows a user, with why something was refused.
func (s *Server) userWith(w http.ResponseWriter, r *http.Request, v visitor, f *pageError) error {
	page, code := userPage{Problem: f}, http.StatusOK
	if f != nil {
		code = f.status
	}
	var err error
	if page.Person, err = s.people.find(r.Context(), partOf(r, "id")); err != nil {
		return err
	}
	set := v.status.Licenses()
	holders, err := s.crm.Holders(r.Context(), page.Person.ID)
	if err != nil {
		return err
	}
	page.Choices = choosable(v.status, r.PostFormValue("module"), license.Kind(page.Person.Kind))
	for _, h := range holders {
		page.Assigned = assignedRows(set, h)
	}
	if page.Uses, err = s.uses(r, page.Person.ID, set); err != nil {
		return err
	}
	return s.show(w, r, v, code, "user", page.Person.Name, page)
}

func assignedRows(set *license.Set, h seat.Holder) (rows []assignedRow) {
	for _, module := range h.Assigned[:min(len(h.Assigned), maxInner+1)] {
		row := assignedRow{Module: module, Entry: set.Module(module)}
		for _, change := range seat.Release(set, []seat.Holder{h}, seat.Assignment{Holder: h.ID, Module: module}).Changes {
			if change.Cause == seat.CauseCascaded {
				row.Cascade = append(row.Cascade, change.Module)
			}
		}
		if row.Entry != nil && row.Entry.Module.Bundle {
			for _, included := range row.Entry.Module.Includes {
				row.Includes = append(row.Includes, license.FullName(row.Entry.License.Owner.Name, included))
			}
			row.Plans = otherPlans(set, row.Entry)
		}
		rows = append(rows, row)
	}
	return rows
}

func otherPlans(set *license.Set, plan *license.Entry) (others []string) {
	for _, e := range set.Entries() {
		if e.Module.Bundle && e != plan && e.License == plan.License && e.Module.Kind == plan.Module.Kind {
			others = append(others, e.Name)
		}
	}
	return others
}

// confirmRetire says what a user loses by being deactivated.
func (s *Server) confirmRetire(w http.ResponseWriter, r *http.Request, v visitor) error {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return err
	}
	page := confirmPage{Code: "retire", Back: pathTo("users", who.ID), Found: map[string]any{"user": who.Name}}
	holders, err := s.crm.Holders(r.Context(), who.ID)
	for _, h := range holders {
		page.Items = h.Assigned
	}
	return s.confirm(w, r, v, page, err)
}

// uses says what a user may use now, hidden modules too: that is what the parts
// of a CRM ask for.
func (s *Server) uses(r *http.Request, id string, set *license.Set) (rows []api.Entitlement, err error) {
	entitlements, err := s.crm.Entitlements(r.Context())
	if err != nil {
		return nil, err
	}
	grants := entitlements.For(id)
	for _, e := range set.Entries() {
		if entitlement := grants.Check(e.Name); entitlement.Reason != seat.ReasonNotAssigned {
			rows = append(rows, api.Entitlement{Module: e.Name, Access: entitlement.Access(), Entitlement: entitlement})
		}
	}
	return rows, nil
}

// own is what somebody who is no administrator sees.
func (s *Server) own(w http.ResponseWriter, r *http.Request, v visitor) error {
	uses, err := s.uses(r, v.ID, v.status.Licenses())
	if err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "own", "My licenses", uses)
}
