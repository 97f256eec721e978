package riverjobs

import (
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/seatwright/seatwright/activation"
)

// Queue is the queue of all jobs of this package. It is one of its own, so that
// slow sources never occupy the workers of the host's jobs.
const Queue = "seatwright"

// timeout is how long a job may take. The engine gives each source a minute,
// and what a job has got done when its time is over is not done again.
const timeout = 5 * time.Minute

// Store is a store that lists the tenants whose checks are due.
type Store interface {
	activation.Store
	activation.DueLister
}

// Option is an option of [Register].
type Option func(*options)

type options struct{ clock func() time.Time }

// WithClock reads the time; the default is [time.Now]. It is to be that of the
// engine.
func WithClock(clock func() time.Time) Option {
	return func(o *options) { o.clock = clock }
}

// Register adds the workers for the jobs of this package. The engine asks the
// sources; the store is the engine's. TTx is the transaction type of the host's
// River client, like [github.com/jackc/pgx/v5.Tx].
func Register[TTx any](workers *river.Workers, engine *activation.Engine, store Store, with ...Option) error {
	o := options{clock: time.Now} //nolint:forbidigo // the default of an option
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
