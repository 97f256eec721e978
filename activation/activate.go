package activation

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Approval asks for the activation of a pending offer. It names the offer and
// what was looked at, never a license: what is activated was verified in the
// same transaction.
type Approval struct {
	// Offer and Seen are those of the [Preview] that was looked at.
	Offer Digest `json:"offer"`
	Seen  string `json:"seen"`
	// Selection is what the administrator has chosen to be released and switched. An
	// empty one is what is kept with the offer, or nothing, whichever was looked at.
	planner.Selection
}

// saw reports whether an approval is one of a preview. A selection of its own may
// be another than was looked at, as long as it takes the same with it.
func (a Approval) saw(fresh *Preview) bool {
	if a.Empty() {
		return a.Seen == fresh.Seen
	}
	return strings.HasPrefix(a.Seen, fresh.Seen[:2*len(fresh.Seen)/3])
}

// Result is what became of a license, or of asking for one.
type Result struct {
	Owner string `json:"owner"`
	// Activated says that the license of the plan was activated by this call.
	Activated bool `json:"activated"`
	// History is the ID of the history entry, 0 if nothing was activated.
	History int64 `json:"history,omitzero"`
	// Offer and Plan are those of the license concerned: the one that was
	// activated, that came, or that is pending still. Plan is nil if there is
	// none.
	Offer Digest        `json:"offer,omitzero"`
	Plan  *planner.Plan `json:"plan,omitzero"`
	// Waiting is why the offer is pending, empty if it is not.
	Waiting Waiting `json:"waiting,omitzero"`
	// Refused is what came, if it was rejected, and what was expected.
	Refused *RefusedLicense `json:"refused,omitzero"`
	// Check is how the source was asked, as it is kept now. It is what it was
	// before if no source was asked.
	Check CheckRecord `json:"check,omitzero"`
}

// Activate activates a pending offer, with the releases and switches that were
// asked for, in one transaction. It verifies the envelope again and plans again;
// only what is ready is activated. See docs/spec/planning.md, Activation.
//
// If the license is active already, it succeeds and changes nothing, even where
// its plan would be rejected. That happens after a call whose outcome is
// unknown, or when two administrators do the same. A stored envelope that no
// longer verifies is replaced then.
//
// Otherwise the error is a [*NotActivatedError] with the fresh preview. It
// matches [ErrStale] if the licenses or the cascade are not what was seen, and
// [ErrBlocked] or [ErrRejected] if the plan is not ready. The error is
// [ErrNoOffer] if no such offer is pending, a [*signed.Error] if the offer is
// not authentic any more, and one of [planner.New] if the selection is wrong.
// Nothing has changed then.
func (a *Actor) Activate(ctx context.Context, approval Approval) (*Result, error) {
	return run(ctx, a.operation(OperationActivate, ""), func(ctx context.Context, o *operation) (*Result, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Result, error) {
			return x.activateApproved(ctx, approval)
		})
	})
}

func (x *transaction) activateApproved(ctx context.Context, approval Approval) (*Result, error) {
	owner, i := x.find(approval.Offer)
	x.op.owner = owner.Owner
	if i < 0 {
		return x.activeAlready(owner)
	}
	offered, err := x.reopen(ctx, owner.Owner, owner.Pending[i])
	if err != nil {
		return nil, err
	}
	same, err := x.sameContent(ctx, owner, offered)
	switch {
	case err != nil:
		return nil, err
	case same: // the offer brings nothing new, and is forgotten
		owner.Pending = without(owner.Pending, approval.Offer)
		return x.keepCurrent(ctx, owner, offered)
	}
	p, err := x.planApproved(ctx, offered, approval)
	seen := strings.HasPrefix(approval.Seen, x.seenLicenses())
	switch {
	case err != nil && seen:
		return nil, err
	case err != nil:
		return nil, x.stale(ctx, offered)
	}
	switch fresh := x.presentPlanned(p); {
	case !seen:
		return nil, &NotActivatedError{Reason: ErrStale, Fresh: fresh}
	case p.plan.Status == planner.Rejected:
		return nil, &NotActivatedError{Reason: ErrRejected, Fresh: fresh}
	case !approval.saw(fresh):
		return nil, &NotActivatedError{Reason: ErrStale, Fresh: fresh}
	case p.plan.Status != planner.Ready:
		return nil, &NotActivatedError{Reason: ErrBlocked, Fresh: fresh}
	}
	result, err := x.activate(ctx, activated{offer: offered, plan: p.plan, holders: p.holders})
	if err != nil {
		return nil, err
	}
	return result, x.review(ctx, owner.Owner)
}

