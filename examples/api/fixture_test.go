package api_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/api/apitest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

const tenant = "tenant-42"

// start is the instant of tests.
var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// key signs the licenses of tests.
var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("api."), 8))

// errNobody is what a host says where there is no such user.
var errNobody = &api.StatusError{Status: http.StatusNotFound, Sentence: "There is no such user."}

// host is a small one: users in a table, and who asks is said by the test.
type host struct {
	t        testing.TB
	db       *sql.DB
	store    *sqlstore.DB
	seats    *activation.Tenant
	api      *api.API
	contract *apitest.Contract
	caller   api.Caller
	feed     []byte // the license that the owner's source answers with
	jobs     map[string]api.Job
}

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{t: t, contract: apitest.New(t), caller: api.Caller{ID: "eva", Name: "Eva", Administrator: true}, jobs: make(map[string]api.Job)}
	var err error
	h.db, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(t.TempDir(), "host.db"))+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.db.Close()) })
	h.store, err = sqlstore.NewDB(h.db, sqlstore.SQLite)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close()) })
	require.NoError(t, h.store.Migrate(t.Context()))
	h.exec(`CREATE TABLE users (tenant text, holder text, kind text, type text, name text, last_seen INTEGER, active INTEGER, PRIMARY KEY (tenant, holder))`)
	h.exec(`CREATE VIEW people AS SELECT * FROM users WHERE active`)
	for _, id := range []string{"ann", "bob", "cid", "eva", "../x"} {
		h.exec(`INSERT INTO users VALUES (?, ?, 'user', 'internal', ?, NULL, 1)`, tenant, id, strings.ToUpper(id))
	}
	trust, err := signed.NewTrust(signed.TrustedKey{Key: key.Public().(ed25519.PublicKey), Owners: []string{"acme"}}) //nolint:errcheck // the public key of an ed25519.PrivateKey
	require.NoError(t, err)
	feed := source.Func(func(context.Context, source.Request) (source.Outcome, error) {
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{h.feed}}, nil
	})
	engine, err := activation.New(h.store, trust, activation.WithClock(func() time.Time { return start }), activation.WithSource("acme", feed))
	require.NoError(t, err)
	h.seats = engine.Tenant(tenant)
	directory, err := h.store.Directory("people")
	require.NoError(t, err)
	h.api, err = api.New(h.seats, directory, h.asHost())
	require.NoError(t, err)
	return h
}

func (h *host) exec(statement string, args ...any) {
	h.t.Helper()
	_, err := h.db.ExecContext(h.t.Context(), statement, args...)
	require.NoError(h.t, err)
}

func (h *host) asHost() api.Host {
	return api.Host{
		Caller: func(*http.Request) (api.Caller, error) {
			if h.caller.ID == "" {
				return h.caller, &api.StatusError{Status: http.StatusUnauthorized, Sentence: "You are not signed in."}
			}
			return h.caller, nil
		},
		User: func(ctx context.Context, id string) (u api.User, err error) {
			err = h.db.QueryRowContext(ctx, `SELECT holder, name, type, active FROM users WHERE tenant = ? AND holder = ?`, tenant, id).Scan(&u.ID, &u.Name, &u.Type, &u.Active)
			if err != nil {
				err = errNobody
			}
			return u, err
		},
		Query: func(r *http.Request) (sqlstore.DirectoryQuery, error) {
			return sqlstore.DirectoryQuery{Search: r.URL.Query().Get("q"), After: r.URL.Query().Get("after"), Limit: 2}, nil
		},
		Assign: func(ctx context.Context, by, id, module string) error {
			return h.together(ctx, by, id, func(_ *sql.Tx, seats *activation.Actor) error {
				_, err := seats.Admit(ctx, seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: []string{module}})
				return err
			})
		},
		Switch: func(ctx context.Context, by string, swap seat.Swap) error {
			return h.together(ctx, by, swap.Holder, func(_ *sql.Tx, seats *activation.Actor) error {
				_, err := seats.Switch(ctx, swap)
				return err
			})
		},
		Retire: func(ctx context.Context, by, id string) error { return h.active(ctx, by, id, false) },
		Return: func(ctx context.Context, by, id string) error { return h.active(ctx, by, id, true) },
		Propose: func(ctx context.Context, offer *activation.Preview) (*planner.Proposal, error) {
			_, proposal, err := h.seats.Propose(ctx, offer.Owner, []string{"cid", "bob", "ann"})
			return proposal, err
		},
		Order: func(_ context.Context, by string, wanted api.Order) (api.Job, error) {
			job := api.Job{ID: by, Module: wanted.Module, Total: int64(len(wanted.Users)), Refused: []api.Left{}}
			h.jobs[job.ID] = job
			return job, nil
		},
		Job: func(_ context.Context, id string) (api.Job, error) {
			job, ok := h.jobs[id]
			if !ok {
				return job, &api.StatusError{Status: http.StatusNotFound, Sentence: "There is no such job."}
			}
			return job, nil
		},
	}
}

