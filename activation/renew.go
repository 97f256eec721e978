package activation

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

const (
	// sourceFeed is what the records call a license that a source sent, unless
	// it read a file.
	sourceFeed = "source"
	// askTimeout is how long a source may take, whatever the caller's context
	// says; the feed's client has a shorter limit of its own.
	askTimeout = time.Minute
	// byEngine is the actor of what happens by itself.
	byEngine = "seatwright"
)

// Renew asks the owner's source for a new license, verifies it, plans, and
// activates it by itself when the plan is ready and the policy allows it; else
// it is pending, or refused. The pending offer is planned afresh, also when the
// source has nothing new. No transaction is open while the source is asked.
//
// A problem of the source is no error: the result's Check says what happened
// and when to ask again, and what is active stays active. Errors are those of
// the store and the context, [ErrNoSource], and [ErrNoSerial]. See
// docs/spec/feed.md.
func (t *Tenant) Renew(ctx context.Context, owner string) (*Result, error) {
	owner = folded(owner)
	return run(ctx, t.operation(OperationRenew, owner), func(ctx context.Context, o *operation) (*Result, error) {
		if t.bound {
			return nil, invalid("no source is asked within a transaction of the host")
		}
		return o.renew(ctx, owner)
	})
}

func (o *operation) renew(ctx context.Context, owner string) (*Result, error) {
	from := o.engine.sources[owner]
	if from == nil {
		return nil, ErrNoSource
	}
	request, err := look(ctx, o, verifyBytes, func(_ context.Context, s *situation) (source.Request, error) {
		return s.ask(owner)
	})
	if err != nil {
		return nil, err
	}
	outcome, err := ask(ctx, from, request)
	if err != nil {
		return nil, err
	}
	o.heard(ctx, owner, outcome)
	for _, problem := range outcome.Retried {
		o.log(ctx, slog.LevelInfo, "asked again", slog.String("problem", problem.String()))
	}
	return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Result, error) {
		return x.answered(ctx, request, outcome)
	})
}

// ask returns what to ask the source of an owner for: the license of the serial
// that is expected, or else of the one that is active.
func (s *situation) ask(name string) (source.Request, error) {
	owner := s.owner(name)
	request := source.Request{Owner: name, Serial: strings.TrimSpace(awaited(owner).Serial)}
	if request.Serial == "" {
		return request, ErrNoSerial
	}
	if s.opened[name] != nil && license.SameText(owner.Active.Licensee.Serial, request.Serial) {
		request.Have, request.ETag = owner.Active.Number, owner.lastETag()
	}
	return request, nil
}

// ask asks a source. Trouble with the source is an outcome; only the caller's
// context ends in an error.
func ask(ctx context.Context, from source.Source, request source.Request) (source.Outcome, error) {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	outcome, err := from.Check(limited, request)
	if ended := ctx.Err(); ended != nil {
		return source.Outcome{}, ended
	}
	if err != nil {
		return source.NewProblem(source.Problem{
			Reason: source.ReasonUnavailable, Title: "the source could not be asked", Detail: err.Error(),
			Temporary: errors.Is(err, context.DeadlineExceeded),
		}), nil
	}
	return outcome, nil
}

// answered applies what a source has said to the tenant as it is now. An answer
// about another serial than the one that is wanted by now is passed over.
func (x *transaction) answered(ctx context.Context, request source.Request, outcome source.Outcome) (*Result, error) {
	wanted, err := x.ask(request.Owner)
	if err != nil || wanted.Serial != request.Serial {
		owner := x.owner(request.Owner)
		return &Result{Owner: request.Owner, Check: owner.Check}, x.askAtOnce(ctx, owner, err == nil)
	}
	v, err := x.judge(ctx, request, outcome)
	if err != nil {
		return nil, err
	}
	x.mark(request.Owner, v)
	done, err := x.settle(ctx, request.Owner, v.came...)
	if err != nil {
		return nil, err
	}
	if err := x.conclude(ctx, &v, done); err != nil {
		return nil, err
	}
	owner := x.owner(request.Owner)
	owner.Check = x.check(owner, v)
	owner.Check.Next = x.nextCheck(owner, v.outcome)
	x.report(v)
	result := done.Result
	if done.waits != nil {
		result = done.waits // an offer that waits says more than that nothing is new
	}
	result.Check = owner.Check
	return result, x.putOwner(ctx, owner)
}

// askAtOnce makes the check of an owner due, if it is known what to ask for.
func (x *transaction) askAtOnce(ctx context.Context, owner OwnerRecord, known bool) error {
	if !known || x.engine.sources[owner.Owner] == nil {
		return nil
	}
	owner.Check.Next = x.now
	return x.putOwner(ctx, owner)
}
