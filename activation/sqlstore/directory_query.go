package sqlstore

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// MaxDirectoryPage is the largest number of people on a page.
const MaxDirectoryPage = 10_000

// maxSearch is the length of the longest text to search for, in bytes.
const maxSearch = 1000

// DirectoryQuery says which people to find.
type DirectoryQuery struct {
	// Search is a part of the name or the id, up to 1,000 bytes. No character
	// has a special meaning. Case is ignored as the database's function lower
	// does: for ASCII letters in SQLite and under the collation C of
	// PostgreSQL, for all letters elsewhere. In MySQL the collation of the
	// name may ignore accents as well.
	Search string
	// Kind and Type restrict to people of that kind and type. If empty, they
	// do not.
	Kind license.Kind
	Type string
	// Modules restricts to people who are assigned at least one of these
	// modules, given by full name. If empty, it does not.
	Modules []string
	// Order and Descending set the order of the people.
	Order      DirectoryOrder
	Descending bool
	// After is [DirectoryPage.Next] of the previous page, or empty for the
	// first one.
	After string
	// Limit is the size of a page, 1 to [MaxDirectoryPage].
	Limit int
}

// DirectoryEntry is one of the host's people, with the assigned modules.
type DirectoryEntry struct {
	seat.Holder
	// Name is empty if the view has NULL.
	Name string
	// LastSeen is zero for a person who was never seen.
	LastSeen time.Time
}

// DirectoryPage is one page of the people found.
type DirectoryPage struct {
	Entries []DirectoryEntry
	// Next is the After of the next page, or empty if there is none. It is
	// valid for a query that differs only in After and Limit. It contains the
	// name and id of the last entry, so treat it as personal data.
	Next string
}

// check returns the place of the cursor, or everything that is wrong.
func (q DirectoryQuery) check(tenant string) (*place, error) {
	var wrong []error
	if q.Order < ByName || q.Order > ByLastSeen {
		wrong = append(wrong, fmt.Errorf("there is no order %d", q.Order))
	}
	if q.Limit < 1 || q.Limit > MaxDirectoryPage {
		wrong = append(wrong, fmt.Errorf("the limit is %d, not 1 to %d", q.Limit, MaxDirectoryPage))
	}
	if len(q.Search) > maxSearch {
		wrong = append(wrong, fmt.Errorf("the text to search for has %d bytes, more than %d", len(q.Search), maxSearch))
	}
	for _, text := range append([]string{q.Search, string(q.Kind), q.Type}, q.Modules...) {
		if err := checkText(text); err != nil {
			wrong = append(wrong, fmt.Errorf("a text %w", err))
		}
	}
	after, err := q.place(tenant)
	if err != nil {
		wrong = append(wrong, err)
	}
	if len(wrong) > 0 {
		return nil, &QueryError{Problems: wrong}
	}
	return after, nil
}

// checkEntries returns everything that is wrong with a list of ids.
func checkEntries(ids []string) error {
	var wrong []error
	if len(ids) > MaxDirectoryPage {
		wrong = append(wrong, fmt.Errorf("there are %d ids, more than %d", len(ids), MaxDirectoryPage))
	}
	for i, id := range ids {
		if err := seat.CheckID(id); err != nil {
			wrong = append(wrong, fmt.Errorf("id %d: %w", i, err))
		}
	}
	if len(wrong) > 0 {
		return &QueryError{Problems: wrong}
	}
	return nil
}

// person is one of the people that a listing finds, with the place in the
// order.
type person struct {
	DirectoryEntry
	place place
}

// pageOf returns a page of the people found. One more than the limit means that
// there is another page.
func (q DirectoryQuery) pageOf(tenant string, found []person) (page DirectoryPage) {
	if len(found) > q.Limit {
		found = found[:q.Limit]
		page.Next = q.cursor(tenant, found[q.Limit-1].place)
	}
	page.Entries = entriesOf(found)
	return page
}

func entriesOf(found []person) []DirectoryEntry {
	entries := make([]DirectoryEntry, len(found))
	for i, p := range found {
		entries[i] = p.DirectoryEntry
	}
	return entries
}
