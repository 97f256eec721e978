package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/seatwright/seatwright/seat"
)

func (a *API) users(r *http.Request, _ Caller) (any, error) {
	query, err := a.host.Query(r)
	if err != nil {
		return nil, err
	}
	found, err := a.directory.Find(r.Context(), a.tenant.ID(), query)
	users := make([]User, len(found.Entries))
	for i, e := range found.Entries { // the directory has only active users
		users[i] = User{e.ID, e.Name, e.Type, true, e.LastSeen, list(e.Assigned)}
	}
	answer := map[string]any{"users": users}
	if found.Next != "" {
		answer["next"] = found.Next
	}
	return answer, err
}

func (a *API) user(r *http.Request, _ Caller) (any, error) {
	who, err := a.host.User(r.Context(), part(r, "id"))
	if err != nil {
		return nil, err
	}
	holders, err := a.tenant.Holders(r.Context(), who.ID)
	who.Assigned = []string{}
	for _, h := range holders {
		who.Assigned = list(h.Assigned)
	}
	return who, err
}

func (a *API) order(r *http.Request, by Caller) (any, error) {
	var wanted Order
	if err := a.read(r, "JobBody", &wanted); err != nil {
		return nil, err
	}
	if wanted.All != nil && wanted.Users != nil {
		return nil, errBoth
	}
	return reply(a.host.Order(r.Context(), by.ID, wanted))
}

// Entitlement says whether a module may be used, and why.
type Entitlement struct {
	Module string      `json:"module"`
	Access seat.Access `json:"access"`
	seat.Entitlement
}

// me is the caller, with the modules that they may use. A front end shows or hides
// things by it.
func (a *API) me(r *http.Request, by Caller) (any, error) {
	uses, err := a.entitled(r.Context(), by.ID)
	uses = slices.DeleteFunc(uses, func(e Entitlement) bool { return e.Access == seat.AccessNone })
	return map[string]any{"id": by.ID, "name": by.Name, "administrator": by.Administrator, "uses": uses}, err
}

// entitlements returns the entitlement to every licensed module.
func (a *API) entitlements(r *http.Request, _ Caller) (any, error) {
	who, err := a.host.User(r.Context(), part(r, "id"))
	if err != nil {
		return nil, err
	}
	all, err := a.entitled(r.Context(), who.ID)
	return map[string]any{"entitlements": all}, err
}

func (a *API) entitled(ctx context.Context, id string) ([]Entitlement, error) {
	status, err := a.tenant.Status(ctx)
	if err != nil {
		return nil, err
	}
	entitlements, err := a.tenant.Entitlements(ctx)
	if err != nil {
		return nil, err
	}
	grants, all := entitlements.For(id), []Entitlement{}
	for _, o := range status.Owners {
		for _, m := range o.Modules {
			e := grants.Check(m.Name)
			all = append(all, Entitlement{m.Name, e.Access(), e})
		}
	}
	return all, nil
}
