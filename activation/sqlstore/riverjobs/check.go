package riverjobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/seatwright/seatwright/activation"
)

const (
	// attempts is how often a check is tried, over some six minutes by River's
	// own policy. After that, the next schedule begins anew.
	attempts = 5
	// later is when to look again at a tenant that is due and that this process
	// can't ask for: it has no source for the owner, asks that source for as many
	// tenants as it may, or leaves it alone.
	later = 2 * time.Minute
)

// CheckArgs is the job that does what is due for one tenant.
type CheckArgs struct {
	Tenant string `json:"tenant"`
	// Due is the instant at which the tenant was due, in UTC.
	Due time.Time `json:"due"`
}

// Kind implements [river.JobArgs].
func (CheckArgs) Kind() string { return "seatwright_check" }

// InsertOpts implements [river.JobArgsWithInsertOpts]. There is one job for a
// tenant and instant, also after it is done; only when it was given up may there
// be another.
func (CheckArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

type checkWorker struct {
	river.WorkerDefaults[CheckArgs]
	engine *activation.Engine
	store  Store
	clock  func() time.Time
}

func (*checkWorker) Timeout(*river.Job[CheckArgs]) time.Duration { return timeout }

// Work has the engine do what is due. A source that is slow holds up no job but
// those that ask it: the others pass it over and come again. A job ends when the tenant is no longer due
// at the instant of the job, and not before: nobody inserts a job for that
// instant again.
func (w *checkWorker) Work(ctx context.Context, job *river.Job[CheckArgs]) error {
	if err := w.engine.Tenant(job.Args.Tenant).RenewDue(ctx); err != nil {
		return err
	}
	record, err := recordOf(ctx, w.store, job.Args.Tenant)
	if err != nil {
		return fmt.Errorf("riverjobs: check: tenant %q: %w", job.Args.Tenant, err)
	}
	if !record.Due.Equal(job.Args.Due) {
		return nil
	}
	return river.JobSnooze(untilFree(record, w.clock()))
}

// untilFree returns how long a tenant that is due still is not to be asked. It
// is claimed by another worker, which may have died; or by the clock of this one
// it is not due yet; or nobody here can be asked now.
func untilFree(record activation.TenantRecord, now time.Time) time.Duration {
	free := record.Due
	if record.LeasedUntil.After(free) {
		free = record.LeasedUntil
	}
	if wait := free.Sub(now); wait > 0 {
		return wait
	}
	return later
}
