package activation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/errtext"
)

const (
	// parallel is how many tenants are looked after at once.
	parallel = 8
	// duePage is how many tenants are asked for at once.
	duePage = 100
	// leaseSlack is how long a claim lasts beyond the time that the sources
	// may take. When it is over, as after a crash, another worker may claim.
	leaseSlack = time.Minute
	// sourceGrace is how long a check stays due that this engine has no source
	// for: an engine that has it asks meanwhile. After that none has it, and the
	// check is put off.
	sourceGrace = time.Hour
	day         = 24 * time.Hour
)

// errNotDue rolls back a claim that found nothing to do.
var errNotDue = errors.New("nothing is due")

// RenewDue does what is due for all tenants of the store: it asks the sources
// whose next check has come, as [Tenant.Renew] does, activates offers that have
// begun, and once a day takes samples of seats in use. A job queue or a timer calls it every minute or so,
// on as many workers as there are: each tenant is claimed by a lease, so that
// one of them asks. One tenant that fails never holds up another; the error has
// those of all, each with its tenant. Problems of sources are no errors.
//
// The first call of an engine looks at all tenants that are due at any time: the
// trust may be another than before, and a license that does not verify any more
// is asked for at once.
//
// It returns [ErrNoDueLister] if the store is no [DueLister].
func (e *Engine) RenewDue(ctx context.Context) error {
	lister, ok := optional[DueLister](e.store)
	if !ok {
		return fmt.Errorf("activation: renew-due: %w", ErrNoDueLister)
	}
	failed := &failures{}
	tenants := make(chan string)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for id := range tenants {
				o := e.Tenant(id).operation(OperationRenewDue, "")
				if err := o.renewDue(ctx); err != nil {
					failed.add(fmt.Errorf("tenant %q: %w", id, err))
				}
			}
		})
	}
	until := e.clock().UTC()
	if !e.surveyed.Load() {
		until = endOfTime
	}
	if err := e.eachDue(ctx, lister, until, tenants); err != nil {
		failed.add(fmt.Errorf("list the due tenants: %w", err))
	} else {
		e.surveyed.Store(true)
	}
	close(tenants)
	workers.Wait()
	return failed.err()
}

// RenewDue is [Engine.RenewDue] for one tenant, for hosts whose job queue has a
// job for each. It does nothing if nothing is due, or if another worker has
// claimed the tenant, so it may be called at any time, any number of times.
// When it fails, what is still due stays so, and it may be repeated: at once, or
// after the lease if its context ended or its process died. The store need not
// be a [DueLister].
func (t *Tenant) RenewDue(ctx context.Context) error {
	return do(ctx, t.operation(OperationRenewDue, ""), func(ctx context.Context, o *operation) error {
		if t.bound {
			return invalid("no source is asked within a transaction of the host")
		}
		return o.renewDue(ctx)
	})
}

// endOfTime is after all that is due.
var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (e *Engine) eachDue(ctx context.Context, lister DueLister, until time.Time, tenants chan<- string) error {
	after := ""
	for {
		page, err := lister.Due(ctx, until, after, duePage)
		if err != nil {
			return err
		}
		for _, id := range page {
			select {
			case tenants <- id:
			case <-ctx.Done():
				return ctx.Err()
			}
			after = id
		}
		if len(page) < duePage {
			return nil
		}
	}
}

// failures gathers the errors of workers.
type failures struct {
	mu     sync.Mutex
	errors *multierror.Error
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errors = multierror.Append(f.errors, err)
	f.errors.ErrorFormat = oneLine
}

func (f *failures) err() error { return f.errors.ErrorOrNil() }

// renewDue does what is due for one tenant, if no other worker does.
func (o *operation) renewDue(ctx context.Context) error {
	// An Update that finds nothing to do is a write all the same.
	found, err := look(ctx, o, verifyRecent, func(_ context.Context, s *situation) (bool, error) { return s.anyDue(), nil })
	if err != nil || !found {
		return err
	}
	o.lease = rand.Text()
	due, err := update(ctx, o, verifyRecent, claim)
	if errors.Is(err, errNotDue) {
		return nil
	}
	if err != nil {
		return err
	}
	var failed *multierror.Error
	for _, owner := range due.asked {
		if _, err := o.Renew(ctx, owner); err != nil {
			failed = multierror.Append(failed, fmt.Errorf("%s: %w", owner, err))
		}
	}
	for _, owner := range due.begun {
		if err := o.begin(ctx, owner); err != nil {
			failed = multierror.Append(failed, fmt.Errorf("%s: %w", owner, err))
		}
	}
	if _, err := update(ctx, o, verifyRecent, unclaim); err != nil {
		failed = multierror.Append(failed, err)
	} else if err := o.tellHost(ctx); err != nil {
		failed = multierror.Append(failed, err)
	}
	if failed != nil {
		failed.ErrorFormat = errtext.Join
	}
	return failed.ErrorOrNil()
}