// find returns the owner for whom an offer is pending, with its place among those
// that are, or else the owner whose active license it is, with a place below 0.
func (s *situation) find(offered Digest) (OwnerRecord, int) {
	for _, owner := range s.owners {
		if i := slices.IndexFunc(owner.Pending, named(offered)); i >= 0 {
			return owner, i
		}
	}
	for _, owner := range s.owners {
		if owner.Active != nil && owner.Active.Digest == offered {
			return owner, -1
		}
	}
	return OwnerRecord{}, -1
}

// named finds an offer.
func named(digest Digest) func(StoredLicense) bool {
	return func(l StoredLicense) bool { return l.Digest == digest }
}

// without returns the offers but for one.
func without(pending []StoredLicense, digest Digest) []StoredLicense {
	return slices.DeleteFunc(slices.Clone(pending), named(digest))
}

// activeAlready answers for an offer that is not pending.
func (x *transaction) activeAlready(owner OwnerRecord) (*Result, error) {
	switch opened := x.opened[owner.Owner]; {
	case owner.Active == nil:
		return nil, ErrNoOffer
	case opened == nil:
		return nil, x.unverified[owner.Owner]
	default:
		x.op.outcome = OutcomeCurrent
		return &Result{
			Owner: owner.Owner, Offer: owner.Active.Digest, Plan: currentPlan(opened.License), Check: owner.Check,
		}, nil
	}
}

// planApproved plans an offer with what an approval selects, or else with what is
// kept.
func (x *transaction) planApproved(ctx context.Context, offered *offer, approval Approval) (*planned, error) {
	if !approval.Empty() {
		return x.planWith(ctx, offered, approval.Selection)
	}
	p, err := x.planKept(ctx, offered)
	if err != nil || approval.saw(x.presentPlanned(p)) {
		return p, err
	}
	bare, err := x.planWith(ctx, offered, planner.Selection{})
	if err == nil && bare.decisive().Status == planner.Ready && approval.saw(x.presentPlanned(bare)) {
		return bare, nil
	}
	return p, err
}

// stale refuses an offer of which the licenses are others than was seen, with the
// plan without what was selected, which no longer fits.
func (x *transaction) stale(ctx context.Context, offered *offer) error {
	p, err := x.planWith(ctx, offered, planner.Selection{})
	if err != nil {
		return err
	}
	return &NotActivatedError{Reason: ErrStale, Fresh: x.presentPlanned(p)}
}

// currentPlan is the plan of a license that is active already. It does not go
// through the rejections, which that license may have come to meet.
func currentPlan(l *license.License) *planner.Plan {
	return &planner.Plan{
		Owner: l.Owner.Name, From: l.Number, To: l.Number, Status: planner.Current,
		Rejections: []planner.Rejection{}, Changes: []planner.ModuleChange{}, Blockers: []planner.Blocker{}, Releases: []planner.Release{}, Warnings: []planner.Warning{},
	}
}

// activated is an activation that has been decided.
type activated struct {
	offer     *offer
	plan      *planner.Plan
	holders   []seat.Holder // those with a release or a switch
	automatic bool
}

