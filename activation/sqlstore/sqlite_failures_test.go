package sqlstore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestSQLiteFull writes until the file may not grow, and goes on when it may.
func TestSQLiteFull(t *testing.T) {
	ctx := t.Context()
	db, store := openSQLite(t, t.TempDir())
	db.SetMaxOpenConns(1) // the limit of the file is set for one connection
	require.NoError(t, store.Migrate(ctx))
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 10, 0)
	_, err := db.ExecContext(ctx, "PRAGMA max_page_count = 60")
	require.NoError(t, err)
	var stored int
	for {
		id := fmt.Sprintf("%04d%s", stored, strings.Repeat("x", 200))
		if _, err = crm.As("host").Admit(ctx, seat.Holder{ID: id, Kind: license.User}); err != nil {
			break
		}
		stored++
		require.Less(t, stored, 10_000, "the file does not get full")
	}
	require.ErrorContains(t, err, "database or disk is full")
	require.NotErrorIs(t, err, activation.ErrOutcomeUnknown)
	require.Positive(t, stored)
	holders, err := crm.HolderPage(ctx, activation.HolderQuery{}, "", stored+1)
	require.NoError(t, err)
	require.Len(t, holders, stored, "what was acknowledged, and nothing more")
	verified(t, crm)
	_, err = db.ExecContext(ctx, "PRAGMA max_page_count = 100000")
	require.NoError(t, err)
	require.NoError(t, errOf(crm.As("host").Admit(ctx, seat.Holder{ID: "later", Kind: license.User})))
	verified(t, crm)
}

// TestSQLiteReadOnly reads a file that can't be written.
func TestSQLiteReadOnly(t *testing.T) {
	ctx := t.Context()
	place := t.TempDir()
	_, store := openSQLite(t, place)
	require.NoError(t, store.Migrate(ctx))
	licensed(t, newEngine(t, store).Tenant("tenant-42"), 2, 2)
	_, readOnly := openDB(t, "sqlite", "file:"+filepath.Join(place, "seats.db")+"?mode=ro", sqlstore.SQLite)
	crm := newEngine(t, readOnly).Tenant("tenant-42")
	verified(t, crm)
	_, err := crm.As("eva").Assign(ctx, plans("u1")...)
	require.ErrorContains(t, err, "readonly database")
	require.NotErrorIs(t, err, activation.ErrOutcomeUnknown)
}

// TestSQLiteCorrupted opens what is no database, and one with damaged pages.
func TestSQLiteCorrupted(t *testing.T) {
	ctx := t.Context()
	place := t.TempDir()
	file := filepath.Join(place, "seats.db")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, store := openSQLite(t, place)
	require.ErrorContains(t, store.Migrate(ctx), "not a database")
	require.ErrorContains(t, errOf(newEngine(t, store).Tenant("tenant-42").As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User})),
		"not a database")

	place = t.TempDir()
	file = filepath.Join(place, "seats.db")
	db, store := openSQLite(t, place)
	require.NoError(t, store.Migrate(ctx))
	licensed(t, newEngine(t, store).Tenant("tenant-42"), 2, 1000)
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	const page = 4096
	for i := 2 * page; i < len(content); i++ {
		content[i] = 0xa5
	}
	require.NoError(t, os.WriteFile(file, content, 0o600))
	_, store = openSQLite(t, place)
	_, err = newEngine(t, store).Tenant("tenant-42").HolderPage(ctx, activation.HolderQuery{}, "", 10)
	require.ErrorContains(t, err, "malformed")
}

// TestSQLiteBusy waits for a transaction of somebody else, and gives up.
func TestSQLiteBusy(t *testing.T) {
	ctx := t.Context()
	db, store := openSQLite(t, t.TempDir(), sqlstore.WithWait(shortWait))
	require.NoError(t, store.Migrate(ctx))
	crm := newEngine(t, store).Tenant("tenant-42")
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	require.NoError(t, err)
	_, err = crm.As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User})
	var code interface{ Code() int }
	require.True(t, errors.As(err, &code), "%v", err)
	require.Equal(t, 5, code.Code()&0xff)
	_, err = conn.ExecContext(ctx, "COMMIT")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.NoError(t, errOf(crm.As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User})))
}
