package main

import (
	"context"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// userDocument is a user with what is assigned.
type userDocument struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Type     string     `json:"type"`
	Active   bool       `json:"active"`
	LastSeen *time.Time `json:"lastSeen,omitempty"`
	Assigned []string   `json:"assigned"`
}

// entitlementDocument says whether a module may be used.
type entitlementDocument struct {
	Module string      `json:"module"`
	Access seat.Access `json:"access"`
	seat.Entitlement
}

func (s *Server) apiUsers(r *http.Request, _ visitor) (any, error) {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return nil, err
	}
	q, err := s.peopleQuery(status, listingOf(r, "name"))
	if err != nil {
		return nil, err
	}
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, q)
	if err != nil {
		return nil, err
	}
	users, left := make([]userDocument, len(found.Entries)), make(leftOut)
	for i, e := range found.Entries {
		users[i] = userDocument{ID: e.ID, Name: e.Name, Type: e.Type, Active: true, Assigned: list(cut(left, "assigned", e.Assigned, maxListed))}
		if !e.LastSeen.IsZero() {
			users[i].LastSeen = &e.LastSeen
		}
	}
	answer := map[string]any{"users": users}
	if len(left) > 0 {
		answer["leftOut"] = left
	}
	if found.Next != "" {
		answer["next"] = found.Next
	}
	return answer, nil
}

func (s *Server) apiUser(r *http.Request, _ visitor) (any, error) {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	holders, err := s.crm.Holders(r.Context(), who.ID)
	if err != nil {
		return nil, err
	}
	d := userDocument{ID: who.ID, Name: who.Name, Type: who.Type, Active: who.Active, Assigned: []string{}}
	if !who.LastSeen.IsZero() {
		d.LastSeen = &who.LastSeen
	}
	for _, h := range holders {
		d.Assigned = list(h.Assigned)
	}
	return d, nil
}

// apiMe is who is signed in, with what that person may use, as a front end
// needs it to show or hide things.
func (s *Server) apiMe(r *http.Request, v visitor) (any, error) {
	uses, err := s.entitlements(r.Context(), v.ID, func(e seat.Entitlement) bool { return e.Access() != seat.AccessNone })
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": v.ID, "name": v.Name, "administrator": v.Admin, "uses": uses}, nil
}

// apiEntitlements says of every licensed module whether somebody may use it, and
// why.
func (s *Server) apiEntitlements(r *http.Request, _ visitor) (any, error) {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	all, err := s.entitlements(r.Context(), who.ID, func(seat.Entitlement) bool { return true })
	if err != nil {
		return nil, err
	}
	return map[string]any{"entitlements": all}, nil
}

func (s *Server) entitlements(ctx context.Context, id string, wanted func(seat.Entitlement) bool) ([]entitlementDocument, error) {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return nil, err
	}
	entitlements, err := s.crm.Entitlements(ctx)
	if err != nil {
		return nil, err
	}
	grants := entitlements.For(id)
	all := []entitlementDocument{}
	for _, o := range status.Owners {
		for _, m := range o.Modules {
			if e := grants.Check(m.Name); wanted(e) {
				all = append(all, entitlementDocument{m.Name, e.Access(), e})
			}
		}
	}
	return all, nil
}

// moduleBody names a module.
type moduleBody struct {
	Module string `json:"module"`
}

func (s *Server) apiAssign(r *http.Request, v visitor) (any, error) {
	var wanted moduleBody
	if err := body(r, &wanted, "module"); err != nil {
		return nil, err
	}
	if err := s.give(r.Context(), v, partOf(r, "id"), wanted.Module); err != nil {
		return nil, err
	}
	return s.apiUser(r, v)
}

func (s *Server) apiRelease(r *http.Request, v visitor) (any, error) {
	var wanted moduleBody
	if err := body(r, &wanted, "module"); err != nil {
		return nil, err
	}
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	if _, err := s.crm.As(v.ID).Release(r.Context(), seat.Assignment{Holder: who.ID, Module: wanted.Module}); err != nil {
		return nil, err
	}
	return s.apiUser(r, v)
}

func (s *Server) apiSwitch(r *http.Request, v visitor) (any, error) {
	var wanted struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	if err := body(r, &wanted, "from", "to"); err != nil {
		return nil, err
	}
	if err := s.swap(r.Context(), v, seat.Swap{Holder: partOf(r, "id"), From: wanted.From, To: wanted.To}); err != nil {
		return nil, err
	}
	return s.apiUser(r, v)
}

func (s *Server) apiRetire(r *http.Request, v visitor) (any, error) {
	if err := s.deactivate(r.Context(), v, partOf(r, "id")); err != nil {
		return nil, err
	}
	return s.apiUser(r, v)
}

func (s *Server) apiReturn(r *http.Request, v visitor) (any, error) {
	if err := s.reactivate(r.Context(), v, partOf(r, "id")); err != nil {
		return nil, err
	}
	return s.apiUser(r, v)
}
