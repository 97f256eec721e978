package main

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
)

// listing is a list of people as an address asks for it: what is searched, how
// it is ordered, which page.
type listing struct {
	Kind, Search, Module, Type, Sort, After string
	// Next is the address of the next page, NextCursor its cursor; First that
	// of the first one, where this is another.
	Next, NextCursor, First string
}

// sorting is an order that lists offer.
type sorting struct {
	Code, Words string
	order       sqlstore.DirectoryOrder
	descending  bool
}

var orders = []sorting{
	{"name", "Name", sqlstore.ByName, false},
	{"-name", "Name, from Z", sqlstore.ByName, true},
	{"seen", "Signed in longest ago", sqlstore.ByLastSeen, false},
	{"-seen", "Signed in last", sqlstore.ByLastSeen, true},
	{"id", "Id", sqlstore.ByHolder, false},
}

func listingOf(r *http.Request, sort string) listing {
	l := listing{
		Kind: r.FormValue("kind"), Search: r.FormValue("q"), Module: r.FormValue("module"), Type: r.FormValue("type"),
		Sort: cmp.Or(r.FormValue("sort"), sort), After: cmp.Or(r.FormValue("next"), r.FormValue("after")),
	}
	if l.After != "" {
		l.First = r.URL.EscapedPath() + query(r.URL.Query(), "kind", "q", "module", "type", "sort")
	}
	return l
}

func (l listing) kind() license.Kind { return license.Kind(cmp.Or(l.Kind, string(license.User))) }

// query is what the directory is asked. An order that there is not is the
// first one.
func (l listing) query(q sqlstore.DirectoryQuery) sqlstore.DirectoryQuery {
	q.Kind = l.kind()
	q.Search, q.Type, q.After, q.Limit = l.Search, l.Type, l.After, pageLength
	for _, o := range orders {
		if o.Code == l.Sort {
			q.Order, q.Descending = o.order, o.descending
		}
	}
	return q
}

func (l *listing) next(r *http.Request, cursor string) {
	if cursor == "" {
		return
	}
	values := url.Values{"kind": {l.Kind}, "q": {l.Search}, "module": {l.Module}, "type": {l.Type}, "sort": {l.Sort}, "after": {cursor}}
	l.NextCursor, l.Next = cursor, r.URL.EscapedPath()+query(values, "kind", "q", "module", "type", "sort", "after")
}
