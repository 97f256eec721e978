package sqlstore

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// FuzzDecodeOwner: a stored record is read or refused in one sentence, and what
// was read is written and read again as the same.
func FuzzDecodeOwner(f *testing.F) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	for _, o := range []activation.OwnerRecord{
		{},
		{
			Expected: planner.Expected{Serial: "S-1", Company: "Example AS", Product: "crm", Deployment: "prod"},
			Active: &activation.StoredLicense{
				Digest: activation.DigestOf([]byte("an envelope")), Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
				Number: 7, Source: "feed", By: "eva", At: at, Unseen: true,
			},
			Check: activation.CheckRecord{
				LastTry: at, LastSuccess: at, Outcome: "problem", Title: "no answer", Detail: "in time", Message: "Hello", MessageURL: "https://acme.example/",
				NewLicensee: &license.Licensee{Company: "New AS", Serial: "S-2"}, DismissedETag: `"x"`, Failures: 3, Next: at,
				Refused: &activation.RefusedLicense{At: at, Detail: "an older one", Number: 3},
			},
			Settled: at, Raised: []activation.RaisedNumber{{Serial: "S-1", Key: "k", Number: 7, Content: activation.DigestOf([]byte("content"))}},
		},
		{Pending: []activation.StoredLicense{
			{Number: 8, ETag: `"e"`, Begins: at, Schedule: &activation.Schedule{By: "eva", At: at}},
			{Number: 9},
			{Number: 10, Selected: chosen(2)},
		}},
	} {
		text, err := encodeOwner(o)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add(`{"active":{"digest":"00"}}`)
	f.Add(`{"check":{"next":"9999-12-31T23:59:59-23:59"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		read, err := decodeOwner("acme", text)
		require.Equal(t, "acme", read.Owner)
		if err != nil {
			require.ErrorContains(t, err, `sqlstore: the stored record of owner "acme" can't be read: `)
			return
		}
		written, err := encodeOwner(read)
		if err != nil {
			require.ErrorContains(t, err, "year outside of range") // the offset moves it beyond the year 9999
			return
		}
		again, err := decodeOwner("acme", written)
		require.NoError(t, err)
		require.Equal(t, inUTC(read), again)
	})
}

// inUTC returns a record as it is read back.
func inUTC(o activation.OwnerRecord) activation.OwnerRecord {
	instants := []*time.Time{&o.Check.LastTry, &o.Check.LastSuccess, &o.Check.Next, &o.Settled}
	if r := o.Check.Refused; r != nil {
		instants = append(instants, &r.At, &r.IssuedAt, &r.ValidFrom, &r.Expires, &r.GraceUntil)
	}
	for _, l := range licensesOf(o) {
		instants = append(instants, &l.At, &l.Begins, &l.Offered, &l.Withdrawn)
		if l.Schedule != nil {
			instants = append(instants, &l.Schedule.At)
		}
	}
	for _, at := range instants {
		*at = stored(*at)
	}
	return o
}

// FuzzDecodeHistory: a stored entry is read or refused in one sentence, and what
// was read is written and read again as the same, unless no database keeps it.
func FuzzDecodeHistory(f *testing.F) {
	three := int64(3)
	for _, e := range []activation.HistoryEntry{
		{Kind: activation.HistoryActivated},
		{
			Kind: activation.HistoryActivated, Owner: "acme", Source: "feed", From: 1, To: 2, Automatic: true,
			FromLicensee: &license.Licensee{Company: "Example AS", Serial: "S-1"}, ToLicensee: &license.Licensee{Company: "New AS", Serial: "S-2"},
			Changes: []planner.ModuleChange{{Module: "acme.plan", Change: license.Altered, Fields: []string{"quantity"}, Total: 1, NewTotal: 2, Added: 1, InUse: &three}},
		},
	} {
		text, err := encodeHistory(e)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add(`{"kind":"\u0000"}`)
	f.Fuzz(func(t *testing.T, text string) {
		read := activation.HistoryEntry{ID: 12}
		if err := decodeHistory(&read, text); err != nil {
			require.ErrorContains(t, err, "sqlstore: history entry 12 can't be read: ")
			require.Equal(t, activation.HistoryEntry{ID: 12}, read)
			return
		}
		written, err := encodeHistory(read)
		if err != nil {
			require.EqualError(t, err, "sqlstore: a text has a NUL")
			require.Contains(t, strings.ToLower(text), `\u0000`)
			return
		}
		again := activation.HistoryEntry{ID: 12}
		require.NoError(t, decodeHistory(&again, written))
		require.JSONEq(t, written, mustEncode(t, again))
	})
}

func mustEncode(t *testing.T, e activation.HistoryEntry) string {
	t.Helper()
	text, err := encodeHistory(e)
	require.NoError(t, err)
	return text
}
