package activation

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

const (
	// unacceptable is the title of a problem that the engine itself has found.
	unacceptable = "the license that the source has sent is not acceptable"
	// maxName is how many bytes a name may have that a source sends for an
	// identity change.
	maxName = 16 << 10
)

// verdict is what is left of an outcome after its envelopes were verified.
type verdict struct {
	outcome source.Outcome
	// came is the authentic licenses of the owner and serial that were asked for,
	// the active one and what may take its place, the highest number first.
	came []*offer
	// had is the envelopes that the source has, as far as they are authentic:
	// those that came, or the one of the ETag that was confirmed.
	had func(StoredLicense) bool
	// refused is the first license that came and is not acceptable.
	refused *RefusedLicense
	others  []string // what was passed over, in words
	older   int64    // the number that came, if it is below the active one; otherwise 0
}

// judge verifies what a source has sent, and makes the outcome what it is after
// that: current if there is nothing but the active license or older ones, a
// problem if nothing of it is for this installation. See docs/spec/feed.md,
// Answers.
func (x *transaction) judge(ctx context.Context, request source.Request, outcome source.Outcome) (verdict, error) {
	outcome.Message = outcome.Message.Clean()
	v := verdict{outcome: outcome, had: func(StoredLicense) bool { return false }}
	switch outcome.Kind {
	case source.KindCurrent:
		err := x.confirm(ctx, request, &v)
		return v, err
	case source.KindProblem:
	case source.KindIdentityChanged:
		x.judgeIdentity(request.Owner, &v)
	case source.KindNew:
		x.judgeNew(request, &v)
	default:
		v.outcome = problem(outcome, "the source has answered what no source may")
	}
	return v, nil
}

// confirm finds what the source still has, by the ETag that it was shown. The
// issuer's message with it still holds.
func (x *transaction) confirm(ctx context.Context, request source.Request, v *verdict) error {
	if request.ETag == "" || v.outcome.ETag != request.ETag {
		return nil
	}
	v.had = func(l StoredLicense) bool { return l.ETag == request.ETag }
	if v.outcome.Message != (source.Message{}) {
		return nil
	}
	owner := x.owner(request.Owner)
	for _, pending := range owner.Pending {
		if !v.had(pending) {
			continue
		}
		opened, err := x.reopen(ctx, owner.Owner, pending)
		if err == nil {
			v.outcome.Message = source.Message{Text: opened.opened.Message, URL: opened.opened.MessageURL}
		}
		return unlessGone(err)
	}
	if opened := x.opened[owner.Owner]; opened != nil && v.had(*owner.Active) {
		v.outcome.Message = source.Message{Text: opened.Message, URL: opened.MessageURL}
	}
	return nil
}

// judgeIdentity looks at who the licensee is said to be. A licensee that is
// expected already needs no confirmation, or there would be no end of asking.
func (x *transaction) judgeIdentity(name string, v *verdict) {
	said, owner := v.outcome.Licensee, x.owner(name)
	for _, text := range []string{said.Company, said.Serial} {
		if text == "" || len(text) > maxName || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			v.outcome = problem(v.outcome, "the source says that the licensee has changed, with names that can be none")
			return
		}
	}
	switch {
	case !said.Equal(identity(owner)):
	case owner.Active != nil && said.Equal(owner.Active.Licensee):
		v.outcome.Kind = source.KindCurrent
	default:
		v.outcome = problem(v.outcome, "the source announces the licensee who is expected already, and has no license for it")
	}
}

// judgeNew verifies envelopes.
func (x *transaction) judgeNew(request source.Request, v *verdict) {
	owner := x.owner(request.Owner)
	var digests []Digest
	for _, envelope := range v.outcome.Envelopes {
		if o := x.judgeEnvelope(owner, request, v, envelope); o != nil {
			v.came = append(v.came, o)
			digests = append(digests, o.stored.Digest)
		}
	}
	if len(v.outcome.Envelopes) == 0 {
		v.others = []string{"the source has sent nothing"}
	}
	v.had = func(l StoredLicense) bool { return slices.Contains(digests, l.Digest) }
	slices.SortStableFunc(v.came, func(a, b *offer) int { return cmp.Compare(b.stored.Number, a.stored.Number) })
	x.passOver(owner, v)
	switch {
	case len(v.came) > 0:
	case v.older > 0 && v.refused == nil:
		v.outcome.Kind = source.KindCurrent
	default:
		v.outcome = problem(v.outcome, strings.Join(v.others, "; "))
		return
	}
	if len(v.others) > 0 {
		v.outcome.Problem.Detail = "passed over: " + strings.Join(v.others, "; ")
	}
	if len(v.came) > 0 && v.outcome.Message == (source.Message{}) && !v.outcome.FromFile {
		best := v.came[0].opened
		v.outcome.Message = source.Message{Text: best.Message, URL: best.MessageURL}
	}
}

