package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/seatwright/seatwright/activation"
)

const (
	sessionLength = 8 * time.Hour
	// How often a name, and an address, may be wrong before it has to wait.
	maxFailures        = 5
	maxAddressFailures = 50
	failureWindow      = 15 * time.Minute
	maxRemembered      = 10_000
)

// visitor is who is signed in.
type visitor struct {
	ID, Name string
	Admin    bool
	// status is what there is of licenses, as of the request.
	status *activation.TenantStatus
}

// errNotSignedIn sends to the page for signing in.
var errNotSignedIn = refusal(http.StatusUnauthorized, "You are not signed in.")

// sessions keeps who is signed in. A token is known to the browser alone; the
// database has its digest.
type sessions struct {
	db     *database
	people people
	clock  func() time.Time
	secure bool
}

// cookieName has the prefix by which browsers refuse one that was set by
// another host or without https.
func (s sessions) cookieName() string {
	if s.secure {
		return "__Host-session"
	}
	return "session"
}

// begin makes a new session, whatever the browser has sent, so that nobody can
// hand somebody a session that is known already. A user who is deactivated
// meanwhile is not signed in: the session would count again once that person is
// back.
func (s sessions) begin(ctx context.Context, w http.ResponseWriter, r *http.Request, who person) error {
	if err := s.end(ctx, r); err != nil {
		return err
	}
	token, now := rand.Text()+rand.Text(), s.clock()
	err := s.db.transaction(ctx, func(tx *sql.Tx) error {
		if err := s.people.seen(ctx, tx, who.ID, now); err != nil {
			return err
		}
		return s.db.exec(ctx, tx, `INSERT INTO crm_session (session, tenant, person, expires) VALUES ($1, $2, $3, $4)`,
			digest(token), s.people.tenant, who.ID, now.Add(sessionLength).Unix())
	})
	if err == nil {
		http.SetCookie(w, s.cookie(token, int(sessionLength/time.Second)))
	}
	return err
}

func (s sessions) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure is set if the site is served over https
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

// end forgets the session of a request, and those that are over.
func (s sessions) end(ctx context.Context, r *http.Request) error {
	return s.db.exec(ctx, s.db, `DELETE FROM crm_session WHERE session = $1 AND tenant = $2 OR expires <= $3`, s.key(r), s.people.tenant, s.clock().Unix())
}

// of returns who sends a request, as the table of users has them now: whoever
// is deactivated is out at once.
func (s sessions) of(ctx context.Context, r *http.Request) (v visitor, err error) {
	key := s.key(r)
	if key == nil {
		return v, errNotSignedIn
	}
	err = s.db.QueryRowContext(ctx, `SELECT u.id, u.name, u.role = $4 FROM crm_session AS s JOIN crm_user AS u ON u.tenant = s.tenant AND u.id = s.person
		WHERE s.session = $1 AND s.tenant = $2 AND s.expires > $3 AND u.active`, key, s.people.tenant, s.clock().Unix(), administrator).
		Scan(&v.ID, &v.Name, &v.Admin)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNotSignedIn
	}
	return v, err
}

// key is what the database knows the session of a request by, nil if it has none.
func (s sessions) key(r *http.Request) []byte {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return nil
	}
	return digest(cookie.Value)
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// failures counts wrong passwords, so that nobody can try many. It is for one
// instance; each more gives an attacker as many tries again.
type failures struct {
	clock func() time.Time
	mu    sync.Mutex
	by    map[string]int // by name, and by address
	until time.Time      // when all of them are forgotten
}

// try counts an attempt as a failure before it is made, so that many at once
// count too; [failures.succeeded] takes it back. If a name or an address has
// failed too often, it says how long that still has to wait, and counts nothing.
// When too many are remembered, all are forgotten.
func (f *failures) try(name, address string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock()
	if !f.until.After(now) || len(f.by) > maxRemembered-2 {
		f.by, f.until = make(map[string]int), now.Add(failureWindow)
	}
	if f.by[name] >= maxFailures || f.by[address] >= maxAddressFailures {
		return f.until.Sub(now)
	}
	f.by[name]++
	f.by[address]++
	return 0
}

// succeeded forgets what a name has failed, and one attempt of an address.
func (f *failures) succeeded(name, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.by, name)
	f.by[address] = max(0, f.by[address]-1)
}
