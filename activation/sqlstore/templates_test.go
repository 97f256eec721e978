package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

func template(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("templates/" + name)
	require.NoError(t, err)
	return string(text)
}

// everything runs a text of many statements.
func everything(t *testing.T, dsn, text string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = conn.PgConn().Exec(t.Context(), text).ReadAll()
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// departure is by which column of the host's table a user leaves.
type departure struct{ column, here, left, alsoLeft string }

var flags = map[string]departure{
	"active":   {column: "active", here: "true", left: "false", alsoLeft: "NULL"},
	"archived": {column: "archived", here: "false", left: "true", alsoLeft: "true"},
}

func (f departure) table() string {
	return "CREATE TABLE users (tenant text NOT NULL, id text NOT NULL PRIMARY KEY, " + f.column + " boolean);\n"
}

// template is that of a host with the column, by the conditions that its comment
// names.
func (f departure) template(t testing.TB, name string) string {
	t.Helper()
	text := template(t, name)
	conditions := map[string]string{
		"o.active AND n.active IS NOT TRUE": "n.archived AND o.archived IS NOT TRUE",
		"u.active IS NOT TRUE":              "u.archived",
	}
	switch name {
	case "release_mysql.sql":
		conditions = map[string]string{"OLD.active AND NEW.active IS NOT TRUE": "NEW.archived AND OLD.archived IS NOT TRUE"}
	case "release_sqlite.sql":
		conditions = map[string]string{
			"OLD.active AND NEW.active IS NOT TRUE": "NEW.archived AND OLD.archived IS NOT TRUE",
			"WHEN NEW.active IS NOT TRUE":           "WHEN NEW.archived",
		}
	}
	for active, archived := range conditions {
		require.Equal(t, 1, strings.Count(text, active), active)
		require.Contains(t, text, "--     "+strings.TrimPrefix(archived, "WHEN "), "in the comment")
		if f.column == "archived" {
			text = strings.Replace(text, active, archived, 1)
		}
	}
	return text
}

// TestTriggers compares what becomes of a host's users who are deactivated,
// archived or deleted in its own table with Retire on a twin.
func TestTriggers(t *testing.T) {
	for name, f := range flags {
		t.Run("PostgreSQL/"+name, func(t *testing.T) {
			dsn := pgtest.DSN(t)
			db, store := migratedDB(t, dsn)
			everything(t, dsn, f.table()+f.template(t, "release_postgresql.sql"))
			usersLeave(t, db, store, f)
		})
		t.Run("SQLite/"+name, func(t *testing.T) {
			db, store := openSQLite(t, t.TempDir())
			require.NoError(t, store.Migrate(t.Context()))
			_, err := db.ExecContext(t.Context(), f.table()+f.template(t, "release_sqlite.sql"))
			require.NoError(t, err)
			usersLeave(t, db, store, f)
		})
		t.Run("MySQL/"+name, func(t *testing.T) {
			db, store := migratedMySQL(t, with(mariatest.DSN(t), severalStatements))
			mysqlEverything(t, db, f.table()+f.template(t, "release_mysql.sql"))
			usersLeave(t, db, store, f)
		})
	}
}

// severalStatements lets a text have more than one.
const severalStatements = "multiStatements=true"

// mysqlEverything runs a text of many statements, in which keys have a length.
func mysqlEverything(t testing.TB, db *sql.DB, text string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), strings.ReplaceAll(text, "text NOT NULL", "varchar(255) CHARACTER SET latin1 NOT NULL"))
	require.NoError(t, err)
}