// activate carries out what the plan says: the assignments, O in C's place, and
// the record of it.
func (x *transaction) activate(ctx context.Context, a activated) (*Result, error) {
	l := a.offer.opened.License
	owner := x.owner(l.Owner.Name)
	if schedule := a.offer.stored.Schedule; schedule != nil && a.automatic {
		engine := x.op.by
		x.op.by = schedule.By // the administrator who approved it
		defer func() { x.op.by = engine }()
	}
	history, err := x.w.AppendHistory(ctx, x.historyOf(owner, a))
	if err != nil {
		return nil, err
	}
	if err := x.move(ctx, a, history); err != nil {
		return nil, err
	}
	x.counted = false // seats have to be counted again
	active := a.offer.stored
	active.By, active.At, active.Unseen = x.op.by, x.now, a.automatic
	active.Begins, active.Offered, active.Withdrawn = time.Time{}, time.Time{}, time.Time{}
	active.Selected, active.Schedule = planner.Selection{}, nil
	owner.Active, owner.Before = &active, nil
	owner.Pending = without(owner.Pending, active.Digest)
	x.adopt(a.offer.opened)
	if err := x.raise(ctx, &owner, a.offer.opened); err != nil {
		return nil, err
	}
	x.scheduleAfterActivation(&owner, l)
	if err := x.putOwner(ctx, owner); err != nil {
		return nil, err
	}
	if l.IssuedAt.After(x.record.NewestIssued) {
		x.record.NewestIssued = l.IssuedAt.UTC()
	}
	if err := x.countSeats(ctx); err != nil {
		return nil, err
	}
	x.announce(a)
	return &Result{
		Owner: owner.Owner, Activated: true, History: history, Offer: active.Digest, Plan: a.plan, Check: owner.Check,
	}, nil
}

func (x *transaction) historyOf(owner OwnerRecord, a activated) HistoryEntry {
	entry := HistoryEntry{
		At: x.now, Kind: HistoryActivated, By: x.op.by, Owner: owner.Owner, Source: a.offer.stored.Source,
		To: a.plan.To, Automatic: a.automatic, Changes: a.plan.Changes,
	}
	to := a.offer.opened.License.Licensee
	if owner.Active == nil {
		entry.ToLicensee = &to
		return entry
	}
	entry.From = owner.Active.Number
	if from := owner.Active.Licensee; !from.Equal(to) {
		entry.FromLicensee, entry.ToLicensee = &from, &to
	}
	return entry
}

// move changes the assignments of those who release or switch something, then of
// all others whose modules pass on or end. By then the first have none of these any
// more.
func (x *transaction) move(ctx context.Context, a activated, history int64) error {
	if err := x.apply(ctx, a, history, a.holders); err != nil {
		return err
	}
	names, err := x.passing(ctx, a.plan)
	if err != nil || len(names) == 0 {
		return err
	}
	return eachHolder(ctx, x.w, names, func(page []seat.Holder) error {
		return x.apply(ctx, a, history, page)
	})
}

func (x *transaction) apply(ctx context.Context, a activated, history int64, holders []seat.Holder) error {
	var moved []seat.Holder
	var changes []seat.Change
	for _, h := range holders {
		after, changed := a.plan.Apply(h)
		if len(changed) > 0 {
			moved, changes = append(moved, after), append(changes, changed...)
		}
	}
	if err := x.putHolders(ctx, moved); err != nil {
		return err
	}
	return x.appendLog(ctx, history, changes)
}

// passing returns the modules, as they are assigned today, that the plan moves
// or ends for everybody.
func (x *transaction) passing(ctx context.Context, plan *planner.Plan) ([]string, error) {
	census, err := x.count(ctx)
	if err != nil {
		return nil, err
	}
	return assigned(census, plan.Moves), nil
}

// assigned returns the modules that are assigned to anybody and of which something
// is so.
func assigned(census seat.Census, is func(module string) bool) []string {
	var names []string
	for _, c := range census {
		for _, module := range c.Assigned {
			if is(module) {
				names = append(names, module)
			}
		}
	}
	return nameset.Of(names)
}

// eachHolder pages through the holders of modules, or all holders for none.
func eachHolder(ctx context.Context, list Reader, modules []string, visit func([]seat.Holder) error) error {
	after := ""
	for {
		page, err := list.HoldersWith(ctx, modules, after, chunk)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].ID
		if err := visit(page); err != nil {
			return err
		}
		if len(page) < chunk {
			return nil
		}
	}
}

func (x *transaction) announce(a activated) {
	by := x.op.by
	x.op.outcome = OutcomeActivated
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "activated",
			slog.String("by", by), slog.Bool("automatic", a.automatic),
			slog.Int64("from", a.plan.From), slog.Int64("to", a.plan.To),
			slog.Int("changes", len(a.plan.Changes)), slog.Int("releases", len(a.plan.Releases)), slog.Int("switches", len(a.plan.Switches)),
			slog.Any("warnings", a.plan.Warnings))
	})
}
