package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
)

// Watch implements [activation.Watcher] with LISTEN. It takes a connection from
// the pool, or from that of [WithWatchPool], keeps it for itself and closes it
// in the end. If the connection is lost, it makes another one after a pause
// that grows to 10 seconds; changes in between are noticed when the revision is
// polled. It calls notify in the goroutine that called Watch.
//
// It fails if a pooler that pools transactions keeps notices back; use
// [WithWatchPool] then. A notice stays on the server to which it was sent. If
// there are several servers, as with Citus, watch the one that is written
// through.
func (s *Postgres) Watch(ctx context.Context, notify func(tenant string)) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = 100*time.Millisecond, 10*time.Second
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := s.listen(ctx, func(tenant string) {
			pauses.Reset()
			notify(tenant)
		})
		if errors.Is(err, errDeaf) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0))
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	return err
}

// listen waits for notices until the connection fails.
func (s *Postgres) listen(ctx context.Context, notify func(tenant string)) error {
	pool := s.pool
	if s.watching != nil {
		pool = s.watching
	}
	pooled, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: watch: %w", err)
	}
	conn := pooled.Hijack()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	var name string
	if err := conn.QueryRow(ctx, `SELECT `+channel, s.prefix).Scan(&name); err != nil {
		return fmt.Errorf("sqlstore: watch: %w", err)
	}
	if _, err := conn.Exec(ctx, `LISTEN `+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("sqlstore: watch: %w", err)
	}
	if err := s.hears(ctx, conn, name, notify); err != nil {
		return fmt.Errorf("sqlstore: watch: %w", errors.Join(ctx.Err(), err))
	}
	for {
		notice, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("sqlstore: watch: %w", errors.Join(ctx.Err(), err))
		}
		notify(notice.Payload)
	}
}
