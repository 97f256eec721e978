package sqlstore_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
)

// BenchmarkDirectory reads pages of 50 among 100,000 people, in both databases.
func BenchmarkDirectory(b *testing.B) {
	b.Run("PostgreSQL", func(b *testing.B) {
		pool, store := served(b)
		h := &host{db: stdlib.OpenDBFromPool(pool), store: store}
		b.Cleanup(func() { require.NoError(b, h.db.Close()) })
		_, err := pool.Exec(b.Context(), people("timestamptz")+template(b, "directory_postgresql.sql"), pgx.QueryExecModeSimpleProtocol)
		require.NoError(b, err)
		h.browse(b)
	})
	b.Run("SQLite", func(b *testing.B) {
		db, store := openSQLite(b, b.TempDir())
		require.NoError(b, store.Migrate(b.Context()))
		h := &host{db: db, store: store, dialect: sqlstore.SQLite}
		h.exec(b, people("integer")+template(b, "directory_sqlite.sql"))
		h.browse(b)
	})
}

const inhabitants = 100_000

// inhabitant is a user with a name; every tenth was never seen and has nothing,
// every thousandth has the add-on.
func inhabitant(i int) user {
	first := []string{"Anna", "Bjørn", "Eva", "Jan", "Kari", "Liv", "Nils", "Ole", "Siri", "Tor"}
	last := []string{"Berg", "Dahl", "Hansen", "Larsen", "Moen", "Olsen", "Strand"}
	mixed := i * 7919 % inhabitants
	name := fmt.Sprintf("%s %s %05d", first[mixed%10], last[mixed%7], mixed)
	u := user{tenant: "tenant-42", id: fmt.Sprintf("u%07d", i), typ: "internal", name: &name}
	if i/10%10 > 0 {
		seen := today.Add(-time.Duration(mixed) * time.Minute)
		u.seen, u.assigned = &seen, []string{"acme.plan"}
	}
	if i%1000 == 1 {
		u.assigned = []string{"acme.addon"}
	}
	return u
}

// browse measures pages and counts.
func (h *host) browse(b *testing.B) {
	b.Helper()
	ctx := b.Context()
	h.settle(b)
	crm := newEngine(b, h.store).Tenant("tenant-42")
	licensed(b, crm, 1_000_000, 0)
	_, err := crm.As("eva").Import(ctx, everybody(), nil)
	require.NoError(b, err)
	h.exec(b, "ANALYZE")
	d := h.directory(b)
	for _, c := range []struct {
		name string
		sqlstore.DirectoryQuery
	}{
		{"all", sqlstore.DirectoryQuery{}},
		{"search=many", sqlstore.DirectoryQuery{Search: "hansen"}},
		{"search=one", sqlstore.DirectoryQuery{Search: "g 00070"}},
		{"modules=many", sqlstore.DirectoryQuery{Modules: []string{"acme.plan"}}},
		{"modules=few", sqlstore.DirectoryQuery{Modules: []string{"acme.addon"}}},
	} {
		for order, by := range []string{"name", "id", "seen"} {
			q := c.DirectoryQuery
			q.Order, q.Limit = sqlstore.DirectoryOrder(order), 50
			b.Run(c.name+"/by="+by, func(b *testing.B) { find(b, d, q) })
		}
		b.Run(c.name+"/count", func(b *testing.B) {
			for b.Loop() {
				_, err := d.Count(ctx, "tenant-42", c.DirectoryQuery)
				require.NoError(b, err)
			}
		})
	}
	q := sqlstore.DirectoryQuery{Order: sqlstore.ByLastSeen, Descending: true, Limit: sqlstore.MaxDirectoryPage}
	for range inhabitants / 2 / q.Limit {
		page, err := d.Find(ctx, "tenant-42", q)
		require.NoError(b, err)
		q.After = page.Next
	}
	q.Limit = 50
	b.Run("middle/by=seen", func(b *testing.B) { find(b, d, q) })
}

func find(b *testing.B, d *sqlstore.Directory, q sqlstore.DirectoryQuery) {
	b.Helper()
	for b.Loop() {
		_, err := d.Find(b.Context(), "tenant-42", q)
		require.NoError(b, err)
	}
}

// settle fills the host's table.
func (h *host) settle(b *testing.B) {
	b.Helper()
	const rows, columns = 1000, 5
	for from := 0; from < inhabitants; from += rows {
		var values strings.Builder
		var args []any
		for i := range rows {
			u := inhabitant(from + i)
			values.WriteString([]string{"", ", "}[min(i, 1)] + "(")
			for column := range columns {
				fmt.Fprintf(&values, "%s$%d", []string{"", ", "}[min(column, 1)], len(args)+column+1)
			}
			values.WriteString(")")
			args = append(args, u.tenant, u.id, u.typ, *u.name, h.instant(u.seen))
		}
		h.exec(b, "INSERT INTO users (tenant, id, type, name, last_seen) VALUES "+values.String(), args...)
	}
}

// everybody is the holders, as the host tells the store.
func everybody() iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		for i := range inhabitants {
			if !yield(inhabitant(i).entry().Holder, nil) {
				return
			}
		}
	}
}
