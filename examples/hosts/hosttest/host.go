// Package hosttest is the suite of the examples that change users and seats: what
// a host may rely on, whatever its transactions look like.
package hosttest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// Tenant is the tenant that the suite uses, and Module the one whose seats it gives.
const (
	Tenant = "tenant-42"
	Module = "acme.sales"
)

// Host is a host in one process.
type Host struct {
	Engine *activation.Engine
	// Invite writes a user and gives it a seat, calls more, and commits, all of
	// it or nothing. A refusal is written to the audit instead of the user; that
	// is committed, and the refusal returned. Invite may call more again.
	Invite func(ctx context.Context, id string, more func() error) error
	// Nested invites two people in one transaction, and takes the part of the
	// inner one back before it commits.
	Nested func(ctx context.Context, outer, inner string) error
	// Conflict is what the database says when something is to be run again.
	Conflict error
	// Column returns a column of text of the host's tables.
	Column func(ctx context.Context, query string) ([]string, error)
	Close  func() error
}

// Suite is a kind of host.
type Suite struct {
	// DSN returns where the database of a test is, empty.
	DSN func(t testing.TB) string
	// Open opens a host there, in as many processes as there are. Its engine is
	// made with the options.
	Open func(ctx context.Context, dsn string, options ...activation.Option) (*Host, error)
	// Polls says that other processes do not hear of a change, and look.
	Polls bool
}

// key signs the licenses, and the hosts trust it.
var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("hosts"), 8)[:ed25519.SeedSize])

// Engine makes the engine of a host.
func Engine(store activation.Store, options ...activation.Option) (*activation.Engine, error) {
	trust, err := Trust()
	if err != nil {
		return nil, err
	}
	return activation.New(store, trust, options...)
}

// Trust is what the hosts trust.
func Trust() (*signed.Trust, error) {
	return signed.NewTrust(signed.TrustedKey{Key: key.Public().(ed25519.PublicKey), Owners: []string{"acme"}}) //nolint:errcheck // the public key of an ed25519.PrivateKey
}

// Buy activates a license of so many seats. Changes are applied to it.
func Buy(ctx context.Context, engine *activation.Engine, seats int64, changes ...func(*license.License)) error {
	envelope, err := Envelope(seats, changes...)
	if err != nil {
		return err
	}
	crm := engine.Tenant(Tenant).As("admin")
	if err := crm.Expect(ctx, "acme", planner.Expected{Serial: "4711"}); err != nil {
		return err
	}
	_, err = crm.Load(ctx, bytes.NewReader(envelope))
	return err
}

// Envelope is a signed license of so many seats.
func Envelope(seats int64, changes ...func(*license.License)) ([]byte, error) {
	l := &license.License{
		Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Company: "Example AS", Serial: "4711"},
		Number: 1, IssuedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Modules: []license.Module{{Name: "sales", Kind: license.User, Quantity: seats}},
	}
	for _, change := range changes {
		change(l)
	}
	document, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return signed.Sign(document, key)
}

// User is a user who is to have a seat.
func User(id string) seat.Holder {
	return seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: []string{Module}}
}

// CreateTables makes the tables of a host, in any number of processes at once.
const CreateTables = `
	SELECT pg_advisory_lock(4711);
	CREATE TABLE IF NOT EXISTS users (id text PRIMARY KEY);
	CREATE TABLE IF NOT EXISTS audit (refused text NOT NULL);
	SELECT pg_advisory_unlock(4711);`

// Invite is what a host does in its transaction: exec runs a statement there, in
// which $1 stands for the id.
func Invite(ctx context.Context, seats *activation.Actor, id string, exec func(statement, id string) error) (refused, err error) {
	if err := exec(`INSERT INTO users (id) VALUES ($1)`, id); err != nil {
		return nil, err
	}
	return Refused(ctx, seats, id, func() error {
		return errors.Join(exec(`DELETE FROM users WHERE id = $1`, id), exec(`INSERT INTO audit (refused) VALUES ($1)`, id))
	})
}

// Refused gives a seat to a user who was written. That there is none is no error
// of the transaction, which goes on with audit.
func Refused(ctx context.Context, seats *activation.Actor, id string, audit func() error) (refused, err error) {
	if _, err = seats.Admit(ctx, User(id)); !errors.Is(err, seat.ErrNoFreeSeat) {
		return nil, err
	}
	return err, audit()
}

// Column returns a column of text.
func Column(ctx context.Context, db *sql.DB, query string) (values []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // it was only read from
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}