// anyDue reports whether a claim would find something to do.
func (s *situation) anyDue() bool {
	return !s.record.LeasedUntil.After(s.now) && (s.samplesDue() || s.lookDue() ||
		slices.ContainsFunc(s.owners, func(owner OwnerRecord) bool { return s.checkDue(owner) || s.hasBegun(owner) }))
}

// checkDue reports whether there is something to do about an owner's check.
func (s *situation) checkDue(owner OwnerRecord) bool {
	next := s.checkAt(owner)
	if s.engine.sources[owner.Owner] == nil && !next.IsZero() {
		next = next.Add(sourceGrace)
	}
	return s.reached(next)
}

// hasBegun reports whether an offer or a state of a license has begun that was
// not looked at.
func (s *situation) hasBegun(owner OwnerRecord) bool { return s.reached(s.nextBeginning(owner)) }

func (s *situation) reached(at time.Time) bool { return !at.IsZero() && !at.After(s.now) }

// begin settles what has begun for an owner whose source is not asked.
func (t *Tenant) begin(ctx context.Context, owner string) error {
	return do(ctx, t.operation(OperationRenew, owner), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (settled, error) {
			return x.settle(ctx, owner)
		})
		return err
	})
}

// dueOwners is the owners of a tenant for whom something is due.
type dueOwners struct {
	asked []string // their sources are to be asked
	begun []string // something has begun, and the source is not asked
}

// claim takes the lease if there is something to do, and returns the owners
// whose sources are to be asked, or for whom something has begun.
func claim(ctx context.Context, x *transaction) (dueOwners, error) {
	var due dueOwners
	if x.record.LeasedUntil.After(x.now) {
		return due, errNotDue
	}
	for _, owner := range x.owners {
		if x.checkDue(owner) {
			switch _, err := x.ask(owner.Owner); {
			case err != nil:
				owner.Check.Next = time.Time{} // nobody can be asked
			case x.engine.sources[owner.Owner] == nil:
				owner.Check.Next = checked{now: x.now, random: x.engine.random()}.next()
			default:
				due.asked = append(due.asked, owner.Owner)
				continue
			}
			if err := x.putOwner(ctx, owner); err != nil {
				return due, err
			}
		}
		if x.hasBegun(owner) {
			due.begun = append(due.begun, owner.Owner)
		}
	}
	if len(due.asked)+len(due.begun) == 0 && !x.samplesDue() && !x.lookDue() && !x.checked {
		return due, errNotDue
	}
	x.record.LeasedUntil = x.now.Add(leaseSlack + time.Duration(len(due.asked))*askTimeout)
	x.record.LeasedBy = x.op.lease
	return due, nil
}

// unclaim looks at what needs attention, takes the day's samples and gives the
// lease back, unless it has ended meanwhile and is another worker's.
func unclaim(ctx context.Context, x *transaction) (struct{}, error) {
	if x.record.LeasedBy != x.op.lease {
		return struct{}{}, nil
	}
	x.record.LeasedUntil, x.record.LeasedBy, x.checked = time.Time{}, "", true
	if err := x.look(ctx); err != nil {
		return struct{}{}, err
	}
	if !x.samplesDue() {
		return struct{}{}, nil
	}
	x.record.Sampled = x.now.Truncate(day)
	return struct{}{}, x.sample(ctx, x.record.Sampled)
}

// sample takes the samples of a day.
func (x *transaction) sample(ctx context.Context, today time.Time) error {
	census, err := x.count(ctx)
	if err != nil {
		return err
	}
	taken := samples(x.licenses, census, today)
	if len(taken) == 0 {
		return nil
	}
	return x.w.PutSamples(ctx, taken...)
}

func (s *situation) samplesDue() bool {
	for _, owner := range s.owners {
		if owner.Active != nil {
			return !s.nextSample().After(s.now)
		}
	}
	return false
}

// nextSample is the beginning of the day after the last samples.
func (s *situation) nextSample() time.Time {
	if s.record.Sampled.IsZero() {
		return s.now
	}
	return s.record.Sampled.Add(day)
}