// judgeEnvelope returns the license of an envelope if it is one of the owner and
// serial that were asked for.
func (x *transaction) judgeEnvelope(owner OwnerRecord, request source.Request, v *verdict, envelope []byte) *offer {
	from := sourceFeed
	if v.outcome.FromFile {
		from = sourceFile
	}
	refuse := func(refusal *RefusedLicense, text string) {
		v.others = append(v.others, text)
		if v.refused == nil {
			v.refused = refusal
		}
	}
	came, err := x.open(envelope, from, "")
	if err != nil {
		refusal := x.refuseEnvelope(owner, envelope, from, err)
		refuse(refusal, refusal.Detail)
		return nil
	}
	came.stored.ETag, came.stored.Offered = v.outcome.ETag, x.now
	switch l := came.opened.License; {
	case l.Owner.Name != request.Owner:
		refusal := x.refuseOffer(owner, came, nil, 0)
		refusal.Detail = "a license of another owner"
		refuse(refusal, refusal.Detail)
		return nil
	case !license.SameText(l.Licensee.Serial, request.Serial):
		refuse(x.refuseOffer(owner, came, []planner.Rejection{planner.RejectionWrongSerial}, 0), "a license for another serial")
		return nil
	}
	return came
}

// passOver leaves out what is below the active number, and of several licenses
// that begin at one time all but the highest. The order is that of the numbers.
func (x *transaction) passOver(owner OwnerRecord, v *verdict) {
	active := x.opened[owner.Owner]
	var left []*offer
	for _, o := range v.came {
		number := o.stored.Number
		begins := func(other *offer) bool { return x.beginsLike(o, other) }
		switch {
		case active != nil && number < active.License.Number && license.SameText(active.License.Licensee.Serial, o.stored.Licensee.Serial):
			v.older = max(v.older, number)
		case slices.ContainsFunc(left, begins):
		default:
			left = append(left, o)
			continue
		}
		if len(v.outcome.Envelopes) > 1 {
			v.others = append(v.others, fmt.Sprintf("number %d", number))
		}
	}
	if v.older > 0 && len(left) == 0 {
		x.after(func(ctx context.Context) {
			x.op.log(ctx, slog.LevelInfo, "the source has an older license", slog.Int64("number", v.older))
		})
	}
	v.came = left
}

// beginsLike reports whether two offers begin at one time, as far as that has not
// passed.
func (x *transaction) beginsLike(a, b *offer) bool {
	from, later := a.stored.begins(x.now)
	other, otherLater := b.stored.begins(x.now)
	return later == otherLater && (!later || from.Equal(other))
}

// mark notes of what waits whether the source still has it. A source that can't
// be reached has not answered, and neither has a proxy or a sign-in that sends
// something else than a license. See docs/spec/feed.md, Withdrawn.
func (x *transaction) mark(name string, v verdict) {
	answered := v.outcome.Kind != source.KindProblem ||
		v.outcome.Problem.Reason == source.ReasonRefused || v.outcome.Problem.Reason == source.ReasonReported || len(v.came) > 0
	owner := x.owner(name)
	owner.Pending = slices.Clone(owner.Pending)
	for i := range owner.Pending {
		pending := &owner.Pending[i]
		switch {
		case pending.Offered.IsZero(): // it was loaded, not offered by a source
		case v.had(*pending):
			pending.Offered, pending.Withdrawn = x.now, time.Time{}
		case answered && pending.Withdrawn.IsZero() && pending.Offered.Before(pending.Begins):
			pending.Withdrawn = x.now
			x.after(func(ctx context.Context) {
				x.op.log(ctx, slog.LevelWarn, "an offer was withdrawn before it begins", slog.Int64("number", pending.Number))
			})
		}
	}
	if answered && !v.had(StoredLicense{ETag: owner.Check.DismissedETag}) {
		owner.Check.DismissedETag = ""
	}
	x.remember(owner)
}

