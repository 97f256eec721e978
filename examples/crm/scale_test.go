package main

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/georgysavva/scany/v2/sqlscan"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// crowd is how many users a large installation has. A benchmark may have more.
const crowd = 100_000

// crowdOf is the crowd of a benchmark: what SEATWRIGHT_BENCH_USERS says.
func crowdOf(b *testing.B) int {
	b.Helper()
	text := os.Getenv("SEATWRIGHT_BENCH_USERS")
	if text == "" {
		return crowd
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err)
	return n
}

// crowded is a site with many people, of whom nine in ten have the plan, and an
// offer with half the seats.
func crowded(t testing.TB, database string, people int) *browser {
	t.Helper()
	s := newSite(t, database)
	numbers := `SELECT n FROM generate_series(1::bigint, $2) AS n`
	seen, mixed := `timestamptz '2026-05-31 00:00:00Z' - make_interval(mins => mixed::int)`, `lpad(mixed::text, 7, '0')`
	if s.db.dialect == sqlstore.SQLite {
		numbers = `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < $2) SELECT n FROM counted`
		seen, mixed = `1780185600000000 - 60000000 * mixed`, `printf('%07d', mixed)`
	}
	// Ids and names are in no order with each other.
	require.NoError(t, s.db.exec(t.Context(), s.db, `INSERT INTO crm_user (tenant, id, name, type, last_seen)
		SELECT $1, 'p' || `+mixed+`,
			CASE n % 7 WHEN 0 THEN 'Anna' WHEN 1 THEN 'Bjørn' WHEN 2 THEN 'Eva' WHEN 3 THEN 'Jan' WHEN 4 THEN 'Kari' WHEN 5 THEN 'Nils' ELSE 'Siri' END || ' ' ||
			CASE n % 5 WHEN 0 THEN 'Berg' WHEN 1 THEN 'Dahl' WHEN 2 THEN 'Hansen' WHEN 3 THEN 'Moen' ELSE 'Olsen' END || ' ' || n,
			CASE n % 50 WHEN 0 THEN 'external' ELSE 'internal' END, CASE WHEN n % 10 = 0 THEN NULL ELSE `+seen+` END
		FROM (SELECT n, n * 7919 % 1000000 AS mixed FROM (`+numbers+`) AS numbered) AS mixed`, "demo", people))
	eva := s.as(t, "eva")
	eva.publish(people)
	eva.activateFirst()
	_, err := s.crm.As("eva").Import(t.Context(), s.everybody(t.Context()), nil)
	require.NoError(t, err)
	require.NoError(t, s.db.exec(t.Context(), s.db, "ANALYZE"))
	eva.publish(people / 2)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.post("/licenses/superoffice/check").location)
	return eva
}

// publish signs a license with as many plans, and more than enough of the rest.
func (b *browser) publish(plans int) {
	b.t.Helper()
	fields := []string{"then", "publish", "quantity ten-sales", fmt.Sprint(plans)}
	for _, module := range []string{"user", "web", "pocket-crm-cal", "sale-cal", "dash-cal"} {
		fields = append(fields, "quantity "+module, fmt.Sprint(2*plans+2*crowd))
	}
	a := b.post("/vendor/superoffice", fields...)
	require.Equal(b.t, http.StatusSeeOther, a.status, a.body)
}

// everybody is the crowd as holders, as the host tells the library. Every tenth
// has nothing, every hundredth the light plan.
func (s *Server) everybody(ctx context.Context) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		i, light := 0, 0
		query := sqlstore.DirectoryQuery{Kind: license.User, Order: sqlstore.ByHolder, Limit: jobBatch}
		for more := true; more; more = query.After != "" {
			found, err := s.db.directory.Find(ctx, s.config.Tenant, query)
			if err != nil {
				yield(seat.Holder{}, err)
				return
			}
			for _, e := range found.Entries {
				i++
				switch {
				case i%10 != 0:
					e.Assigned = []string{demoPlan}
				case i%100 == 0 && light < 10:
					e.Assigned, light = []string{"superoffice.ten-light"}, light+1
				}
				if !yield(e.Holder, nil) {
					return
				}
			}
			query.After = found.Next
		}
	}
}

// largePages is the pages that list people, or say how many there are.
var largePages = []struct{ name, path string }{
	{"users", "/users"},
	{"users by name from Z", "/users?sort=-name"},
	{"users seen longest ago", "/users?sort=seen"},
	{"users seen last", "/users?sort=-seen"},
	{"users by id", "/users?sort=id"},
	{"search of many", "/users?q=hansen"},
	{"search of one", "/users?q=hansen+77777"},
	{"search of nobody", "/users?q=nobody+at+all"},
	{"with the plan", "/users?module=superoffice.ten-sales"},
	{"with the plan, seen longest ago", "/users?module=superoffice.ten-sales&sort=seen"},
	{"with the light plan", "/users?module=superoffice.ten-light"},
	{"external", "/users?type=external"},
	{"search, module and type", "/users?q=eva&module=superoffice.ten-sales&type=external"},
	{"superfluous", "/licenses/superoffice/superfluous/superoffice.ten-sales"},
	{"superfluous by name", "/licenses/superoffice/superfluous/superoffice.ten-sales?sort=name"},
	{"superfluous, search", "/licenses/superoffice/superfluous/superoffice.ten-sales?q=kari"},
	{"activate", "/licenses/superoffice/activate"},
	{"licenses", "/licenses/superoffice"},
	{"status", "/status"},
	{"a user", "/users/ann"},
	{"databases", "/users?kind=satellite"},
	{"history", "/history"},
	{"usage", "/usage"},
	{"call for users", "/api/users"},
	{"call for licenses", "/api/licenses"},
}

