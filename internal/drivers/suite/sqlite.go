package suite

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// SQLite runs so much of the conformance suite over the driver of a name.
func SQLite(t *testing.T, much, driver string) {
	t.Helper()
	open := func(t testing.TB, place string, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
		t.Helper()
		db, store := Open(t, driver, "file:"+filepath.Join(place, "seats.db"), sqlstore.SQLite, options...)
		return db, store
	}
	t.Run(much, func(t *testing.T) { storetest.Run(t, sqliteFactory(open)) })
}

type opening func(t testing.TB, place string, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB)

func sqliteFactory(open opening) storetest.Factory {
	return storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			_, store := open(t, place)
			return store
		},
		Levels: []string{"IMMEDIATE", "DEFERRED"},
		Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
			t.Helper()
			db, store := open(t, place)
			conn, err := db.Conn(t.Context())
			require.NoError(t, err)
			_, err = conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 10000")
			require.NoError(t, err)
			_, err = conn.ExecContext(t.Context(), "BEGIN "+level)
			require.NoError(t, err)
			return store.Bind(conn), func(commit bool) error {
				defer conn.Close() //nolint:errcheck // it only goes back to the pool
				end := "ROLLBACK"
				if commit {
					end = "COMMIT"
				}
				_, err := conn.ExecContext(context.Background(), end)
				return err
			}
		},
		Spoil: func(t testing.TB, place, tenant string) {
			t.Helper()
			db, _ := open(t, place)
			spoil(t, db, tenant)
		},
		Exempt: map[string]string{
			"ConnectionLost": "there is no connection between a process and its file",
			"Watch":          "the revision is polled",
		},
	}
}

// Locked has a writer wait for another one, as long as WithWait says and no
// longer than its context, whatever the driver would wait by itself.
func Locked(t *testing.T, driver string) {
	t.Helper()
	ctx := t.Context()
	const wait, patience = 50 * time.Millisecond, 4 * time.Second // a driver waits 5 s or more by itself
	place := "file:" + filepath.Join(t.TempDir(), "seats.db")
	db, store := Open(t, driver, place, sqlstore.SQLite, sqlstore.WithWait(wait))
	_, patient := Open(t, driver, place, sqlstore.SQLite)
	before := busyTimeout(t, db)
	require.Positive(t, before, "this driver waits by itself")
	admit := func(ctx context.Context, store *sqlstore.DB) error {
		return store.Update(ctx, tenant, func(w activation.Writer) error {
			return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User})
		})
	}
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	require.NoError(t, err)

	begun := time.Now()
	require.ErrorContains(t, admit(ctx, store), "database is locked")
	require.Less(t, time.Since(begun), patience)
	short, cancel := context.WithTimeout(ctx, wait/2)
	defer cancel()
	require.ErrorIs(t, admit(short, store), context.DeadlineExceeded)

	admitted := make(chan error, 1)
	go func() { admitted <- admit(ctx, patient) }()
	select {
	case err := <-admitted:
		require.NoError(t, err)
		require.Fail(t, "two wrote at once")
	case <-time.After(wait):
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-admitted)
	require.NoError(t, conn.Close())
	require.NoError(t, admit(ctx, store))
	require.Equal(t, before, busyTimeout(t, db), "connections are given back as they were")
}

func busyTimeout(t *testing.T, db *sql.DB) (milliseconds int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&milliseconds))
	return milliseconds
}
