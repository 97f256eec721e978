package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// databases are all dialects, without tables.
func databases(t *testing.T, test func(t *testing.T, dialect sqlstore.Dialect, open func(options ...sqlstore.Option) (*sql.DB, *sqlstore.DB))) {
	t.Helper()
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		test(t, sqlstore.PostgreSQL, func(options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
			return openDB(t, "pgx", dsn, sqlstore.PostgreSQL, options...)
		})
	})
	t.Run("SQLite", func(t *testing.T) {
		place := t.TempDir()
		test(t, sqlstore.SQLite, func(options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
			return openSQLite(t, place, options...)
		})
	})
	t.Run("MySQL", func(t *testing.T) {
		dsn := mariatest.DSN(t)
		test(t, sqlstore.MySQL, func(options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
			return openDB(t, "mysql", dsn, sqlstore.MySQL, options...)
		})
	})
}

// works writes and reads.
func works(t *testing.T, store activation.Store) {
	t.Helper()
	crm := newEngine(t, store).Tenant("tenant-42")
	require.NoError(t, errOf(crm.As("host").Admit(t.Context(), seat.Holder{ID: "u1", Kind: license.User})))
	verified(t, crm)
}

func run(t *testing.T, db *sql.DB, files fs.FS, name string) {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	require.NoError(t, err)
	for _, statement := range strings.Split(strings.TrimSpace(string(text)), ";\n") {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, "%s: %s", name, statement)
	}
}

func TestMigrateTwiceAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, _ sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		const programs = 8
		var stores []*sqlstore.DB
		for range programs {
			_, store := open()
			stores = append(stores, store)
		}
		var group sync.WaitGroup
		failed := make([]error, programs)
		for i, store := range stores {
			group.Go(func() { failed[i] = store.Migrate(t.Context()) })
		}
		group.Wait()
		for i, err := range failed {
			require.NoError(t, err, "program %d", i)
		}
		works(t, stores[0])
		require.NoError(t, stores[0].Migrate(t.Context()), "again")
		works(t, stores[1])
	})
}

// known is the last migration that this version of the program knows.
const known = 2

// TestSchemaVersions meets databases of other versions of the program.
func TestSchemaVersions(t *testing.T) {
	databases(t, func(t *testing.T, _ sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		ctx := t.Context()
		_, store := open()
		update := func(store activation.Store) error {
			return errOf(newEngine(t, store).Tenant("tenant-42").As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User}))
		}
		var schema *sqlstore.SchemaError
		require.ErrorAs(t, update(store), &schema)
		require.Equal(t, &sqlstore.SchemaError{Known: known}, schema)
		require.ErrorContains(t, schema, "run Migrate")

		db, store := open()
		require.NoError(t, store.Migrate(ctx))
		set := func(version, minimum int) {
			_, err := db.ExecContext(ctx, fmt.Sprintf("UPDATE seatwright_schema SET version = %d, minimum = %d", version, minimum))
			require.NoError(t, err)
		}
		set(9, 1)
		_, beside := open()
		works(t, beside)
		require.NoError(t, beside.Migrate(ctx))

		set(9, known+1)
		_, old := open()
		want := &sqlstore.SchemaError{Version: 9, Minimum: known + 1, Known: known}
		for _, err := range []error{update(old), old.Migrate(ctx)} {
			schema = nil
			require.ErrorAs(t, err, &schema)
			require.Equal(t, want, schema)
			require.ErrorContains(t, err, "use a newer version of the program")
		}
	})
}

// TestMigrationsByHand runs the files as the host's own tool does: up, down,
// and up again.
func TestMigrationsByHand(t *testing.T) {
	databases(t, func(t *testing.T, dialect sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		db, _ := open()
		files := sqlstore.Migrations(dialect)
		ups, err := fs.Glob(files, "*.up.sql")
		require.NoError(t, err)
		require.NotEmpty(t, ups)
		for range 2 {
			for _, up := range ups {
				run(t, db, files, up)
			}
			_, store := open()
			works(t, store)
			require.NoError(t, store.Migrate(t.Context()), "nothing is left to do")
			for i := len(ups) - 1; i >= 0; i-- {
				run(t, db, files, strings.Replace(ups[i], ".up.", ".down.", 1))
			}
		}
		var left int
		count := "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'seatwright_migration'"
		switch dialect {
		case sqlstore.SQLite:
			count = "SELECT count(*) FROM sqlite_schema WHERE name <> 'seatwright_migration'"
		case sqlstore.MySQL:
			count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
		case sqlstore.PostgreSQL:
		}
		require.NoError(t, db.QueryRowContext(t.Context(), count).Scan(&left))
		require.Zero(t, left, "tables after all went down")
	})
}

