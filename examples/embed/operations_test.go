package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// outbox is where a host leaves what is to be sent: mails, tickets, webhooks.
type outbox struct{ lines []string }

// tell is called when something has begun to need attention, or become more
// severe, and once more when it is over. An error has it called again later.
func (o *outbox) tell(_ context.Context, tenant string, began, ended []attention.Item) error {
	for _, item := range began {
		if item.Severity.Above(attention.Info) { // the rest is for the banner
			o.lines = append(o.lines, fmt.Sprintf("%s: %s: %s", tenant, item.Severity, item))
		}
	}
	for _, item := range ended {
		if item.Severity.Above(attention.Info) {
			o.lines = append(o.lines, fmt.Sprintf("%s: over: %s of %s", tenant, item.Code, item.Owner))
		}
	}
	return nil
}

func (o *outbox) read() []string {
	lines := o.lines
	o.lines = nil
	return lines
}

// banner is what a page shows above everything else.
func banner(status *activation.TenantStatus, now time.Time) (lines []string) {
	for _, item := range status.Attention(now) {
		lines = append(lines, item.String())
	}
	return lines
}

const day = 24 * time.Hour

func TestAttention(t *testing.T) {
	down := problem("the feed is being moved")
	expires := time.Date(2026, 6, 20, 9, 0, 0, 0, time.UTC)
	grace := expires.Add(7 * day)
	var box outbox
	s := newStory(t, activation.WithSource("acme", down), activation.WithAttention(box.tell))
	dated := func(l *license.License) { l.Expires, l.GraceUntil = &expires, &grace }
	s.load(issue(t, vendorKey(t), 1, 7, dated))
	at := func(now time.Time) []string {
		s.now = now
		require.NoError(t, s.crm.RenewDue(t.Context()))
		return box.read()
	}
	shown := func(now time.Time) []string {
		status, err := s.crm.Status(t.Context())
		require.NoError(t, err)
		return banner(status, now)
	}
	assert.Equal(t, []string{"tenant-42: warning: acme: the license expires in 19 days"}, at(s.now))

	s.seated("u1", "u2", "u3", "u4", "u5", "u6")
	assert.Contains(t, shown(s.now), "acme.sales: 6 of 7 seats in use")
	s.seated("u7")
	assert.Contains(t, shown(s.now), "acme.sales: 7 of 7 seats in use")
	assert.Empty(t, at(s.now.Add(time.Hour)), "nobody is woken up for that")
	s.load(issue(t, vendorKey(t), 2, 6, dated))
	assert.Equal(t, []string{
		"tenant-42: warning: acme: license 2 is blocked: acme.sales would have 7 of 6 seats in use, release 1",
	}, at(s.now.Add(time.Minute)))
	for range 3 {
		_, err := s.crm.Renew(t.Context(), "acme")
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"tenant-42: warning: acme: 3 checks in a row failed: the feed is being moved"}, at(s.now.Add(time.Minute)))
	assert.Equal(t, []string{"tenant-42: critical: acme: the license expires in 24 hours"}, at(expires.Add(-day)))
	assert.Equal(t, []string{
		"tenant-42: critical: acme: the license has expired, and everything will be read-only in 7 days",
		"tenant-42: over: expires-soon of acme",
	}, at(expires))
	assert.Contains(t, at(grace), "tenant-42: critical: acme: the license has ended, and everything is read-only")

	assert.Contains(t, shown(s.now.Add(-time.Hour)), "the clock is behind what was recorded, until 2026-06-27T08:55:00Z")
	revoked, err := s.trust.Revoke(signed.Thumbprint(vendorKey(t).Public().(ed25519.PublicKey))) //nolint:errcheck // the public key of an ed25519.PrivateKey
	require.NoError(t, err)
	s.reopen(revoked)
	assert.Contains(t, shown(s.now), "acme: the license does not verify (key-revoked), so nobody may use its modules")
}

