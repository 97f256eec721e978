package sqlstore_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestRowsOfEarlierVersion opens rows as the first version has written them. It
// knew one offer, and did not say which license an ETag belongs to, nor when an
// offer begins. Its offer is settled all the same.
func TestRowsOfEarlierVersion(t *testing.T) {
	db, store := openSQLite(t, t.TempDir())
	require.NoError(t, store.Migrate(t.Context()))
	now := today
	trust, err := signed.NewTrust(signed.TrustedKey{Key: ed25519.PublicKey(vendorKey[ed25519.SeedSize:]), Owners: signed.AnyOwner()})
	require.NoError(t, err)
	engine, err := activation.New(store, trust, activation.WithClock(func() time.Time { return now }))
	require.NoError(t, err)
	crm := engine.Tenant("t1")
	licensed(t, crm, 3, 2)
	begins := today.AddDate(0, 0, 10)
	for number, from := range map[int64]time.Time{2: begins, 3: begins.AddDate(0, 0, 1)} {
		_, err := crm.As("eva").Load(t.Context(), bytes.NewReader(beginning(t, number, from)))
		require.NoError(t, err)
	}

	var text string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT record FROM seatwright_owner WHERE tenant = 't1'").Scan(&text))
	var row map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &row))
	earlier := map[string]any{"bindTo": row["bindTo"]}
	for _, name := range []string{"active", "pending"} {
		kept := map[string]any{}
		for _, member := range []string{"digest", "licensee", "number", "source", "by", "at", "unseen"} {
			kept[member] = row[name].(map[string]any)[member] //nolint:errcheck // a license has all of them
		}
		earlier[name] = kept
	}
	earlier["check"] = map[string]any{"lastTry": today, "lastSuccess": today, "outcome": "new", "etag": `"two"`}
	raw, err := json.Marshal(earlier)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE seatwright_owner SET record = ? WHERE tenant = 't1'", string(raw))
	require.NoError(t, err)
	// It was due for samples alone.
	require.NoError(t, store.Update(t.Context(), "t1", func(w activation.Writer) error {
		record, err := w.Tenant(t.Context())
		require.NoError(t, err)
		record.Due, record.Sampled = today.Truncate(24*time.Hour).AddDate(0, 0, 1), today.Truncate(24*time.Hour)
		return w.PutTenant(t.Context(), record)
	}))

	previews, err := crm.Pending(t.Context())
	require.NoError(t, err)
	require.Len(t, previews, 1)
	assert.Equal(t, planner.Ready, previews[0].Upcoming.Status)
	now = today.AddDate(0, 0, 1)
	require.NoError(t, engine.RenewDue(t.Context()))
	status, err := crm.Status(t.Context())
	require.NoError(t, err)
	assert.False(t, status.NextCheck.After(begins))
	now = begins
	require.NoError(t, engine.RenewDue(t.Context()))
	status, err = crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(2), status.Owners[0].Number)
	verified(t, crm)
}

// beginning is the license of [acme], from an instant on.
func beginning(t testing.TB, number int64, from time.Time) []byte {
	t.Helper()
	opened, err := signed.Inspect(acme(t, number, 3))
	require.NoError(t, err)
	l, err := license.Parse(opened.Payload)
	require.NoError(t, err)
	l.ValidFrom = &from
	document, err := json.Marshal(l)
	require.NoError(t, err)
	sealed, err := signed.Sign(document, vendorKey)
	require.NoError(t, err)
	return sealed
}
