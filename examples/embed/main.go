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
	"github.com/seatwright/seatwright/activation/planner"
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

var commands = map[string]func(*host, context.Context, string) error{
	"load": (*host).load, "invite": (*host).invite, "deactivate": (*host).deactivate, "reactivate": (*host).reactivate,
}

func run(ctx context.Context, dsn string, args []string) error {
	if dsn == "" || len(args) != 2 || commands[args[0]] == nil {
		return errors.New("usage: DATABASE_URL=postgres://… crm load FILE | invite USER | deactivate USER | reactivate USER")
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
	err = commands[args[0]](h, ctx, args[1])
	var full *seat.NoFreeSeatError
	if errors.As(err, &full) { // the figures are the library's, the words the host's
		return fmt.Errorf("no seat for %s: %d of %d are in use", args[1], full.InUse, full.Capacity)
	}
	return err
}

func open(ctx context.Context, pool *pgxpool.Pool) (*host, error) {
	trust, badKeys := signed.ParseTrust(trusted)
	store, badPool := sqlstore.NewPostgres(pool)
	engine, err := activation.New(store, trust)
	if err := errors.Join(badKeys, badPool, err); err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS users ( -- the host's own table
		id     text PRIMARY KEY,
		active boolean NOT NULL DEFAULT true,
		held   jsonb -- what a user had who has left
	)`)
	h := &host{pool: pool, store: store, crm: engine.Tenant("tenant-42")}
	return h, errors.Join(err, store.Migrate(ctx), // the library's tables, and who bought what
		h.crm.As("admin").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))
}

func (h *host) load(ctx context.Context, name string) error {
	file, err := os.ReadFile(name) //nolint:gosec // it is the user's own
	if err != nil {
		return err
	}
	result, err := h.crm.As("admin").Load(ctx, bytes.NewReader(file))
	if err == nil {
		fmt.Printf("license %d is %s, activated: %t\n", result.Plan.To, result.Plan.Status, result.Activated)
	}
	return err
}

// invite makes a user who has a seat, or none.
func (h *host) invite(ctx context.Context, id string) error {
	return h.admit(ctx, id, `INSERT INTO users (id) VALUES ($1) RETURNING jsonb_build_array('acme.sales')`)
}

// reactivate gives a user all that it had, or does not let it return.
func (h *host) reactivate(ctx context.Context, id string) error {
	return h.admit(ctx, id, `UPDATE users SET active = true WHERE id = $1 AND NOT active RETURNING jsonb_path_query_array(held, '$[*].module')`)
}

// admit writes a user, and gives it the modules that the statement returns.
func (h *host) admit(ctx context.Context, id, statement string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		user := seat.Holder{ID: id, Kind: license.User, Type: "internal"}
		if err := tx.QueryRow(ctx, statement, id).Scan(&user.Assigned); err != nil {
			return err
		}
		_, err := h.crm.As("admin").In(h.store.Bind(tx)).Admit(ctx, user)
		return err
	})
}

// deactivate gives back all that a user has, and remembers what it was.
func (h *host) deactivate(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `UPDATE users SET active = false WHERE id = $1 AND active RETURNING id`, id).Scan(&id); err != nil {
			return err // pgx.ErrNoRows: there is no such user
		}
		retired, err := h.crm.As("admin").In(h.store.Bind(tx)).Retire(ctx, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE users SET held = $2 WHERE id = $1`, id, retired.Changes)
		return err
	})
}
