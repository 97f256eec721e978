// Embed is the smallest honest host: a program with a table of users of its own
// in PostgreSQL, who get a seat of a license or are not let in. Each command is
// a transaction. docs/embedding.md goes through it.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

//go:embed trust.json
var trusted []byte // the vendor's public key

type host struct {
	pool  *pgxpool.Pool
	store *sqlstore.Postgres
	crm   *activation.Tenant
}

func main() {
	if err := run(context.Background(), os.Getenv("DATABASE_URL"), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dsn string, args []string) error {
	if dsn == "" {
		return errors.New("set DATABASE_URL to a PostgreSQL database, like postgres://user:password@localhost/crm")
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	h, err := open(ctx, pool)
	if err != nil {
		return err
	}
	commands := map[string]func(context.Context, string) error{
		"load": h.load, "invite": h.invite, "deactivate": h.deactivate, "reactivate": h.reactivate,
	}
	if len(args) != 2 || commands[args[0]] == nil {
		return errors.New("usage: load FILE | invite USER | deactivate USER | reactivate USER")
	}
	err = commands[args[0]](ctx, args[1])
	var full *seat.NoFreeSeatError
	if errors.As(err, &full) { // the figures are the library's, the words the host's
		return fmt.Errorf("no seat for %s: %d of %d are in use", args[1], full.InUse, full.Capacity)
	}
	return err
}

func open(ctx context.Context, pool *pgxpool.Pool) (*host, error) {
	store, err := sqlstore.NewPostgres(pool)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS users ( -- the host's own table
		id     text PRIMARY KEY,
		active boolean NOT NULL DEFAULT true,
		held   jsonb -- what a user had who has left
	)`)
	if err := errors.Join(err, store.Migrate(ctx)); err != nil { // the library's tables
		return nil, err
	}
	trust, err := signed.ParseTrust(trusted)
	if err != nil {
		return nil, err
	}
	engine, err := activation.New(store, trust)
	if err != nil {
		return nil, err
	}
	h := &host{pool: pool, store: store, crm: engine.Tenant("tenant-42")}
	return h, h.crm.Expect(ctx, "admin", "acme", activation.BindTo{Serial: "4711"}) // who bought what
}

func (h *host) load(ctx context.Context, name string) error {
	file, err := os.ReadFile(name) //nolint:gosec // it is the user's own
	if err != nil {
		return err
	}
	result, err := h.crm.Load(ctx, "admin", bytes.NewReader(file))
	if err == nil {
		fmt.Printf("license %d is %s, activated: %t\n", result.Plan.To, result.Plan.Status, result.Activated)
	}
	return err
}

// invite makes a user who has a seat, or none.
func (h *host) invite(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO users (id) VALUES ($1)`, id); err != nil {
			return err
		}
		crm := h.crm.In(h.store.Bind(tx))
		if err := crm.UpdateHolders(ctx, seat.Holder{ID: id, Kind: license.User, Type: "internal"}); err != nil {
			return err
		}
		return crm.Assign(ctx, "admin", seat.Assignment{Holder: id, Module: "acme.sales"})
	})
}

// deactivate gives back all that a user has, and remembers what it was.
func (h *host) deactivate(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE users SET active = false WHERE id = $1 AND active RETURNING id`, id).Scan(&id)
		if err != nil {
			return err // pgx.ErrNoRows: there is no such user
		}
		retired, err := h.crm.In(h.store.Bind(tx)).Retire(ctx, "admin", id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE users SET held = $2 WHERE id = $1`, id, retired.Changes)
		return err
	})
}

// reactivate gives a user all that it had, or does not let it return.
func (h *host) reactivate(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		var held []seat.Assignment
		err := tx.QueryRow(ctx, `UPDATE users SET active = true WHERE id = $1 AND NOT active RETURNING held`, id).Scan(&held)
		if err != nil {
			return err
		}
		crm := h.crm.In(h.store.Bind(tx))
		if err := crm.UpdateHolders(ctx, seat.Holder{ID: id, Kind: license.User, Type: "internal"}); err != nil {
			return err
		}
		return crm.Assign(ctx, "admin", held...)
	})
}
