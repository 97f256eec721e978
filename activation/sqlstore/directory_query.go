package sqlstore

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// MaxDirectoryPage is how many people a page has at most.
const MaxDirectoryPage = 10_000

// maxSearch is the length of the longest text to search for, in bytes.
const maxSearch = 1000

// DirectoryQuery says whom to find.
type DirectoryQuery struct {
	// Search is a part of the name or of the id, up to 1,000 bytes; no
	// character has a meaning of its own. The case of letters is ignored as the
	// database's function lower does: that of ASCII letters in SQLite and under
	// the collation C of PostgreSQL, of all letters elsewhere. In MySQL the
	// collation of the name may ignore accents as well.
	Search string
	// Kind and Type restrict to those who are of it. Empty, they do not.
	Kind license.Kind
	Type string
	// Modules restricts to those to whom at least one of them is assigned, by
	// full name. Empty, it does not.
	Modules []string
	// Order and Descending say in which order pages come.
	Order      DirectoryOrder
	Descending bool
	// After is [DirectoryPage.Next] of the page before, empty for the first one.
	After string
	// Limit is how many are wanted, 1 to [MaxDirectoryPage].
	Limit int
}

// DirectoryEntry is a person of the host's, with what is assigned to it.
type DirectoryEntry struct {
	seat.Holder
	// Name is empty if the view has NULL.
	Name string
	// LastSeen is zero for a person who was never seen.
	LastSeen time.Time
}

// DirectoryPage is a part of those who were found.
type DirectoryPage struct {
	Entries []DirectoryEntry
	// Next is where the next page begins, empty if there is none. It has the name
	// and id of the last entry in it, and is for a query that differs in nothing
	// but After and Limit.
	Next string
}

// check returns the place of the cursor, or all that is wrong.
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

// checkEntries returns all that is wrong with ids whose entries are wanted.
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

// person is whom a listing finds, with its place in the order.
type person struct {
	DirectoryEntry
	place place
}

// pageOf returns a page of the people found, who are one more if there is
// another page.
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
