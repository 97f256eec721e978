package riverjobs_test

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore/riverjobs"
)

// A host with a River client adds the workers, the queue and the periodic job to
// its configuration.
func Example() {
	_ = startWorkers
}

// startWorkers is what such a host does at its start.
func startWorkers(
	ctx context.Context, pool *pgxpool.Pool, engine *activation.Engine, store riverjobs.Store,
) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers() // with those of the host's own jobs
	if err := riverjobs.Register[pgx.Tx](workers, engine, store); err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: 100},
			riverjobs.Queue:    {MaxWorkers: 32}, // eight for each source that may be slow
		},
		PeriodicJobs:         []*river.PeriodicJob{riverjobs.Periodic(time.Minute)},
		RescueStuckJobsAfter: 15 * time.Minute, // how long the tenants of a killed process wait
	})
	if err != nil {
		return nil, err
	}
	if err := client.Start(ctx); err != nil {
		return nil, err
	}
	return client, nil
}
