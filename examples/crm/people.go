package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/georgysavva/scany/v2/sqlscan"
	"golang.org/x/crypto/bcrypt"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	administrator = "administrator"
	ordinary      = "user"
	minPassword   = 10
	maxPassword   = 72 // bytes; bcrypt looks at no more
)

// person is a row of the host's own table of users.
type person struct {
	ID, Name, Kind, Type, Role string
	Password                   string // a digest; empty for users who can't sign in
	Active                     bool
	LastSeen                   instant
}

// holder is what the library is told of a user, who is to have modules.
func (p person) holder(modules ...string) seat.Holder {
	return seat.Holder{ID: p.ID, Kind: license.Kind(p.Kind), Type: p.Type, Assigned: modules}
}

// errNobody says that there is no such user.
var errNobody = refusal(http.StatusNotFound, "There is no such user.")

// people is the host's users of one tenant.
type people struct {
	db     *database
	tenant string
}

// rowOf begins the query of users, who come by the names of columns.
const rowOf = `SELECT id, name, kind, type, role, coalesce(password, '') AS password, active, last_seen FROM crm_user WHERE tenant = $1 AND `

// find returns a user, active or not. A text that can't be an id is nobody's,
// and the database is not asked.
func (p people) find(ctx context.Context, id string) (found person, err error) {
	if seat.CheckID(id) != nil {
		return found, errNobody
	}
	err = sqlscan.Get(ctx, p.db, &found, rowOf+`id = $2`, p.tenant, id)
	if sqlscan.NotFound(err) {
		err = errNobody
	}
	return found, err
}

// lock returns those of the users that there are, by id. They stay as they are,
// and others who lock them wait, until the transaction ends. In SQLite a
// transaction that was begun to write is alone.
func (p people) lock(ctx context.Context, tx *sql.Tx, ids ...string) (map[string]person, error) {
	args, places := []any{p.tenant}, []string{"''"}
	for _, id := range ids {
		if seat.CheckID(id) == nil {
			args = append(args, id)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
	}
	text := rowOf + `id IN (` + strings.Join(places, ", ") + `) ORDER BY id`
	if p.db.dialect == sqlstore.PostgreSQL {
		text += " FOR UPDATE"
	}
	var found []person
	err := sqlscan.Select(ctx, tx, &found, text, args...)
	byID := make(map[string]person, len(found))
	for _, one := range found {
		byID[one.ID] = one
	}
	return byID, err
}

// count returns the number of active users, without satellites.
func (p people) count(ctx context.Context) (n int64, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT count(*) FROM crm_user WHERE tenant = $1 AND active AND kind = 'user'`, p.tenant).Scan(&n)
	return n, err
}

// administrators returns the ids of those whose seats are never proposed for
// release.
func (p people) administrators(ctx context.Context) (ids map[string]bool, err error) {
	var found []string
	err = sqlscan.Select(ctx, p.db, &found, `SELECT id FROM crm_user WHERE tenant = $1 AND role = $2`, p.tenant, administrator)
	ids = make(map[string]bool, len(found))
	for _, id := range found {
		ids[id] = true
	}
	return ids, err
}

// types returns the types that active users have, for a filter. It goes from one
// to the next by the index, so it reads as many rows as there are types.
func (p people) types(ctx context.Context) (types []string, err error) {
	err = sqlscan.Select(ctx, p.db, &types, distinctTypes, p.tenant)
	return types, err
}

const distinctTypes = `WITH RECURSIVE known(type) AS (
		SELECT min(type) FROM crm_user WHERE tenant = $1 AND active AND type > ''
		UNION ALL
		SELECT (SELECT min(type) FROM crm_user WHERE tenant = $1 AND active AND type > known.type) FROM known WHERE type IS NOT NULL
	) SELECT type FROM known WHERE type IS NOT NULL`

// put inserts users; those who are there already stay as they are.
func (p people) put(ctx context.Context, on execer, users ...person) error {
	for _, u := range users {
		err := p.db.exec(ctx, on, `INSERT INTO crm_user (tenant, id, name, kind, type, role, password, active, last_seen)
			VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, $9) ON CONFLICT (tenant, id) DO NOTHING`,
			p.tenant, u.ID, u.Name, u.Kind, u.Type, u.Role, u.Password, u.Active, p.db.instant(u.LastSeen.Time))
		if err != nil {
			return fmt.Errorf("user %q: %w", u.ID, err)
		}
	}
	return nil
}

// seen records that somebody who is active signed in. It locks the user until the
// transaction ends.
func (p people) seen(ctx context.Context, tx *sql.Tx, id string, at time.Time) error {
	result, err := tx.ExecContext(ctx, `UPDATE crm_user SET last_seen = $3 WHERE tenant = $1 AND id = $2 AND active`,
		p.tenant, id, p.db.instant(at))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errNotSignedIn
}

// setActive is part of the transaction in which seats are released. The sessions
// that there are end for good.
func (p people) setActive(ctx context.Context, on execer, id string, active bool) error {
	if err := p.db.exec(ctx, on, `DELETE FROM crm_session WHERE tenant = $1 AND person = $2`, p.tenant, id); err != nil {
		return err
	}
	return p.db.exec(ctx, on, `UPDATE crm_user SET active = $3 WHERE tenant = $1 AND id = $2`, p.tenant, id, active)
}

// passwordDigest makes what is stored of a password, at a cost of bcrypt's.
func passwordDigest(password string, cost int) (string, error) {
	digest, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	return string(digest), err
}

// hasPassword compares in the time that a digest takes, also where there is
// none, so that nobody learns by the clock who exists.
func (p person) hasPassword(password string) bool {
	digest := p.Password
	if digest == "" || !p.Active {
		digest = nobodysDigest
	}
	err := bcrypt.CompareHashAndPassword([]byte(digest), []byte(password))
	return err == nil && p.Active && p.Password != "" && len(password) <= maxPassword
}

// nobodysDigest is that of a random text which was thrown away.
const nobodysDigest = "$2a$10$bhE8nnAvoatgYEVKiY4rSOtm7FHDQ0q2W16Ha2rjZpvDdUBAx6wCe"
