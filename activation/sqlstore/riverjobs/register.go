package riverjobs

import (
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/seatwright/seatwright/activation"
)

// Queue is the queue of all jobs of this package. It is separate, so that slow
// sources never occupy the workers of the host's own jobs.
const Queue = "seatwright"

// timeout is the longest duration of a job. The engine gives each source a
// minute. Work that a job has finished by then is not repeated.
const timeout = 5 * time.Minute

// Store is a store that can list the tenants whose checks are due, such as
// sqlstore.Postgres.
type Store interface {
	activation.Store
	activation.DueLister
}

// Option is an option of [Register].
type Option func(*options)

type options struct{ clock func() time.Time }

// WithClock sets the clock. The default is [time.Now]. Set it only if the
// engine has another clock, and then to the same one.
func WithClock(clock func() time.Time) Option {
	return func(o *options) { o.clock = clock }
}

// Register adds the workers for the jobs of this package. The engine must work
// on the same store, and have the sources. TTx is the transaction type of the
// host's River client, such as [github.com/jackc/pgx/v5.Tx].
func Register[TTx any](workers *river.Workers, engine *activation.Engine, store Store, with ...Option) error {
	o := options{clock: time.Now} //nolint:forbidigo // the default, which an option replaces
	for _, option := range with {
		option(&o)
	}
	if err := river.AddWorkerSafely(workers, &scheduleWorker[TTx]{store: store, clock: o.clock}); err != nil {
		return fmt.Errorf("riverjobs: register the schedule: %w", err)
	}
	if err := river.AddWorkerSafely(workers, &checkWorker{engine: engine, store: store, clock: o.clock}); err != nil {
		return fmt.Errorf("riverjobs: register the checks: %w", err)
	}
	return nil
}
