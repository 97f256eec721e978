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
	Count   tally
	Types   []string
	Modules []moduleChoice
	Rows    []sqlstore.DirectoryEntry
	Left    leftOut
}

// moduleChoice is a module in a list to choose from.
type moduleChoice struct {
	Name, Description string
	Bundle, Current   bool
	Free              string
}

func (s *Server) users(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := usersPage{List: listingOf(r, "name"), Left: make(leftOut)}
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	page.Modules = cut(page.Left, "modules", choices(status, page.List.Module), maxListed)
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
	if page.Count, err = s.tally(r.Context(), q, found); err != nil {
		return err
	}
	if page.Types, err = s.people.types(r.Context()); err != nil {
		return err
	}
	title := "Users"
	if page.List.Kind == string(license.Satellite) {
		title = "Databases and locations"
	}
	return s.show(w, r, v, http.StatusOK, "users", title, page)
}

// tally is how many are found, or that they are more than that.
type tally struct {
	number int64
	more   bool
}

func (t tally) String() string {
	if t.more {
		return "more than " + plain(t.number)
	}
	return plain(t.number)
}

// maxCounted is how far those who are found are counted for a page. To count
// all of a large installation takes longer than the page does.
const maxCounted = 200

func (s *Server) tally(ctx context.Context, q sqlstore.DirectoryQuery, page sqlstore.DirectoryPage) (tally, error) {
	if q.After == "" && page.Next == "" {
		return tally{number: int64(len(page.Entries))}, nil
	}
	q.After, q.Limit = "", maxCounted
	counted, err := s.db.directory.Find(ctx, s.config.Tenant, q)
	return tally{int64(len(counted.Entries)), counted.Next != ""}, err
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