// problem is a feed that can't be reached.
type problem string

func (p problem) Check(context.Context, source.Request) (source.Outcome, error) {
	return source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
		Reason: source.ReasonUnavailable, Temporary: true, Title: string(p),
	}}, nil
}

// TestFeedIsDown is what the page says of a feed that is down.
func TestFeedIsDown(t *testing.T) {
	s := newStory(t, activation.WithSource("acme", problem("no route to host")))
	s.load(issue(t, vendorKey(t), 1, 1))
	s.seated("ann")
	for _, wait := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour} {
		result, err := s.crm.Renew(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, s.now.Add(wait-wait/20), result.Check.Next, "half of the tenth by which a wait may be shorter")
		s.now = result.Check.Next
	}
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	check := status.Owners[0].Check
	assert.Equal(t, 3, check.Failures)
	assert.Equal(t, source.KindProblem, check.Outcome)
	assert.Equal(t, "no route to host", check.Title)
	assert.Zero(t, check.LastSuccess)
	assert.Equal(t, seat.ReasonLicensed, s.mayAnn().Reason)
	assert.True(t, s.load(issue(t, vendorKey(t), 2, 2)).Activated, "as a file")
}

// TestKeyRotation is the page's order of steps, and what skipping one does.
func TestKeyRotation(t *testing.T) {
	old, next := vendorKey(t), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize))
	trustIn := func(keys ...ed25519.PrivateKey) *signed.Trust {
		var trustedKeys []signed.TrustedKey
		for _, key := range keys {
			trustedKeys = append(trustedKeys, signed.TrustedKey{
				Key: key.Public().(ed25519.PublicKey), Owners: []string{"acme"}, //nolint:errcheck // it is one
			})
		}
		trust, err := signed.NewTrust(trustedKeys...)
		require.NoError(t, err)
		return trust
	}
	s := newStory(t)
	s.load(issue(t, old, 1, 1))
	s.seated("ann")

	s.reopen(trustIn(next)) // too early
	assert.Equal(t, seat.ReasonNotLicensed, s.mayAnn().Reason)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, status.Owners[0].Unverified, signed.CodeUnknownKey)

	s.reopen(trustIn(old, next))
	assert.Equal(t, seat.ReasonLicensed, s.mayAnn().Reason)
	assert.True(t, s.load(issue(t, next, 2, 1)).Activated)
	s.reopen(trustIn(next))
	assert.Equal(t, seat.ReasonLicensed, s.mayAnn().Reason)

	revoked, err := trustIn(old, next).Revoke(signed.Thumbprint(next.Public().(ed25519.PublicKey))) //nolint:errcheck // it is one
	require.NoError(t, err)
	s.reopen(revoked)
	assert.Equal(t, seat.ReasonNotLicensed, s.mayAnn().Reason)
	_, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(issue(t, next, 3, 1)))
	require.ErrorIs(t, err, signed.CodeKeyRevoked)
	assert.True(t, s.load(issue(t, old, 3, 1)).Activated)
	assert.Equal(t, seat.ReasonLicensed, s.mayAnn().Reason, "the seats are where they were")
}

// TestClockWasWrong is a clock that ran a year ahead for a moment.
func TestClockWasWrong(t *testing.T) {
	s := newStory(t)
	expires := s.now.AddDate(0, 6, 0)
	s.load(issue(t, vendorKey(t), 1, 1, func(l *license.License) { l.Expires = &expires }))
	s.seated("ann")
	right := s.now
	s.now = right.AddDate(1, 0, 0)
	s.admit(holder("bob"))
	s.now = right
	assert.Equal(t, seat.ReasonLapsed, s.mayAnn().Reason)
	_, err := s.crm.As("eva").ResetClock(t.Context())
	require.NoError(t, err)
	assert.Equal(t, seat.ReasonLicensed, s.mayAnn().Reason)
}