func usersLeave(t *testing.T, db *sql.DB, store activation.Store, f departure) {
	t.Helper()
	ctx := t.Context()
	engine := newEngine(t, store)
	host, twin := engine.Tenant("host"), engine.Tenant("twin")
	for _, crm := range []*activation.Tenant{host, twin} {
		licensed(t, crm, 10, 5)
		require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2", "u3", "u4")...)))
		require.NoError(t, errOf(crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u1", Module: "acme.addon"})))
	}
	exec := func(statement string) {
		t.Helper()
		_, err := db.ExecContext(ctx, statement)
		require.NoError(t, err)
	}
	for _, id := range []string{"u1", "u2", "u3", "u4", "u5", "nobody"} {
		exec("INSERT INTO users VALUES ('host', '" + id + "', " + f.here + ")")
	}
	exec("INSERT INTO users VALUES ('elsewhere', 'u9', " + f.here + ")")
	require.NoError(t, store.Update(ctx, "host", func(w activation.Writer) error {
		return w.PutWishes(ctx, wishFor("u1"), wishFor("u3"), wishFor("u4"), wishFor("u5"), wishFor("u6"))
	}))
	before := revision(t, store)

	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(ctx, "DELETE FROM users")
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	same(t, host, twin)

	set := "UPDATE users SET " + f.column + " = "
	exec(set + f.left + " WHERE id IN ('u1', 'u2', 'u5', 'nobody', 'u9')")
	exec(set + f.alsoLeft + " WHERE id = 'u3'")
	exec(set + f.here + " WHERE id = 'u2'") // u2 comes back, and has nothing
	exec(set + f.left + " WHERE id = 'u2'")
	_, err = twin.As("trigger").Retire(ctx, "u1", "u2", "u5", "u3")
	require.NoError(t, err)
	same(t, host, twin)
	changes(t, store, before, []string{"u1", "u2", "u3"}, nil)
	require.Equal(t, []string{"u4", "u6"}, wishful(t, host), "who has left wishes for nothing")

	exec("DELETE FROM users WHERE id IN ('u4', 'u5', 'nobody')")
	_, err = twin.As("trigger").Retire(ctx, "u4")
	require.NoError(t, err)
	require.NoError(t, store.Update(ctx, "twin", func(w activation.Writer) error { return w.DeleteHolders(ctx, "u4", "u5") }))
	same(t, host, twin)
	changes(t, store, before, []string{"u1", "u2", "u3"}, []string{"u4", "u5"})
}

func wishFor(holder string) activation.Wish {
	return activation.Wish{Assignment: seat.Assignment{Holder: holder, Module: "acme.none"}, Place: 1, Rule: "not-licensed"}
}

// wishful are the holders of unmet wishes.
func wishful(t *testing.T, crm *activation.Tenant) (holders []string) {
	t.Helper()
	for wish, err := range crm.AllWishes(t.Context()) {
		require.NoError(t, err)
		holders = append(holders, wish.Holder)
	}
	return holders
}

func revision(t *testing.T, store activation.Store) (revision activation.Revision) {
	t.Helper()
	require.NoError(t, store.View(t.Context(), "host", func(r activation.Reader) error {
		record, err := r.Tenant(t.Context())
		revision = record.Revision
		return err
	}))
	return revision
}

// changes reads what a snapshot of a revision is brought up to date by.
func changes(t *testing.T, store activation.Store, since activation.Revision, wantChanged, wantGone []string) {
	t.Helper()
	require.NoError(t, store.View(t.Context(), "host", func(r activation.Reader) error {
		holders, gone, known, err := r.(activation.ChangeReader).ChangedHolders(t.Context(), since) //nolint:errcheck // readers of sqlstore are of this type
		require.True(t, known)
		var changed []string
		for _, h := range holders {
			changed = append(changed, h.ID)
			require.Empty(t, h.Assigned)
		}
		require.Equal(t, wantChanged, changed)
		require.Equal(t, wantGone, gone)
		return err
	}))
}

// same compares two tenants in all but instants and revisions.
func same(t *testing.T, host, twin *activation.Tenant) {
	t.Helper()
	verified(t, host)
	var all [2][]any
	for i, crm := range []*activation.Tenant{host, twin} {
		holders, err := crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 100)
		require.NoError(t, err)
		log, err := crm.Log(t.Context(), 0, 100)
		require.NoError(t, err)
		all[i] = []any{holders, log}
	}
	if diff := cmp.Diff(all[1], all[0], cmpopts.IgnoreFields(activation.LogEntry{}, "At")); diff != "" {
		t.Errorf("by the triggers (+), by Retire (-):\n%s", diff)
	}
}

// TestGrants works as a role that has no more than the template says.
func TestGrants(t *testing.T) {
	dsn := pgtest.DSN(t)
	db, owner := migratedDB(t, dsn)
	licensed(t, newEngine(t, owner).Tenant("tenant-42"), 2, 2)
	var schema string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT quote_ident(current_schema())").Scan(&schema))
	everything(t, dsn, `DO $$ BEGIN CREATE ROLE crm; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		GRANT USAGE ON SCHEMA `+schema+` TO crm;`+template(t, "grants_postgresql.sql"))
	t.Cleanup(func() {
		for _, statement := range []string{"DROP OWNED BY crm", "DROP ROLE crm"} {
			_, err := db.ExecContext(context.Background(), statement)
			require.NoError(t, err)
		}
	})
	application, store := openDB(t, "pgx", dsn, sqlstore.PostgreSQL)
	application.SetMaxOpenConns(1)
	_, err := application.ExecContext(t.Context(), "SET ROLE crm")
	require.NoError(t, err)
	crm := newEngine(t, store).Tenant("tenant-42")
	require.NoError(t, errOf(crm.As("eva").Assign(t.Context(), plans("u1")...)))
	require.NoError(t, crm.As("host").Erase(t.Context(), "u2", "erased"))
	verified(t, crm)
	_, err = application.ExecContext(t.Context(), "DROP TABLE seatwright_holder")
	require.ErrorContains(t, err, "must be owner")
}
