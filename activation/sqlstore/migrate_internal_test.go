package sqlstore

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// next is a later version's migration.
func next(text string) migration { return migration{version: 3, name: "0003_next.up.sql", text: text} }

// TestUpgrade brings a database with data to the next version, in which the
// version before goes on working.
func TestUpgrade(t *testing.T) {
	ctx := t.Context()
	open := func(place string, steps ...migration) (*sql.DB, *DB) {
		db, err := sql.Open("sqlite", filepath.Join(place, "seats.db"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		store, err := NewDB(db, SQLite)
		require.NoError(t, err)
		store.steps = append(store.steps, steps...)
		return db, store
	}
	write := func(store *DB, id string) {
		require.NoError(t, store.Update(ctx, "tenant", func(w activation.Writer) error {
			return w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.web"}})
		}))
	}
	ids := func(store *DB) (ids []string) {
		require.NoError(t, store.View(ctx, "tenant", func(r activation.Reader) error {
			holders, err := r.HoldersWith(ctx, []string{"acme.web"}, "", 10)
			for _, h := range holders {
				ids = append(ids, h.ID)
			}
			return err
		}))
		return ids
	}
	place := t.TempDir()
	_, before := open(place)
	require.NoError(t, before.Migrate(ctx))
	write(before, "u1")

	_, broken := open(place, next("ALTER TABLE seatwright_holder ADD COLUMN seen INTEGER;\nUPDATE seatwright_nothing SET x = 1;\n"))
	require.ErrorContains(t, broken.Migrate(ctx), "0003_next.up.sql")
	db, unchanged := open(place)
	_, err := db.ExecContext(context.Background(), "SELECT seen FROM seatwright_holder")
	require.Error(t, err, "half of a migration is kept")
	require.Equal(t, []string{"u1"}, ids(unchanged))

	step := next("ALTER TABLE seatwright_holder ADD COLUMN seen INTEGER;\n" +
		"UPDATE seatwright_schema SET version = 3, minimum = 1;\n")
	_, after := open(place, step)
	require.NoError(t, after.Migrate(ctx))
	write(after, "u2")
	write(before, "u3")
	_, restarted := open(place)
	write(restarted, "u4")
	for name, store := range map[string]*DB{"before": before, "after": after, "restarted": restarted} {
		require.Equal(t, []string{"u1", "u2", "u3", "u4"}, ids(store), name)
	}
}

// TestMigrationNumbers finds a file that would be left out.
func TestMigrationNumbers(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("SELECT 1;\n")}
	for name, files := range map[string]fstest.MapFS{
		"gap":   {"0001_a.up.sql": file, "0003_b.up.sql": file},
		"twice": {"0001_a.up.sql": file, "0001_b.up.sql": file},
		"zero":  {"0000_a.up.sql": file},
	} {
		_, err := migrationsIn(files)
		require.Error(t, err, name)
	}
	steps, err := migrationsIn(fstest.MapFS{"0001_a.up.sql": file, "0002_b.up.sql": file, "0001_a.down.sql": file, "README.md": file})
	require.NoError(t, err)
	require.Len(t, steps, 2)
	steps, err = migrationsIn(fstest.MapFS{"0002_a.up.sql": file, "0003_b.up.sql": file})
	require.NoError(t, err, "of a dialect that came later")
	require.Equal(t, 3, steps[1].version)
}
