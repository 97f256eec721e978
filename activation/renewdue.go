package activation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	// leaseSlack is how long a claim lasts beyond the time that a source, or the
	// host that is told, may take. When it is over, as after a crash, another
	// worker may claim.
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
// begun, and once a day takes samples of seats in use. A job queue or a timer
// calls it every minute or so, on as many workers as there are: each check is
// claimed, so that one of them asks. One tenant that fails never holds up another;
// the error has those of all, each with its tenant. Problems of sources are no
// errors.
//
// Sources are asked independently of each other, each for up to eight tenants at
// once. One that could not be reached five times in a row, whoever it was asked
// for, is left alone for a minute, and for longer each time that it still can't
// be: [OwnerStatus.PausedUntil]. Its checks stay due, and the first after that is
// the probe. RenewDue returns when the slowest source is through; another call
// meanwhile does what has become due at the others. See docs/spec/feed.md, Many
// tenants.
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
	checks := e.newChecks(failed)
	tenants := make(chan string)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for id := range tenants {
				asked, err := e.Tenant(id).operation(OperationRenewDue, "").tend(ctx)
				if err != nil {
					failed.add(fmt.Errorf("tenant %q: %w", id, err))
				}
				for _, owner := range asked {
					checks.add(ctx, owner, id)
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
	checks.running.Wait()
	failed.add(ctx.Err())
	return failed.err(oneLine)
}

// RenewDue is [Engine.RenewDue] for one tenant, for hosts whose job queue has a
// job for each. It asks the sources of the tenant at once. It does nothing if
// nothing is due, or if another worker has claimed it, so it may be called at any
// time, any number of times. It waits a second for a turn, no longer: where a
// source is left alone, or asked for as many tenants as may be, the check stays
// due, and it may be called again in a while.
//
// When it fails, what is still due stays so, and it may be repeated: at once, or
// after two minutes if its context ended or its process died. The store need not
// be a [DueLister].
func (t *Tenant) RenewDue(ctx context.Context) error {
	return do(ctx, t.operation(OperationRenewDue, ""), func(ctx context.Context, o *operation) error {
		if t.bound {
			return invalid("no source is asked within a transaction of the host")
		}
		asked, err := o.tend(ctx)
		failed := &failures{}
		failed.add(err)
		failed.add(o.checkAll(ctx, asked))
		return failed.err(errtext.Join)
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

// add keeps an error, if it is one.
func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errors = multierror.Append(f.errors, err)
}

// err is the errors, once no worker adds any.
func (f *failures) err(format multierror.ErrorFormatFunc) error {
	if f.errors != nil {
		f.errors.ErrorFormat = format
	}
	return f.errors.ErrorOrNil()
}

// due is what is due for a tenant, beside its looks and samples.
type due struct {
	asked []string // owners whose sources are to be asked
	begun []string // owners for whom something has begun, and who are not asked
	other bool     // there is something else
}

// tend does what is due for one tenant but for asking, if no other worker does. It
// returns the owners whose sources are to be asked.
func (o *operation) tend(ctx context.Context) ([]string, error) {
	// An Update that finds nothing to do is a write all the same.
	found, err := look(ctx, o, verifyRecent, func(_ context.Context, s *situation) (due, error) { return s.isDue(), nil })
	if err != nil {
		return nil, err
	}
	failed := &failures{}
	for _, owner := range found.begun {
		if err := o.begin(ctx, owner); err != nil {
			failed.add(fmt.Errorf("%s: %w", owner, err))
		}
	}
	if found.other || len(found.begun) > 0 {
		failed.add(o.attend(ctx, len(found.begun) > 0))
	}
	return found.asked, failed.err(errtext.Join)
}

// isDue finds what is due. An offer that has begun is settled with the answer
// of a source that is asked now.
func (s *situation) isDue() due {
	if s.claimed() {
		return due{}
	}
	free := !s.record.LeasedUntil.After(s.now)
	found, asking := due{other: free && (s.samplesDue() || s.lookDue())}, false
	for _, owner := range s.owners {
		asked := s.checkDue(owner)
		if asked && !s.canAsk(owner.Owner) {
			found.other, asked = found.other || free, false
		}
		if asked {
			found.asked = append(found.asked, owner.Owner)
			asked = s.engine.gates[owner.Owner].pausedUntil(s.engine.clock()).IsZero()
			asking = asking || asked
		}
		if free && !asked && s.hasBegun(owner) {
			found.begun = append(found.begun, owner.Owner)
		}
	}
	found.other = found.other && !asking // asking brings a look of its own, after the answer
	return found
}

// telling begins the names of the workers that have claimed a tenant to tell its
// host something. Others were claimed by a program that claims a tenant while it
// asks all of its sources.
const telling = "telling "

// claimed reports whether a worker may be asking the sources of the tenant now.
func (s *situation) claimed() bool {
	return s.record.LeasedUntil.After(s.now) && !strings.HasPrefix(s.record.LeasedBy, telling)
}

// canAsk reports whether there is a source of an owner, and something to ask it
// for.
func (s *situation) canAsk(owner string) bool {
	_, err := s.ask(owner)
	return err == nil && s.engine.sources[owner] != nil
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

// attend looks at what needs attention, takes the day's samples and tells the host
// what there is to tell, if no other worker is about to. Where nothing was done
// before, there may be nothing to do.
func (o *operation) attend(ctx context.Context, done bool) error {
	o.lease = telling + rand.Text()
	_, err := update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
		return struct{}{}, x.attend(ctx, done)
	})
	if errors.Is(err, errNotDue) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.tellHost(ctx)
}

func (x *transaction) attend(ctx context.Context, done bool) error {
	if x.record.LeasedUntil.After(x.now) {
		return errNotDue
	}
	if err := x.putOff(ctx); err != nil {
		return err
	}
	if !done && !x.checked && !x.samplesDue() && !x.lookDue() {
		return errNotDue
	}
	x.record.LeasedUntil, x.record.LeasedBy, x.checked = time.Time{}, "", true
	if err := x.look(ctx); err != nil {
		return err
	}
	if !x.samplesDue() {
		return nil
	}
	x.record.Sampled = x.now.Truncate(day)
	return x.sample(ctx, x.record.Sampled)
}

// putOff puts off the checks that are due and that nobody can make.
func (x *transaction) putOff(ctx context.Context) error {
	for _, owner := range slices.Clone(x.owners) {
		if !x.checkDue(owner) || x.canAsk(owner.Owner) {
			continue
		}
		owner.Check.Next = time.Time{}
		if _, err := x.ask(owner.Owner); err == nil {
			owner.Check.Next = checked{now: x.now, random: x.engine.random()}.next()
		}
		if err := x.putOwner(ctx, owner); err != nil {
			return err
		}
	}
	return nil
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
	wishes, err := x.WishCounts(ctx)
	if err != nil {
		return err
	}
	for _, w := range wishes { // a module has one for each reason
		if i := slices.IndexFunc(taken, func(s Sample) bool { return s.Module == w.Module }); i >= 0 {
			taken[i].Wished += w.Count
		}
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
