package main

import (
	"context"
	"net/http"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/api"
)

// newAPI is the pages once more, as JSON, for a front end of the host's own.
func (s *Server) newAPI() (*api.API, error) {
	return api.New(s.crm, s.db.directory, api.Host{
		Caller: func(r *http.Request) (api.Caller, error) {
			v, err := s.sessions.of(r.Context(), r)
			return api.Caller{ID: v.ID, Name: v.Name, Administrator: v.Admin}, err
		},
		User: func(ctx context.Context, id string) (api.User, error) {
			who, err := s.people.find(ctx, id)
			return api.User{ID: who.ID, Name: who.Name, Type: who.Type, Active: who.Active, LastSeen: who.LastSeen.Time}, err
		},
		Query: func(r *http.Request) (q sqlstore.DirectoryQuery, err error) {
			status, err := s.crm.Status(r.Context())
			if err != nil {
				return q, err
			}
			return peopleQuery(status, listingOf(r, "name")), nil
		},
		Assign: s.give, Switch: s.swap,
		Retire:  func(ctx context.Context, by, id string) error { return s.setActive(ctx, by, id, false) },
		Return:  func(ctx context.Context, by, id string) error { return s.setActive(ctx, by, id, true) },
		Propose: s.proposal, Job: s.findJob,
		Order: func(ctx context.Context, by string, wanted api.Order) (api.Job, error) {
			ordered := many{Module: wanted.Module, Users: wanted.Users}
			if all := wanted.All; all != nil {
				ordered.All = &listing{Search: all.Search, Module: all.Module, Type: all.Type, Sort: "name"}
			}
			return s.order(ctx, by, ordered)
		},
		Problem: func(r *http.Request, err error) (int, string) {
			f := s.failure(err)
			s.logged(r, f, err)
			return f.status, f.Sentence
		},
	})
}
