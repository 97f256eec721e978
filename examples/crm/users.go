package main

import (
	"context"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
)

// usersPage is the list of users, or of satellites.
type usersPage struct {
	List    listing
	Count   tally
	Types   []string
	Modules []moduleChoice
	Rows    []sqlstore.DirectoryEntry
}

// moduleChoice is a module in a list to choose from.
type moduleChoice struct {
	Name    string
	Current bool
	Free    string
}

func (s *Server) users(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := usersPage{List: listingOf(r, "name")}
	page.Modules = choosable(v.status, page.List.Module, page.List.kind())
	q, err := s.peopleQuery(v.status, page.List)
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
	if page.List.kind() == license.Satellite {
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

// peopleQuery is what the directory is asked for a list with its filters: who has a
// module has it by itself, or by a bundle that includes it.
func (s *Server) peopleQuery(status *activation.TenantStatus, l listing) (sqlstore.DirectoryQuery, error) {
	q := l.query(sqlstore.DirectoryQuery{})
	if l.Module == "" {
		return q, nil
	}
	set, err := setOf(status)
	q.Modules = []string{l.Module}
	if err == nil && set.Module(l.Module) != nil {
		for _, bundle := range set.Module(l.Module).IncludedBy {
			q.Modules = append(q.Modules, bundle.Name)
		}
	}
	return q, err
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

// choosable lists the modules that can be assigned by hand, to some kinds of holders
// or to all.
func choosable(status *activation.TenantStatus, current string, kinds ...license.Kind) (list []moduleChoice) {
	for _, o := range status.Owners {
		for _, row := range rowsOf(o.Modules) {
			if row.Site || len(kinds) > 0 && row.Module.Kind != kinds[0] {
				continue
			}
			free := plain(row.Free) + " free"
			if row.Module.Unrestricted {
				free = "unlimited"
			}
			list = append(list, moduleChoice{row.Name, row.Name == current, free})
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