// searchable makes a database with the indexes for searches among very many people.
func searchable(t testing.TB, database string) {
	t.Helper()
	db, err := open(t.Context(), database)
	require.NoError(t, err)
	file := "search_postgresql.sql"
	if db.dialect == sqlstore.SQLite {
		file = "search_sqlite.sql"
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), string(text))
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestSearchable: with these indexes a search finds who is there, and follows changes.
func TestSearchable(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		searchable(t, database)
		s := newSite(t, database)
		eva := s.as(t, "eva")
		require.Contains(t, eva.get("/users?q=silva").body, "Bob Silva")
		_, err := s.db.ExecContext(t.Context(), `UPDATE crm_user SET name = 'Robert Moen' WHERE id = 'bob'`)
		require.NoError(t, err)
		require.NotContains(t, eva.get("/users?q=silva").body, "Bob Silva")
		require.Contains(t, eva.get("/users?q=bert").body, "Robert Moen")
		if s.db.dialect == sqlstore.SQLite { // the answer comes from the index alone
			_, err = s.db.ExecContext(t.Context(), `DELETE FROM crm_parts`)
			require.NoError(t, err)
			require.NotContains(t, eva.get("/users?q=bert").body, "Robert Moen")
		}
	})
}

// lateIn turns pages until a list is half over, and returns the address there.
func (b *browser) lateIn(path string, people int) string {
	b.t.Helper()
	ctx := b.t.Context()
	q := sqlstore.DirectoryQuery{Kind: license.User, Order: sqlstore.ByName, Limit: sqlstore.MaxDirectoryPage}
	for range people / 2 / sqlstore.MaxDirectoryPage {
		found, err := b.site.db.directory.Find(ctx, "demo", q)
		require.NoError(b.t, err)
		q.After = found.Next
	}
	return path + "?sort=name&after=" + q.After
}

// BenchmarkUsers measures each page that has to do with how many people there are.
func BenchmarkUsers(b *testing.B) {
	for name, database := range map[string]func() string{
		"SQLite":     func() string { return sqliteFile(b) },
		"PostgreSQL": func() string { return pgtest.DSN(b) },
	} {
		b.Run(name, func(b *testing.B) {
			people, at := crowdOf(b), database()
			searchable(b, at)
			eva := crowded(b, at, people)
			pages := slices.Concat(largePages, []struct{ name, path string }{{"late", eva.lateIn("/users", people)}})
			for _, page := range pages {
				b.Run(strings.ReplaceAll(page.name, " ", "_"), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						eva.inProcess(b, page.path)
					}
					b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/page")
				})
			}
		})
	}
}

// TestPagesAreBounded has twenty times as many people, and pages that take as much
// memory as before. What the database reads for them is the benchmark's.
func TestPagesAreBounded(t *testing.T) {
	sizes := make(map[int]map[string]float64)
	for _, people := range []int{2_000, 40_000} {
		eva := crowded(t, sqliteFile(t), people)
		sizes[people] = make(map[string]float64)
		for _, page := range largePages {
			if page.path == "/users?q=hansen+77777" {
				continue // nobody here has that name
			}
			eva.inProcess(t, page.path)
			sizes[people][page.path] = testing.AllocsPerRun(3, func() { eva.inProcess(t, page.path) })
		}
		eva.typesByIndex(t)
	}
	for _, page := range largePages {
		few, many := sizes[2_000][page.path], sizes[40_000][page.path]
		const whole = 45_000 // allocations of a page with all that is counted
		require.Less(t, many, float64(whole), page.name)
		if few > 0 && !strings.Contains(page.path, "type=external") { // of whom 2,000 people have few
			require.Less(t, many, 1.5*few+1000, page.name)
		}
	}
}

// typesByIndex looks how the database goes from type to type.
func (b *browser) typesByIndex(t *testing.T) {
	t.Helper()
	types, err := b.site.people.types(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"external", "internal"}, types)
	var steps []struct {
		ID, Parent, Notused int
		Detail              string
	}
	require.NoError(t, sqlscan.Select(t.Context(), b.site.db, &steps, "EXPLAIN QUERY PLAN "+distinctTypes, "demo"))
	plan := fmt.Sprint(steps)
	require.Equal(t, 2, strings.Count(plan, "SEARCH crm_user USING INDEX crm_user_type (tenant=?"), plan)
	require.NotContains(t, plan, "SCAN crm_user")
}

// inProcess sends a request without the network.
func (b *browser) inProcess(t testing.TB, path string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	withCookiesOf(r, b)
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, path)
}