// TestFromFirstVersion brings a database of the first version, with something in
// every table, up to this one, while a program of the first version goes on.
func TestFromFirstVersion(t *testing.T) {
	databases(t, func(t *testing.T, dialect sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		ctx := t.Context()
		if dialect == sqlstore.MySQL {
			return // MySQL came after the first version
		}
		db, store := open()
		run(t, db, sqlstore.Migrations(dialect), "0001_create.up.sql")
		for _, statement := range firstVersion {
			_, err := db.ExecContext(ctx, statement)
			require.NoError(t, err, statement)
		}
		require.NoError(t, store.Migrate(ctx))
		read := func() (record activation.TenantRecord) {
			require.NoError(t, store.View(ctx, "t", func(r activation.Reader) (err error) {
				record, err = r.Tenant(ctx)
				require.NoError(t, err)
				holders, err := r.HoldersWith(ctx, []string{"acme.web"}, "", 10)
				require.NoError(t, err)
				require.Equal(t, []seat.Holder{{ID: "u1", Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}}}, holders)
				census, err := r.Census(ctx)
				require.NoError(t, err)
				require.Len(t, census, 1)
				highest, err := r.Highest(ctx, "acme", "S-1")
				require.NoError(t, err)
				require.EqualValues(t, 7, highest)
				owners, err := r.Owners(ctx)
				require.NoError(t, err)
				require.Len(t, owners, 1)
				log, err := r.Log(ctx, 0, 10)
				require.NoError(t, err)
				require.Len(t, log, 1)
				history, err := r.History(ctx, 0, 10)
				require.Len(t, history, 1)
				return err
			}))
			return record
		}
		require.Equal(t, activation.TenantRecord{Revision: activation.Revision{Number: 5}}, read())
		write := func() {
			require.NoError(t, store.Update(ctx, "t", func(w activation.Writer) error {
				return w.PutTenant(ctx, activation.TenantRecord{LeasedUntil: today, LeasedBy: "worker"})
			}))
		}
		write()
		after := read()
		require.EqualValues(t, 6, after.Revision.Number)
		require.NotEmpty(t, after.Revision.Token)
		require.Equal(t, "worker", after.LeasedBy)
		known := func(since activation.Revision) (known bool) {
			require.NoError(t, store.View(ctx, "t", func(r activation.Reader) (err error) {
				_, _, known, err = r.(activation.ChangeReader).ChangedHolders(ctx, since) //nolint:errcheck // readers of sqlstore are of this type
				return err
			}))
			return known
		}
		require.True(t, known(after.Revision))
		require.False(t, known(activation.Revision{Number: 5}), "nobody knows whether it is the same")

		_, err := db.ExecContext(ctx, "UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = 't'") // the first version raises the revision like this
		require.NoError(t, err)
		between := read()
		require.Equal(t, activation.Revision{Number: 7}, between.Revision)
		require.True(t, known(after.Revision))
		require.False(t, known(between.Revision))
		write()
		require.True(t, known(after.Revision))
		require.False(t, known(between.Revision))
	})
}

// firstVersion is what the first version leaves of a tenant.
var firstVersion = []string{
	"INSERT INTO seatwright_tenant (tenant, revision, changes_since, log_last, history_last, combination_last) VALUES ('t', 5, 0, 1, 1, 1)",
	`INSERT INTO seatwright_owner VALUES ('t', 'acme', '{"bindTo":{"Serial":"S-1"},"check":{}}')`,
	"INSERT INTO seatwright_highest VALUES ('t', 'acme', 'S-1', 7)",
	`INSERT INTO seatwright_combination VALUES ('t', 1, 'user', 'internal', '["acme.web"]', 1)`,
	"INSERT INTO seatwright_holder VALUES ('t', 'u1', 1, 4)",
	`INSERT INTO seatwright_history VALUES ('t', 1, NULL, 'eva', '{"kind":"activated","to":7}')`,
	"INSERT INTO seatwright_log VALUES ('t', 1, NULL, 'eva', 'u1', 'acme.web', 'assigned', '', 0)",
}

// TestPrefixes keeps two stores in one schema.
func TestPrefixes(t *testing.T) {
	databases(t, func(t *testing.T, _ sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		for _, prefix := range []string{"a_", "b_"} {
			_, store := open(sqlstore.WithPrefix(prefix))
			require.NoError(t, store.Migrate(t.Context()))
			holders, err := newEngine(t, store).Tenant("tenant-42").HolderPage(t.Context(), activation.HolderQuery{}, "", 10)
			require.NoError(t, err)
			require.Empty(t, holders)
			works(t, store)
		}
	})
}

// TestEncoding refuses a database that can't keep every text.
func TestEncoding(t *testing.T) {
	dsn := pgtest.DSN(t)
	db, _ := openDB(t, "pgx", dsn, sqlstore.PostgreSQL)
	name := fmt.Sprintf("latin_%x", sha256.Sum256([]byte(dsn)))[:30]
	_, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name+" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	})
	other, err := url.Parse(dsn)
	require.NoError(t, err)
	other.Path = "/" + name
	other.RawQuery = "sslmode=disable"
	_, store := openDB(t, "pgx", other.String(), sqlstore.PostgreSQL)
	require.ErrorContains(t, store.Migrate(t.Context()), "encoding LATIN1")
}

// released is the files that hosts have: a change is another migration. Those of
// the next version are added when it is released.
var released = map[string]string{
	"postgresql/0001_create.up.sql":   "edffb97674f0685d",
	"postgresql/0001_create.down.sql": "62095b858c939138",
	"sqlite/0001_create.up.sql":       "f8bae30fe4db4200",
	"sqlite/0001_create.down.sql":     "62095b858c939138",
}

func TestReleasedMigrations(t *testing.T) {
	for dialect, folder := range map[sqlstore.Dialect]string{sqlstore.PostgreSQL: "postgresql", sqlstore.SQLite: "sqlite"} {
		files := sqlstore.Migrations(dialect)
		found := 0
		for path, want := range released {
			name, ours := strings.CutPrefix(path, folder+"/")
			if !ours {
				continue
			}
			found++
			text, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			digest := sha256.Sum256(text)
			require.Equal(t, want, hex.EncodeToString(digest[:8]), name)
		}
		require.Positive(t, found)
	}
}
