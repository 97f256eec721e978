package activation

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// Option is a choice for [New].
type Option func(*Engine) error

// WithSource says where the licenses of an owner come from. Each owner has at
// most one source; the licenses of one without come by [Actor.Load].
func WithSource(owner string, from source.Source) Option {
	return func(e *Engine) error {
		name, ok := license.FoldName(owner)
		switch {
		case !ok:
			return errors.New("WithSource: the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}")
		case from == nil:
			return fmt.Errorf("WithSource: the source of %s is nil", name)
		case e.sources[name] != nil:
			return fmt.Errorf("WithSource: %s has two sources", name)
		}
		e.sources[name], e.gates[name] = from, &gate{}
		return nil
	}
}

// WithLogger gets a record of every activation, refusal and failed check, and of
// every problem after which a source was asked again within a check, with
// figures. Records hold no license, no token and no bytes of a payload. The
// default is silence.
func WithLogger(logger *slog.Logger) Option {
	return func(e *Engine) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		e.logger = logger
		return nil
	}
}

// WithClock reads the time. A program in production keeps the default, [time.Now];
// a test moves a clock of its own, to see what a lapsed license does. Decisions go
// by the effective instant, which does not follow a clock that is set back by more
// than five minutes: docs/spec/domain.md, Where a license stands in time.
func WithClock(clock func() time.Time) Option {
	return func(e *Engine) error {
		if clock == nil {
			return errors.New("WithClock: the clock is nil")
		}
		e.clock = clock
		return nil
	}
}

// WithPolicy says which plans that are ready are activated without asking,
// after a check of the source or a load. The default is all of them;
// [planner.WithoutWarnings] is a ready-made one. It is called within a
// transaction, and perhaps more than once, so it only looks at the plan. See
// docs/spec/planning.md, Activation.
func WithPolicy(allows func(*planner.Plan) bool) Option {
	return func(e *Engine) error {
		if allows == nil {
			return errors.New("WithPolicy: the policy is nil")
		}
		e.policy = allows
		return nil
	}
}

// WithProtectedOwners names owners whose license [Actor.Remove] refuses to remove,
// with [ErrProtected]. Most hosts name the vendor of the host itself, so that no
// administrator removes what the product runs on.
func WithProtectedOwners(owners ...string) Option {
	return func(e *Engine) error {
		for i, owner := range owners {
			name, ok := license.FoldName(owner)
			if !ok {
				return fmt.Errorf("WithProtectedOwners: name %d is not of the form [a-z0-9][a-z0-9-]{0,62}", i+1)
			}
			e.protected[name] = true
		}
		return nil
	}
}

// WithObserver tells the observer of every operation, for metrics. Package
// otelobserver has one that counts with OpenTelemetry. Use [WithLogger] for what a
// person reads, and [WithAttention] for what a person must act on.
func WithObserver(observer Observer) Option {
	return func(e *Engine) error {
		if observer == nil {
			return errors.New("WithObserver: the observer is nil")
		}
		e.observer = observer
		return nil
	}
}

// WithRandom is for tests that compare when the next check is. The function returns
// numbers from 0 up to but not including 1, by which checks are spread in time, and
// is called from any number of goroutines. A program in production keeps the
// default, that of [math/rand/v2], or all its installations ask at once.
func WithRandom(random func() float64) Option {
	return func(e *Engine) error {
		if random == nil {
			return errors.New("WithRandom: the function is nil")
		}
		e.random = random
		return nil
	}
}

// WithSnapshotMaxAge is how old a snapshot of entitlements may become before the
// store's revision is read again, 10 seconds by default. It is how late another
// process's changes are noticed where the store is no [Watcher], or where
// [Engine.Run] does not run. Choose a second or less over database/sql, where there
// is no Watcher; over pgx with Run, the default will do. With 0 the revision is
// read at every call, as tests want it. A call that comes while another goroutine
// reads still gets the snapshot before.
func WithSnapshotMaxAge(age time.Duration) Option {
	return func(e *Engine) error {
		if age < 0 {
			return fmt.Errorf("WithSnapshotMaxAge: %v is not a time that a snapshot may last", age)
		}
		e.maxAge = age
		return nil
	}
}
