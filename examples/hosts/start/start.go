// Package start is what a host does once: it opens the store and the engine, has
// the checks run, and ends them in the right order. Copy it, and change it.
package start

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

// Licenses is the engine of a host, and what is around it.
type Licenses struct {
	Store  *sqlstore.Postgres
	Engine *activation.Engine
	end    func() error
}

// Open opens it on the host's pool, and asks the feed from now on when that is
// due. The host trusts the keys of the vendor's file, which it embeds.
func Open(ctx context.Context, pool *pgxpool.Pool, trusted []byte, feedURL string, logger *slog.Logger) (*Licenses, error) {
	trust, badKeys := signed.ParseTrust(trusted)
	feed, badFeed := online.New(feedURL)
	store, badPool := sqlstore.NewPostgres(pool)
	if err := errors.Join(badKeys, badFeed, badPool); err != nil {
		return nil, err
	}
	engine, err := activation.New(store, trust, activation.WithSource("acme", feed), activation.WithLogger(logger))
	if err := errors.Join(err, store.Migrate(ctx)); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(running) }()
	return &Licenses{Store: store, Engine: engine, end: func() error {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}}, nil
}

// Close waits for what is running. The pool is closed after it.
func (l *Licenses) Close() error { return errors.Join(l.end(), l.Store.Close()) }
