package main

import (
	"context"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
)

// usersPage is the list of users.
type usersPage struct {
	List    listing
	Count   int64
	Types   []string
	Modules []moduleChoice
	Rows    []sqlstore.DirectoryEntry
}

// moduleChoice is a module in a list to choose from.
type moduleChoice struct {
	Name, Description string
	Bundle, Current   bool
	Free              string
}

func (s *Server) users(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := usersPage{List: listingOf(r, "name")}
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	page.Modules = choices(status, page.List.Module)
	q, err := s.peopleQuery(status, page.List)
	if err != nil {
		return err
	}
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, q)
	if err != nil {
		return err
	}
	page.Rows = found.Entries
	page.List.next(r, found.Next)
	if page.Count, err = s.db.directory.Count(r.Context(), s.config.Tenant, q); err != nil {
		return err
	}
	if page.Types, err = s.people.types(r.Context()); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "users", "Users", page)
}

// peopleQuery is what the directory is asked for a list with its filters.
func (s *Server) peopleQuery(status *activation.TenantStatus, l listing) (sqlstore.DirectoryQuery, error) {
	q := l.query(sqlstore.DirectoryQuery{})
	if l.Module != "" {
		set, err := setOf(status)
		if err != nil {
			return q, err
		}
		q.Modules = having(set, l.Module)
	}
	return q, nil
}

// setOf is the licenses that are active.
func setOf(status *activation.TenantStatus) (*license.Set, error) {
	var licenses []*license.License
	for _, o := range status.Owners {
		if o.License != nil {
			licenses = append(licenses, o.License)
		}
	}
	return license.NewSet(licenses...)
}

// choices lists the modules that can be assigned by hand.
func choices(status *activation.TenantStatus, current string) (list []moduleChoice) {
	for _, o := range status.Owners {
		for _, row := range rowsOf(o.Modules) {
			if row.Site {
				continue
			}
			free := plain(row.Free) + " free"
			if row.Module.Unrestricted {
				free = "unlimited"
			}
			list = append(list, moduleChoice{row.Name, row.Module.Description, row.Module.Bundle, row.Name == current, free})
		}
	}
	return list
}

// entries lists whom a query finds, page by page.
func (s *Server) entries(ctx context.Context, q sqlstore.DirectoryQuery, do func([]sqlstore.DirectoryEntry) error) error {
	for {
		found, err := s.db.directory.Find(ctx, s.config.Tenant, q)
		if err != nil {
			return err
		}
		if err := do(found.Entries); err != nil {
			return err
		}
		if q.After = found.Next; q.After == "" {
			return nil
		}
	}
}