// together decides something about a user in one transaction with the row.
func (h *host) together(ctx context.Context, by, id string, do func(*sql.Tx, *activation.Actor) error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it does nothing after a commit
	var there bool
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM users WHERE tenant = ? AND holder = ?`, tenant, id).Scan(&there); err != nil {
		return err
	}
	if !there {
		return errNobody
	}
	if err := do(tx, h.seats.As(by).In(h.store.Bind(tx))); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	h.seats.Committed()
	return nil
}

func (h *host) active(ctx context.Context, by, id string, active bool) error {
	return h.together(ctx, by, id, func(tx *sql.Tx, seats *activation.Actor) error {
		_, err := tx.ExecContext(ctx, `UPDATE users SET active = ? WHERE tenant = ? AND holder = ?`, active, tenant, id)
		if err == nil && !active {
			_, err = seats.Retire(ctx, id)
		}
		return err
	})
}

// envelope is a signed license with seats of a plan, if any, and another plan.
func envelope(t testing.TB, number, seats int64) []byte {
	t.Helper()
	l := &license.License{
		Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Company: "Example AS", Serial: "4711"}, Number: number, IssuedAt: start.AddDate(0, -1, 0),
		Modules: []license.Module{
			{Name: "light", Kind: license.User, Quantity: 10, Bundle: true},
			{Name: "web", Kind: license.User, Quantity: 100, Hidden: true},
		},
	}
	if seats > 0 {
		l.Modules = append(l.Modules, license.Module{Name: "sales", Kind: license.User, Quantity: seats, Bundle: true, Includes: []string{"web"}})
	}
	document, err := json.Marshal(l)
	require.NoError(t, err)
	text, err := signed.Sign(document, key)
	require.NoError(t, err)
	return text
}

// call sends JSON, and holds the answer to openapi.json.
func (h *host) call(method, path, body string) apitest.Answer {
	h.t.Helper()
	a := h.send(method, path, "application/json", body)
	if path != "/api/openapi.json" {
		h.contract.Check(h.t, method, path, body, a)
	}
	return a
}

func (h *host) send(method, path, kind, body string) apitest.Answer {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	return apitest.Answer{Status: w.Code, Kind: w.Header().Get("Content-Type"), Body: w.Body.String()}
}

// ok calls, and it is done.
func ok[T any](h *host, method, path, body string) (value T) {
	h.t.Helper()
	a := h.call(method, path, body)
	require.Equal(h.t, http.StatusOK, a.Status, "%s %s: %s", method, path, a.Body)
	require.NoError(h.t, json.Unmarshal([]byte(a.Body), &value), a.Body)
	return value
}

// told is a problem as a front end reads it.
type told struct {
	Status        int
	Title, Detail string
	Refusals      []struct{ Rule string }
	Fresh         *activation.Preview
}

// refused calls, which is answered with a problem.
func (h *host) refused(status int, method, path, body string) (p told) {
	h.t.Helper()
	a := h.call(method, path, body)
	require.Equal(h.t, status, a.Status, "%s %s: %s", method, path, a.Body)
	require.NoError(h.t, json.Unmarshal([]byte(a.Body), &p))
	require.Equal(h.t, status, p.Status)
	require.Equal(h.t, http.StatusText(status), p.Title)
	return p
}
