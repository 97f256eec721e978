package riverjobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/seatwright/seatwright/activation"
)

const (
	// attempts is how often a check is tried, over some six minutes by
	// River's own policy. After that, the next schedule starts a new job.
	attempts = 5
	// later is when to look again at a due tenant that this process can't
	// check now. It may have no source for the owner, or its source may be
	// busy with as many tenants as it may ask for, or be left alone after
	// failures.
	later = 2 * time.Minute
)

// CheckArgs are the arguments of the job that checks one tenant. [Schedule]
// inserts such jobs; a host need not.
type CheckArgs struct {
	Tenant string `json:"tenant"`
	// Due is the instant at which the tenant was due, in UTC.
	Due time.Time `json:"due"`
}

// Kind implements [river.JobArgs].
func (CheckArgs) Kind() string { return "seatwright_check" }

// InsertOpts implements [river.JobArgsWithInsertOpts]. There is one job for a
// tenant and an instant, even after it is done. Only if River has given the job
// up may there be another.
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

// Work lets the engine do what is due. A slow source holds up only the jobs
// that ask it; other jobs skip it and come again. A job ends only when the
// tenant is no longer due at the instant of the job, because nobody inserts a
// job for that instant again.
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

// untilFree returns how long a tenant that is still due must wait. Another
// worker, which may have died, has claimed it; or it is not due yet by the
// clock of this worker; or this process can't ask its source now.
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
