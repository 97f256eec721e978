// Embed is the smallest honest host: a program with a table of users of its own
// in PostgreSQL, who get a seat of a license or are not let in. Each command is
// a transaction. docs/tutorial.md goes through it.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
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
	"load": (*host).load, "renew": (*host).renew,
	"invite": (*host).invite, "deactivate": (*host).deactivate, "reactivate": (*host).reactivate,
}

func run(ctx context.Context, dsn string, args []string) error {
	if dsn == "" || len(args) != 2 || commands[args[0]] == nil {
		return errors.New("usage: DATABASE_URL=postgres://… crm load FILE | renew OWNER | invite USER | deactivate USER | reactivate USER")
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
	if errors.As(err, &full) { // the library gives the figures, the host writes the sentence
		return fmt.Errorf("no seat for %s: %d of %d are in use", args[1], full.InUse, full.Capacity)
	}
	return err
}
