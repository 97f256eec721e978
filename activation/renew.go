package activation

import (
	"context"
	"errors"
	"fmt"
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
	// unacceptable is the title of a problem that the engine itself has found.
	unacceptable = "the license that the source has sent is not acceptable"
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
	request := source.Request{Owner: name, Serial: strings.TrimSpace(owner.Expected.Serial)}
	if owner.Active != nil {
		active := strings.TrimSpace(owner.Active.Licensee.Serial)
		if request.Serial == "" {
			request.Serial = active
		}
		if s.opened[name] != nil && active == request.Serial {
			request.Have, request.ETag = owner.Active.Number, owner.Check.ETag
		}
	}
	if request.Serial == "" {
		return request, ErrNoSerial
	}
	return request, nil
}

// ask asks a source. What is wrong with the source is an outcome; only the
// caller's context ends in an error.
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
	came, outcome := x.judge(request, outcome)
	result, err := x.settleCheck(ctx, request.Owner, came)
	if err != nil {
		return nil, err
	}
	owner := x.owner(request.Owner)
	etag := x.keptETag(owner, came, request, outcome)
	owner.Check = x.check(owner, outcome)
	owner.Check.ETag = etag
	if owner.Check.Next, err = x.nextCheck(ctx, owner, outcome); err != nil {
		return nil, err
	}
	x.report(outcome)
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

// judge verifies what a source has sent, and makes the outcome what it is after
// that: current if there is nothing above the active number, a problem if
// nothing of it is for this installation.
func (x *transaction) judge(request source.Request, outcome source.Outcome) (*offer, source.Outcome) {
	outcome.Message = outcome.Message.Clean()
	switch outcome.Kind {
	case source.KindCurrent, source.KindIdentityChanged, source.KindProblem:
		return nil, outcome
	case source.KindNew:
	default:
		return nil, problem(outcome, "the source has answered what no source may")
	}
	best, others := x.best(request, outcome)
	if best == nil {
		return nil, problem(outcome, strings.Join(others, "; "))
	}
	if len(others) > 0 {
		outcome.Problem.Detail = "passed over: " + strings.Join(others, "; ")
	}
	if outcome.Message == (source.Message{}) && !outcome.FromFile {
		outcome.Message = source.Message{Text: best.opened.Message, URL: best.opened.MessageURL}
	}
	active := x.opened[request.Owner]
	if active != nil && license.SameText(active.License.Licensee.Serial, request.Serial) && best.stored.Number <= active.License.Number {
		outcome.Kind = source.KindCurrent
		return nil, outcome
	}
	return best, outcome
}

// best returns the highest authentic license among the envelopes that is one of
// the owner and serial that were asked for, and says why the others are not.
func (x *transaction) best(request source.Request, outcome source.Outcome) (best *offer, others []string) {
	from := sourceFeed
	if outcome.FromFile {
		from = sourceFile
	}
	for _, envelope := range outcome.Envelopes {
		came, err := x.open(envelope, from, "")
		if err != nil {
			others = append(others, err.Error())
			continue
		}
		l := came.opened.License
		switch {
		case l.Owner.Name != request.Owner:
			others = append(others, "a license of another owner")
		case !license.SameText(l.Licensee.Serial, request.Serial):
			others = append(others, "a license for another serial")
		case best == nil:
			best = came
		case l.Number > best.stored.Number:
			best, came = came, best
			fallthrough
		default:
			others = append(others, fmt.Sprintf("number %d", came.stored.Number))
		}
	}
	if len(outcome.Envelopes) == 0 {
		others = []string{"the source has sent nothing"}
	}
	return best, others
}

func problem(outcome source.Outcome, detail string) source.Outcome {
	message := outcome.Message
	outcome = source.NewProblem(source.Problem{Reason: source.ReasonUnusable, Title: unacceptable, Detail: detail})
	outcome.Message = message
	return outcome
}

// check is the record of an answer, but for when to ask again.
func (x *transaction) check(owner OwnerRecord, outcome source.Outcome) CheckRecord {
	check := CheckRecord{
		LastTry: x.now, LastSuccess: x.now, Outcome: outcome.Kind,
		Title: source.CleanText(outcome.Problem.Title), Detail: source.CleanText(outcome.Problem.Detail),
		Message: outcome.Message.Text, MessageURL: outcome.Message.URL,
	}
	switch outcome.Kind {
	case source.KindProblem:
		check.LastSuccess = owner.Check.LastSuccess
		check.Failures = owner.Check.Failures + 1
	case source.KindIdentityChanged:
		check.NewLicensee = &license.Licensee{
			Company: source.CleanText(outcome.Licensee.Company), Serial: source.CleanText(outcome.Licensee.Serial),
		}
	}
	return check
}

// keptETag returns the ETag to ask with the next time. It must not be that of a
// license which was not kept: a source that is shown it need not send that
// again.
func (x *transaction) keptETag(owner OwnerRecord, came *offer, request source.Request, outcome source.Outcome) string {
	if outcome.Kind == source.KindProblem {
		return owner.Check.ETag
	}
	kept := came == nil
	for _, stored := range []*StoredLicense{owner.Active, owner.Pending} {
		kept = kept || stored != nil && stored.Digest == came.stored.Digest
	}
	switch {
	case !kept:
		return ""
	case outcome.ETag != "":
		return outcome.ETag
	}
	return request.ETag
}

func (x *transaction) nextCheck(ctx context.Context, owner OwnerRecord, outcome source.Outcome) (time.Time, error) {
	c := checked{now: x.now, failures: owner.Check.Failures, retryAfter: outcome.Problem.RetryAfter, random: x.engine.random()}
	if opened := x.opened[owner.Owner]; opened != nil {
		c.active = opened.License
	}
	pending, err := x.pending(ctx, owner)
	if err == nil {
		c.pending = pending.opened.License
	}
	return c.next(), unlessGone(err)
}

func (x *transaction) report(outcome source.Outcome) {
	if outcome.Kind != source.KindProblem {
		if x.op.outcome == "" {
			x.op.outcome = Outcome(outcome.Kind)
		}
		return
	}
	x.op.outcome = OutcomeProblem
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "check failed", slog.String("problem", outcome.Problem.String()))
	})
}
