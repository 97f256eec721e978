package activation

import (
	"context"
	"time"
)

// Observer is told what the engine does, so that a host can count it. It is
// called by the goroutine of the operation, after the transaction, and returns
// soon.
type Observer interface {
	Observe(ctx context.Context, observation Observation)
}

// Observation is one operation that has ended.
type Observation struct {
	// Operation is a word like "assign", "renew" or "activate".
	Operation string
	// Tenant is the id of the tenant, Owner the name of the owner whose license
	// it is about, empty for none.
	Tenant, Owner string
	// Outcome is "done" or "failed"; "refused" where a rule said no; for
	// licenses "activated", "pending", "current", "rejected" or "problem", and
	// "stale" or "blocked" where one was refused.
	Outcome string
	// Duration is by the engine's clock.
	Duration time.Duration
	// Err is the operation's error.
	Err error
	// Seats is the seats in use and the capacity of each user and satellite
	// module after an operation that changed assignments or licenses, ordered
	// by module: nil where nothing changed, empty where nothing is licensed any
	// more. Day is zero.
	Seats []Sample
	// Revision is the tenant's revision that Seats are of, 0 where Seats is nil.
	// Operations that end at about the same time may be told in another order
	// than they were stored in: of two, the figures of the higher revision are
	// the newer ones.
	Revision int64
}
