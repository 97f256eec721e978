package riverjobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/errtext"
)

// page is how many tenants are listed, and how many jobs are inserted, at a
// time.
const page = 500

// Inserter is the part of a [river.Client] that inserts jobs.
type Inserter interface {
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
}

var _ Inserter = (*river.Client[struct{}])(nil)

// Schedule inserts a [CheckArgs] job for each tenant whose checks are due now,
// unless there is one for that tenant and due instant. It returns the number of
// new jobs. A tenant that can't be read holds up no other; the error joins
// those of all. Hosts with a schedule of their own call it; for others the job
// of [Periodic] does.
func Schedule(ctx context.Context, client Inserter, store Store, now time.Time) (int, error) {
	inserted, after := 0, ""
	var failed []error
	for {
		tenants, err := store.Due(ctx, now.UTC(), after, page)
		if err != nil {
			failed = append(failed, fmt.Errorf("list the due tenants: %w", err))
			break
		}
		checks, unread := checksOf(ctx, store, tenants, now)
		failed = append(failed, unread...)
		n, err := insert(ctx, client, checks)
		inserted += n
		if err != nil {
			failed = append(failed, fmt.Errorf("insert %s: %w", errtext.Count(int64(len(checks)), "job"), err))
			break
		}
		if len(tenants) < page {
			break
		}
		after = tenants[len(tenants)-1]
	}
	if len(failed) > 0 {
		return inserted, fmt.Errorf("riverjobs: schedule: %w", errors.Join(failed...))
	}
	return inserted, nil
}

// checksOf returns the checks of the tenants that are still due.
func checksOf(ctx context.Context, store Store, tenants []string, now time.Time) (checks []river.InsertManyParams, failed []error) {
	for _, tenant := range tenants {
		record, err := recordOf(ctx, store, tenant)
		if err != nil {
			failed = append(failed, fmt.Errorf("tenant %q: %w", tenant, err))
			continue
		}
		if !record.Due.IsZero() && !record.Due.After(now) {
			checks = append(checks, river.InsertManyParams{Args: CheckArgs{Tenant: tenant, Due: record.Due.UTC()}})
		}
	}
	return checks, failed
}

func recordOf(ctx context.Context, store activation.Store, tenant string) (activation.TenantRecord, error) {
	var record activation.TenantRecord
	err := store.View(ctx, tenant, func(r activation.Reader) (err error) {
		record, err = r.Tenant(ctx)
		return err
	})
	return record, err
}

func insert(ctx context.Context, client Inserter, checks []river.InsertManyParams) (inserted int, err error) {
	if len(checks) == 0 {
		return 0, nil
	}
	results, err := client.InsertMany(ctx, checks)
	if err != nil {
		return 0, err
	}
	for _, result := range results {
		if !result.UniqueSkippedAsDuplicate {
			inserted++
		}
	}
	return inserted, nil
}

// ScheduleArgs are the arguments of the job that lists the due tenants and
// inserts a [CheckArgs] job for each.
type ScheduleArgs struct{}

// Kind implements [river.JobArgs].
func (ScheduleArgs) Kind() string { return "seatwright_schedule" }

// InsertOpts implements [river.JobArgsWithInsertOpts]. A failed schedule is not
// retried, because the next one lists the same tenants.
func (ScheduleArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: 1}
}

// Periodic returns the job that looks for what is due, for
// [river.Config.PeriodicJobs]. It runs at once when a client becomes the
// leader, and then at the interval. A minute is a good interval.
func Periodic(interval time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return ScheduleArgs{}, nil },
		&river.PeriodicJobOpts{ID: ScheduleArgs{}.Kind(), RunOnStart: true})
}

type scheduleWorker[TTx any] struct {
	river.WorkerDefaults[ScheduleArgs]
	store Store
	clock func() time.Time
}

func (*scheduleWorker[TTx]) Timeout(*river.Job[ScheduleArgs]) time.Duration { return timeout }

func (w *scheduleWorker[TTx]) Work(ctx context.Context, _ *river.Job[ScheduleArgs]) error {
	client, err := river.ClientFromContextSafely[TTx](ctx)
	if err != nil {
		return fmt.Errorf("riverjobs: schedule: %w", err)
	}
	_, err = Schedule(ctx, client, w.store, w.clock())
	return err
}
