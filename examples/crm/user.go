package main

import (
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// userPage is one user with what is assigned, and what could be.
type userPage struct {
	Person   person
	Assigned []assignedRow
	Choices  []moduleChoice
	Uses     []useRow
	Problem  string
	Left     leftOut
}

// assignedRow is an assignment with what its release would take along.
type assignedRow struct {
	Module, Description string
	Bundle              bool
	Cascade             []string
	// Plans is what a plan can be switched to.
	Plans []string
}

// useRow says whether a module may be used.
type useRow struct {
	Module, Words, Through string
	Full                   bool
}

func (s *Server) user(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.userWith(w, r, v, http.StatusOK, "")
}

// userWith shows a user, with why something was refused.
func (s *Server) userWith(w http.ResponseWriter, r *http.Request, v visitor, code int, problem string) error {
	page := userPage{Problem: problem, Left: make(leftOut)}
	var err error
	if page.Person, err = s.people.find(r.Context(), partOf(r, "id")); err != nil {
		return err
	}
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	set, err := setOf(status)
	if err != nil {
		return err
	}
	holders, err := s.crm.Holders(r.Context(), page.Person.ID)
	if err != nil {
		return err
	}
	page.Choices = cut(page.Left, "choices", choices(status, r.PostFormValue("module")), maxListed)
	for _, h := range holders {
		page.Assigned = assignedRows(set, h, page.Left)
	}
	if page.Uses, err = s.uses(r, page.Person.ID, set); err != nil {
		return err
	}
	page.Uses = cut(page.Left, "uses", page.Uses, maxListed)
	return s.show(w, r, v, code, "user", page.Person.Name, page)
}

func assignedRows(set *license.Set, h seat.Holder, left leftOut) (rows []assignedRow) {
	for _, module := range cut(left, "assigned", h.Assigned, maxInner) {
		row := assignedRow{Module: module}
		decision := seat.Release(set, []seat.Holder{h}, seat.Assignment{Holder: h.ID, Module: module})
		for _, change := range decision.Changes {
			if change.Cause == seat.CauseCascaded {
				row.Cascade = append(row.Cascade, change.Module)
			}
		}
		if e := set.Module(module); e != nil {
			row.Description, row.Bundle = e.Module.Description, e.Module.Bundle
			row.Plans = cut(left, "plans", otherPlans(set, e), maxListed)
		}
		rows = append(rows, row)
	}
	return rows
}

func otherPlans(set *license.Set, plan *license.Entry) (others []string) {
	if !plan.Module.Bundle {
		return nil
	}
	for _, e := range set.Entries() {
		if e.Module.Bundle && e != plan && e.License == plan.License && e.Module.Kind == plan.Module.Kind {
			others = append(others, e.Name)
		}
	}
	return others
}

// uses says what a user may use now, hidden modules too: that is what the parts
// of a CRM ask for.
func (s *Server) uses(r *http.Request, id string, set *license.Set) (rows []useRow, err error) {
	entitlements, err := s.crm.Entitlements(r.Context())
	if err != nil {
		return nil, err
	}
	grants := entitlements.For(id)
	for _, e := range set.Entries() {
		entitlement := grants.Check(e.Name)
		if entitlement.Reason == seat.ReasonNotAssigned {
			continue
		}
		row := useRow{Module: e.Name, Words: reasonSentence(entitlement), Full: entitlement.Allowed()}
		if entitlement.Through != e.Name {
			row.Through = entitlement.Through
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// ownPage is what the visitor may use.
type ownPage struct {
	Uses []useRow
	Left leftOut
}

// own is what somebody who is no administrator sees.
func (s *Server) own(w http.ResponseWriter, r *http.Request, v visitor) error {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	set, err := setOf(status)
	if err != nil {
		return err
	}
	uses, err := s.uses(r, v.ID, set)
	if err != nil {
		return err
	}
	left := make(leftOut)
	return s.show(w, r, v, http.StatusOK, "own", "My licenses", ownPage{cut(left, "uses", uses, maxListed), left})
}

func (s *Server) assign(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.changed(w, r, v, s.give(r.Context(), v, partOf(r, "id"), r.PostFormValue("module")), "assigned")
}

// release needs no transaction with the host's tables: whoever is there or not,
// active or not, may lose a module.
func (s *Server) release(w http.ResponseWriter, r *http.Request, v visitor) error {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return err
	}
	_, err = s.crm.As(v.ID).Release(r.Context(), seat.Assignment{Holder: who.ID, Module: r.PostFormValue("module")})
	return s.changed(w, r, v, err, "released")
}

func (s *Server) switchPlan(w http.ResponseWriter, r *http.Request, v visitor) error {
	swap := seat.Swap{Holder: partOf(r, "id"), From: r.PostFormValue("from"), To: r.PostFormValue("to")}
	return s.changed(w, r, v, s.swap(r.Context(), v, swap), "switched")
}

func (s *Server) retire(w http.ResponseWriter, r *http.Request, v visitor) error {
	err := s.deactivate(r.Context(), v, partOf(r, "id"))
	if errors.Is(err, errSelf) {
		return s.userWith(w, r, v, http.StatusConflict, errSelf.sentence)
	}
	return s.changed(w, r, v, err, "retired")
}

func (s *Server) welcomeBack(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.changed(w, r, v, s.reactivate(r.Context(), v, partOf(r, "id")), "returned")
}

// changed goes back to the user, or shows why it was refused with the form as
// it was.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, v visitor, err error, done string) error {
	if activation.Classify(err) == activation.ClassRefused {
		told := failure(err)
		return s.userWith(w, r, v, told.status, told.sentence)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("users", partOf(r, "id"))+"?done="+done, http.StatusSeeOther)
	return nil
}
