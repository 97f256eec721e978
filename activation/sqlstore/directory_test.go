package sqlstore_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestDirectory compares what is found with a model, for queries at random in
// tenants that differ in the case of a letter.
func TestDirectory(t *testing.T) {
	const queries = 120
	tenants := []string{"crm", "CRM", "empty"}
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		random := rand.New(rand.NewPCG(7, 11))
		crews := make(map[string][]user)
		for _, tenant := range tenants[:2] {
			crews[tenant] = h.populate(t, tenant, random)
		}
		for i := range queries {
			d := h.directory(t)
			d.LookUp(int64(random.IntN(2)) * 1000) // to try both ways
			d.Candidates(i % 2 * 1000)             // to try both ways
			tenant, q := tenants[i%5%3], anyQuery(random)
			want := h.wanted(crews[tenant], q)
			sameEntries(t, want, pages(t, d, tenant, q), "query %d of %s: %+v", i, tenant, q)
			count, err := d.Count(ctx, tenant, q)
			require.NoError(t, err)
			require.EqualValues(t, len(want), count, "query %d of %s: %+v", i, tenant, q)
		}
	})
}

// names are made of these.
var syllables = []string{"a", "A", "b", "B", "é", "É", "%", "_", `\`, "'", `"`, " ", "{holder}", "$1", "?1", "--"}

func anyName(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(4) {
		b.WriteString(syllables[random.IntN(len(syllables))])
	}
	return b.String()
}

var modules = []string{"acme.plan", "acme.addon", "acme.extra"}

func anyModules(random *rand.Rand) (set []string) {
	for _, module := range modules {
		if random.IntN(3) == 0 {
			set = append(set, module)
		}
	}
	return set
}

// populate makes people of a tenant, of whom the store knows half.
func (h *host) populate(t testing.TB, tenant string, random *rand.Rand) (crew []user) {
	t.Helper()
	ctx := t.Context()
	var holders []seat.Holder
	for i := range 80 {
		u := user{tenant: tenant, id: fmt.Sprintf("%s%02d", anyName(random), i), typ: []string{"", "internal", "guest"}[random.IntN(3)]}
		if name := anyName(random); random.IntN(8) > 0 {
			u.name = &name
		}
		if seen := today.Add(time.Duration(random.IntN(4)) * time.Microsecond); random.IntN(3) > 0 {
			u.seen = &seen
		}
		if random.IntN(2) == 0 {
			u.assigned = anyModules(random)
			// The store has heard of another type.
			holders = append(holders, seat.Holder{ID: u.id, Kind: license.User, Type: "before", Assigned: u.assigned})
		}
		h.put(t, u)
		crew = append(crew, u)
	}
	// Somebody who is not the host's any more is found nowhere.
	holders = append(holders, seat.Holder{ID: "gone", Kind: license.User, Assigned: modules})
	require.NoError(t, h.store.Update(ctx, tenant, func(w activation.Writer) error { return w.PutHolders(ctx, holders...) }))
	return crew
}

func anyQuery(random *rand.Rand) sqlstore.DirectoryQuery {
	q := sqlstore.DirectoryQuery{
		Order: sqlstore.DirectoryOrder(random.IntN(3)), Descending: random.IntN(2) == 0,
		Limit: []int{1 + random.IntN(30), 80, sqlstore.MaxDirectoryPage}[random.IntN(3)],
	}
	if random.IntN(3) == 0 {
		q.Kind = []license.Kind{license.User, license.Satellite}[random.IntN(8)/7]
	}
	if random.IntN(4) == 0 {
		q.Type = []string{"internal", "guest", "before"}[random.IntN(3)]
	}
	if random.IntN(2) == 0 {
		q.Search = anyName(random)
	}
	if random.IntN(2) == 0 {
		q.Modules = append(anyModules(random), "acme.nobody")
	}
	return q
}

// folded is what the databases of the tests make of a text.
func (h *host) folded(text string) string {
	if h.dialect == sqlstore.MySQL {
		// By utf8mb4_general_ci letters are upper case, and have no accents.
		return strings.NewReplacer("é", "E", "É", "E").Replace(strings.ToUpper(text))
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// foldedID is folded for ids, whose letters keep their accents.
func (h *host) foldedID(id string) string {
	if h.dialect == sqlstore.MySQL {
		return strings.ToLower(id)
	}
	return h.folded(id)
}

// compared is what names are ordered by: utf8mb4_general_ci ignores blanks at the
// end.
func (h *host) compared(text string) string {
	if text = h.folded(text); h.dialect == sqlstore.MySQL {
		text = strings.TrimRight(text, " ")
	}
	return text
}

// wanted is what a query should find.
func (h *host) wanted(crew []user, q sqlstore.DirectoryQuery) (entries []sqlstore.DirectoryEntry) {
	crew = slices.Clone(crew)
	slices.SortFunc(crew, func(a, b user) int {
		order := 0
		switch q.Order {
		case sqlstore.ByName:
			order = cmp.Or(nothingFirst(a.name == nil, b.name == nil), strings.Compare(h.compared(a.entry().Name), h.compared(b.entry().Name)))
		case sqlstore.ByLastSeen:
			order = a.entry().LastSeen.Compare(b.entry().LastSeen)
		case sqlstore.ByHolder:
		}
		order = cmp.Or(order, strings.Compare(a.id, b.id))
		if q.Descending {
			return -order
		}
		return order
	})
	for _, u := range crew {
		e := u.entry()
		found := q.Search == "" || strings.Contains(h.foldedID(e.ID), h.foldedID(q.Search)) ||
			u.name != nil && strings.Contains(h.folded(*u.name), h.folded(q.Search))
		has := len(q.Modules) == 0 || slices.ContainsFunc(q.Modules, func(m string) bool { return slices.Contains(e.Assigned, m) })
		if found && has && (q.Kind == "" || q.Kind == e.Kind) && (q.Type == "" || q.Type == e.Type) {
			entries = append(entries, e)
		}
	}
	return entries
}

func nothingFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func sameEntries(t testing.TB, want, got []sqlstore.DirectoryEntry, format string, args ...any) {
	t.Helper()
	less := func(a, b string) bool { return a < b }
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(less)); diff != "" {
		t.Fatalf(format+" (-want +got):\n%s", append(args, diff)...)
	}
}

// TestDirectoryEntries looks up some people by id.
func TestDirectoryEntries(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		crew := h.populate(t, "crm", rand.New(rand.NewPCG(3, 4)))
		h.populate(t, "other", rand.New(rand.NewPCG(3, 4)))
		d := h.directory(t)
		list := []string{"gone", "nobody", crew[0].id}
		for _, u := range crew[:40] {
			list = append(list, u.id)
		}
		got, err := d.Entries(ctx, "crm", list...)
		require.NoError(t, err)
		sameEntries(t, h.wanted(crew[:40], sqlstore.DirectoryQuery{Order: sqlstore.ByHolder}), got, "entries")
		names, err := d.Names(ctx, "crm", list)
		require.NoError(t, err)
		require.Len(t, names, len(got))
		for _, entry := range got {
			require.Equal(t, entry.Name, names[entry.ID])
		}
		got, err = d.Entries(ctx, "crm")
		require.NoError(t, err)
		require.Empty(t, got)
		got, err = d.Entries(ctx, "nowhere", list...)
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// TestDirectoryMoves changes the host's rows between two pages: whoever stays is
// found once.
func TestDirectoryMoves(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		for _, order := range []sqlstore.DirectoryOrder{sqlstore.ByName, sqlstore.ByHolder, sqlstore.ByLastSeen} {
			tenant := fmt.Sprintf("tenant-%d", order)
			for i := range 30 {
				h.put(t, numbered(tenant, i))
			}
			q := sqlstore.DirectoryQuery{Order: order, Limit: 7}
			var found []string
			for page := 0; ; page++ {
				got, err := h.directory(t).Find(ctx, tenant, q)
				require.NoError(t, err)
				found = append(found, ids(got.Entries)...)
				if got.Next == "" {
					break
				}
				q.After = got.Next
				last := len(found) - 1
				// The last one goes, and the one before it moves to the end; others
				// come before and after.
				h.remove(t, tenant, found[last])
				moved := numbered(tenant, 80+page)
				moved.id = found[last-1]
				h.put(t, moved)
				h.put(t, numbered(tenant, -1-page))
				h.put(t, numbered(tenant, 50+page))
			}
			times := make(map[string]int)
			for _, id := range found {
				times[id]++
			}
			for i := range 30 {
				id := numbered(tenant, i).id
				if i%7 == 5 && order != sqlstore.ByHolder {
					continue // a person that moved in the order may be found twice
				}
				require.Equal(t, 1, times[id], "%s in order %d", id, order)
			}
			require.Equal(t, 1, times["u50"], "who came further on")
			require.Zero(t, times["u-1"], "who came further back")
		}
	})
}

// numbered is a user whose place is the same in all orders. Some have no name
// and were never seen.
func numbered(tenant string, i int) user {
	u := user{tenant: tenant, id: fmt.Sprintf("u%02d", i)}
	if i >= 10 {
		name, seen := fmt.Sprintf("n%02d", i), today.Add(time.Duration(i)*time.Hour)
		u.name, u.seen = &name, &seen
	}
	return u
}
