package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestChaos is half a minute of everything at once on each database, half of that
// outside of the gate.
// A longer run is `go run ./internal/soak -database postgresql`.
func TestChaos(t *testing.T) {
	for _, database := range []string{postgresql, sqlite} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			length := 15 * time.Second
			if os.Getenv("CI") != "" {
				length *= 2
			}
			s := chaosSettings(database, length, 1)
			s.Kill = 2 * time.Second
			h, err := chaos(t.Context(), s)
			if err != nil {
				pgtest.Missing(t, err)
			}
			var report bytes.Buffer
			require.NoError(t, h.report(&report))
			require.True(t, h.holds(), "%s", &report)
			t.Log(report.String())
		})
	}
}

// filled makes a tenant in which two users have a seat.
const filled = `
INSERT INTO seatwright_tenant (tenant, revision, changes_since, log_last, history_last, combination_last) VALUES ('t000', 1, 0, 0, 0, 1);
INSERT INTO seatwright_revision VALUES ('t000', 1, 'token');
INSERT INTO seatwright_owner VALUES ('t000', 'acme', '{"active":{"number":1,"digest":"00"}}');
INSERT INTO seatwright_combination VALUES ('t000', 1, 'user', '', '["acme.plan"]', 2);
INSERT INTO seatwright_holder VALUES ('t000', 'w0-user0', 1, 1), ('t000', 'w0-user1', 1, 1);`

// What must not be is seen by hand, each kind of it.
func TestLook(t *testing.T) {
	for name, c := range map[string]struct{ spoil, want string }{
		"nothing":             {"UPDATE users SET active = true", ""},
		"census":              {"UPDATE seatwright_combination SET holders = holders + 1", "the census has 3 holders"},
		"seat without a user": {"DROP TRIGGER seatwright_user_deleted; DELETE FROM users WHERE id = 'w0-user0'", "w0-user0 has [acme.plan] and is no active user"},
		"seat of the inactive": {
			"DROP TRIGGER seatwright_user_deactivated; UPDATE users SET active = false WHERE id = 'w0-user1'",
			"w0-user1 has [acme.plan] and is no active user",
		},
		"no token":    {"DELETE FROM seatwright_revision", "revision 1 has no token"},
		"no tenant":   {"DELETE FROM seatwright_tenant", "is of no tenant"},
		"combination": {"DELETE FROM seatwright_combination", "w0-user0 has the combination"},
		"oversold":    {"DELETE FROM seatwright_owner", "license 0 has 0 seats of acme.plan, and 2 are in use"},
	} {
		t.Run(name, func(t *testing.T) {
			_, dsn, _, err := openServer(sqlite, t.TempDir())
			require.NoError(t, err)
			e, err := openEstate(t.Context(), sqlite, dsn)
			require.NoError(t, err)
			defer e.close()
			v := vendor{Town: town{Tenants: 1, Workers: 1}, Seed: 1}
			require.NoError(t, e.found(t.Context(), v.Town))
			for _, statements := range []string{filled, c.spoil} {
				_, err = e.db.ExecContext(t.Context(), statements)
				require.NoError(t, err)
			}
			s, err := look(t.Context(), e)
			require.NoError(t, err)
			wrong := s.wrong
			for tenant, of := range s.tenants {
				if of.number == 0 { // this test is not about the number of seats
					wrong = append(wrong, of.oversold(v, tenant)...)
				}
			}
			if c.want == "" {
				require.Empty(t, wrong)
				return
			}
			require.Contains(t, fmt.Sprint(wrong), c.want)
		})
	}
}

func TestReadTemplate(t *testing.T) {
	text, err := readTemplate("release_sqlite.sql")
	require.NoError(t, err)
	require.Contains(t, text, "CREATE TRIGGER")
	t.Chdir(filepath.Dir(t.TempDir()))
	_, err = readTemplate("release_sqlite.sql")
	require.Error(t, err, "outside of the repository")
}

func TestHavoc(t *testing.T) {
	calm := func() *havoc {
		return &havoc{
			settings: settings{Database: sqlite}, looks: 1, full: 1, disasters: map[string]int{killed: 2},
			counts: map[string]int{"act: shop done": 3, "snapshot compared-in-the-first-worker": 1},
		}
	}
	require.True(t, calm().holds())
	for name, spoil := range map[string]func(*havoc){
		"wrong":        func(h *havoc) { h.wrong = []string{"a seat too many"} },
		"not looked":   func(h *havoc) { h.looks = 0 },
		"never full":   func(h *havoc) { h.full = 0 },
		"not compared": func(h *havoc) { h.counts = nil },
		"nothing lost": func(h *havoc) { h.settings.Database = postgresql },
	} {
		h := calm()
		spoil(h)
		require.False(t, h.holds(), name)
	}
	file := filepath.Join(t.TempDir(), "soak.md")
	require.NoError(t, os.WriteFile(file, []byte("# A\n<!-- begin sqlite -->\nstale\n<!-- end sqlite -->\nB\n"), 0o600))
	for range 2 {
		require.NoError(t, calm().replaceIn(file))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "| a worker was killed | 2 |")
	require.Contains(t, string(text), "| act: shop | done 3 |")
	require.NotContains(t, string(text), "stale")
	require.Equal(t, 1, strings.Count(string(text), "All claims hold: yes"))
	require.Contains(t, string(text), "<!-- end sqlite -->\nB\n")
	h := calm()
	h.settings.Database = postgresql
	require.ErrorContains(t, h.replaceIn(file), "has no part")
}

// What is not known to be the database's own trouble is a finding.
func TestWeather(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&pgconn.PgError{Code: "40001"}, "conflicting"},
		{&pgconn.PgError{Code: "57P01"}, "cut-off"},
		{&pgconn.PgError{Code: "23505"}, ""},
		{&pgconn.PgError{Code: "25P02"}, ""},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "cut-off"},
		{activation.ErrOutcomeUnknown, "cut-off"},
		{errors.New("the envelope is missing"), ""},
	} {
		require.Equal(t, c.want, weather(c.err), c.err)
	}
}

// Only an offer may outlive its key, and only once the key is revoked.
func TestOutlivesItsKey(t *testing.T) {
	revoked, kept := &judge{vendor: vendor{Change: origin}, at: origin}, &judge{at: origin}
	offer := activation.Drift{Code: activation.DriftOffer, Stored: "signed license: unknown-key: the license's key is neither trusted nor granted"}
	active, spoiled := offer, offer
	active.Code, spoiled.Stored = activation.DriftLicense, "signed license: bad-signature: it was changed"
	require.True(t, revoked.outlivesItsKey(offer))
	require.False(t, kept.outlivesItsKey(offer))
	require.False(t, revoked.outlivesItsKey(active))
	require.False(t, revoked.outlivesItsKey(spoiled))
}