// erase forgets the name of a user who has left.
func erase(ctx context.Context, crm *activation.Actor, id, pseudonym string) error {
	if _, err := crm.Retire(ctx, id); err != nil {
		return err
	}
	return crm.Erase(ctx, id, pseudonym)
}

func TestErase(t *testing.T) {
	ctx, s := t.Context(), newStory(t)
	s.load(issue(t, vendorKey(t), 1, 1))
	s.seated("ann")
	require.NoError(t, erase(ctx, s.crm.As("eva"), "ann", "erased-5f1c"))
	entries := 0
	for entry, err := range s.crm.AllLog(ctx) {
		require.NoError(t, err)
		assert.Equal(t, "erased-5f1c", entry.Holder)
		entries++
	}
	assert.Equal(t, 2, entries)
}

// verifyAll is what to run after a restore, for each tenant.
func verifyAll(ctx context.Context, engine *activation.Engine, tenants ...string) ([]activation.Drift, error) {
	var found []activation.Drift
	for _, id := range tenants {
		drift, err := engine.Tenant(id).Verify(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, drift...)
	}
	return found, nil
}

// backup is the statement that the page shows.
const backup = `VACUUM INTO 'backup.db'`

// TestRestore goes back to a backup that is older than what a process has seen.
func TestRestore(t *testing.T) {
	ctx := t.Context()
	t.Chdir(t.TempDir())
	trust, err := signed.ParseTrust(trusted)
	require.NoError(t, err)
	db, crm, err := openFile("crm.db", trust)
	require.NoError(t, err)
	require.NoError(t, crm.As("admin").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))
	h := &host{crm: crm}
	require.NoError(t, h.load(ctx, written(t, issue(t, vendorKey(t), 1, 1))))
	_, err = db.ExecContext(ctx, backup)
	require.NoError(t, err)
	_, err = crm.As("admin").Admit(ctx, holder("ann"))
	require.NoError(t, err)
	require.NoError(t, h.load(ctx, written(t, issue(t, vendorKey(t), 2, 2))))
	require.NoError(t, db.Close())

	db, err = sql.Open("sqlite", filepath.Join(".", "backup.db"))
	require.NoError(t, err)
	defer db.Close() //nolint:errcheck // the test is over
	store, err := sqlstore.NewDB(db, sqlstore.SQLite)
	require.NoError(t, err)
	engine, err := activation.New(store, trust)
	require.NoError(t, err)
	drift, err := verifyAll(ctx, engine, "tenant-42")
	require.NoError(t, err)
	assert.Empty(t, drift)
	h = &host{crm: engine.Tenant("tenant-42")}
	status, err := h.crm.Status(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(1), status.Owners[0].Number, "the next check of the feed brings the newest one")
	require.NoError(t, h.load(ctx, written(t, issue(t, vendorKey(t), 2, 2))))
	status, err = h.crm.Status(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(2), status.Owners[0].Number)
}

// overdue is how many tenants have waited for their checks too long: the
// statement that the page shows.
const overdue = `SELECT count(*) FROM seatwright_tenant WHERE due < now() - interval '1 hour'`

func TestOverdue(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 1)
	count := func() (n int) {
		require.NoError(t, h.pool.QueryRow(ctx, overdue).Scan(&n))
		return n
	}
	assert.Equal(t, 0, count())
	_, err := h.pool.Exec(ctx, `UPDATE seatwright_tenant SET due = now() - interval '2 hours'`)
	require.NoError(t, err)
	assert.Equal(t, 1, count())
}

// sendScenario writes what the vendor asks for before it signs a license.
func sendScenario(ctx context.Context, tenant *activation.Tenant, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(tenant.Scenario(ctx, "acme", f), f.Close())
}

func TestSendScenario(t *testing.T) {
	s := newStory(t)
	file := filepath.Join(t.TempDir(), "scenario.json")
	require.NoError(t, sendScenario(t.Context(), s.crm, file))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), `"holders":[`)
}