// conclude makes the outcome what it is after the plans: a license that is
// rejected is a problem, and one for another company a change of identity.
func (x *transaction) conclude(ctx context.Context, v *verdict, done settled) error {
	if len(v.came) == 0 {
		return x.concludeConfirmed(ctx, v, done)
	}
	v.refused = done.refused
	switch {
	case v.refused == nil && done.current:
		v.outcome.Kind = source.KindCurrent
	case v.refused == nil:
	case rejectedFor(v.refused.Rejections, planner.RejectionWrongCompany): // it becomes active when somebody confirms the licensee
		i := slices.IndexFunc(v.came, func(o *offer) bool { return o.stored.Number == v.refused.Number })
		licensee := v.came[max(i, 0)].opened.License.Licensee
		v.outcome = source.Outcome{
			Kind: source.KindIdentityChanged, Licensee: licensee, Message: v.outcome.Message,
			Problem: source.Problem{Title: "the license that the source has sent names another company", Detail: v.refused.Detail},
		}
	default:
		v.outcome = problem(v.outcome, v.refused.Detail)
	}
	return nil
}

// concludeConfirmed is conclude where the source has said that it still has what
// waits: that may be rejected by now.
func (x *transaction) concludeConfirmed(ctx context.Context, v *verdict, done settled) error {
	i := slices.IndexFunc(done.dropped, func(p *planned) bool { return v.had(p.stored) })
	if i < 0 || done.Activated {
		return nil
	}
	dropped := done.dropped[i]
	owner := x.owner(done.Owner)
	highest, err := x.highest(ctx, owner, dropped.stored.Licensee.Serial)
	if err != nil {
		return err
	}
	v.refused = x.refuseOffer(owner, dropped.offer, dropped.plan.Rejections, highest)
	v.outcome = problem(v.outcome, v.refused.Detail)
	return nil
}

func problem(outcome source.Outcome, detail string) source.Outcome {
	message := outcome.Message
	outcome = source.NewProblem(source.Problem{Reason: source.ReasonUnusable, Title: unacceptable, Detail: detail})
	outcome.Message = message
	return outcome
}

// check is the record of an answer, but for when to ask again.
func (x *transaction) check(owner OwnerRecord, v verdict) CheckRecord {
	said := v.outcome.Problem
	check := CheckRecord{
		LastTry: x.now, LastSuccess: x.now, Outcome: v.outcome.Kind,
		Title: source.CleanText(said.Title), Detail: source.CleanText(said.Detail),
		Reason: said.Reason, Status: said.Status, MediaType: source.CleanText(said.MediaType),
		Message: v.outcome.Message.Text, MessageURL: v.outcome.Message.URL,
		Refused: v.refused, DismissedETag: owner.Check.DismissedETag,
		Unverified: x.unverified[owner.Owner] != nil,
	}
	switch v.outcome.Kind {
	case source.KindProblem:
		check.LastSuccess, check.Failures = owner.Check.LastSuccess, owner.Check.Failures+1
		if check.Refused == nil {
			check.Refused = owner.Check.Refused
		}
		if mistyped(owner, v) {
			check.Detail = source.CleanText(strings.TrimPrefix(check.Detail+"; ", "; ") +
				"the serial number that is expected is not that of the active license, and may be mistyped")
		}
	case source.KindIdentityChanged:
		licensee := v.outcome.Licensee
		check.NewLicensee = &licensee
	}
	return check
}

// mistyped reports whether a source refuses a serial that somebody has entered
// and that no license has had.
func mistyped(owner OwnerRecord, v verdict) bool {
	return v.outcome.Problem.Reason == source.ReasonRefused && owner.Before != nil &&
		(owner.Active == nil || !license.SameText(owner.Active.Licensee.Serial, owner.Expected.Serial))
}

func (x *transaction) report(v verdict) {
	if v.outcome.Kind != source.KindProblem {
		if x.op.outcome == "" || v.outcome.Kind == source.KindIdentityChanged {
			x.op.outcome = Outcome(v.outcome.Kind)
		}
		return
	}
	x.op.refused = v.refused
	if x.op.outcome == "" || x.op.outcome == OutcomeCurrent {
		x.op.outcome = OutcomeProblem
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "check failed", slog.String("problem", v.outcome.Problem.String()))
	})
}
