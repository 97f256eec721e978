package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

func open(ctx context.Context, pool *pgxpool.Pool) (*host, error) {
	trust, badKeys := signed.ParseTrust(trusted)
	store, badPool := sqlstore.NewPostgres(pool)
	feed, badFeed := online.New(cmp.Or(os.Getenv("FEED_URL"), "http://localhost:8080"))
	engine, err := activation.New(store, trust, activation.WithSource("acme", feed))
	if err := errors.Join(badKeys, badPool, badFeed, err); err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS users ( -- the host's own table
		id     text PRIMARY KEY,
		active boolean NOT NULL DEFAULT true,
		held   jsonb -- what a user had who has left
	)`)
	h := &host{pool: pool, store: store, crm: engine.Tenant("tenant-42")}
	return h, errors.Join(err, store.Migrate(ctx), // creates the library's tables, then says which license is expected
		h.crm.As("admin").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))
}

func (h *host) load(ctx context.Context, name string) error {
	file, err := os.ReadFile(name) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	return said(h.crm.As("admin").Load(ctx, bytes.NewReader(file)))
}

// renew asks the vendor's feed now. A service lets engine.Run ask when it is due.
func (h *host) renew(ctx context.Context, owner string) error {
	return said(h.crm.Renew(ctx, owner))
}

func said(result *activation.Result, err error) error {
	switch {
	case err != nil:
		return err
	case result.Plan == nil: // the feed has nothing new, or was not reached
		fmt.Println("nothing new:", result.Check.Outcome)
	default:
		fmt.Printf("license %d is %s, activated: %t\n", result.Plan.To, result.Plan.Status, result.Activated)
	}
	return nil
}
