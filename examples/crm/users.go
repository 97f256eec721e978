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
	Count   string
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
	q := peopleQuery(v.status, page.List)
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
	return s.show(w, r, v, http.StatusOK, "users", s.words.Say("users-title.", page.List.kind()), page)
}

// maxCounted is how far those who are found are counted for a page. To count
// all of a large installation takes longer than the page does.
const maxCounted = 200

// tally says how many are found, or that they are more than that.
func (s *Server) tally(ctx context.Context, q sqlstore.DirectoryQuery, found sqlstore.DirectoryPage) (count string, err error) {
	if q.After != "" || found.Next != "" {
		q.After, q.Limit = "", maxCounted
		found, err = s.db.directory.Find(ctx, s.config.Tenant, q)
	}
	if count = plain(int64(len(found.Entries))); found.Next != "" {
		count = "more than " + count
	}
	return count, err
}

// peopleQuery is what the directory is asked for a list with its filters: who has a
// module has it by itself, or by a bundle that includes it.
func peopleQuery(status *activation.TenantStatus, l listing) sqlstore.DirectoryQuery {
	q := l.query(sqlstore.DirectoryQuery{})
	if l.Module != "" {
		q.Modules = []string{l.Module}
	}
	if module := status.Licenses().Module(l.Module); module != nil {
		for _, bundle := range module.IncludedBy {
			q.Modules = append(q.Modules, bundle.Name)
		}
	}
	return q
}

// choosable lists the modules that can be assigned by hand, to some kinds of holders
// or to all.
func choosable(status *activation.TenantStatus, current string, kinds ...license.Kind) (list []moduleChoice) {
	for _, o := range status.Owners {
		for _, row := range rowsOf(o.Modules) {
			if row.Module.Kind == license.Site || len(kinds) > 0 && row.Module.Kind != kinds[0] {
				continue
			}
			list = append(list, moduleChoice{row.Name, row.Name == current, freeSeats(row.Free, row.Module.Unrestricted)})
		}
	}
	return list
}

// freeSeats says how many seats are free.
func freeSeats(n int64, unlimited bool) string {
	if unlimited {
		return "unlimited"
	}
	return plain(n) + " free"
}
