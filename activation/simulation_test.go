package activation_test

import (
	"context"
	"crypto/ed25519"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// TestThreeYears draws what a vendor, a feed, administrators and instances do over
// three years. Whatever the order: a renewal that is offered and can be activated
// is active after the check, one that can't is visible with its reason, and what
// is active is what its document says.
//
// There are few runs by default, as each is some hundred checks long: give
// -rapid.checks for more than a hundred.
func TestThreeYears(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("8"))
		defer func() { require.NoError(t, checks.Value.Set(checks.DefValue)) }()
	}
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, r)
		for end := today.AddDate(3, 0, 0); w.clock.read().Before(end); {
			action := rapid.SampledFrom(actions).Draw(r, "action")
			action.do(w)
			w.live(w.clock.read().Add(time.Duration(rapid.IntRange(1, 30*24).Draw(r, "hours")) * time.Hour))
		}
	})
}

// world is a vendor with a feed, and an installation with its instances.
type world struct {
	*stage
	r       *rapid.T
	older   *activation.Engine
	key     ed25519.PrivateKey
	revoked bool
	number  int64
	last    *license.License // that was issued, and is good
	// feed is what the feed has: a license, or what it says.
	feedHas  *license.License
	envelope []byte
	says     source.Outcome
	down     source.Reason // empty where the feed is up
	// answered is the license that the feed had when it was asked last, nil for
	// none; dismissed is what administrators did not want.
	answered  *license.License
	dismissed map[activation.Digest]bool
	// foreign says that an instance with an older trust wrote last, which may
	// not know when the states of the active license begin.
	foreign bool
}

type action struct {
	name string
	do   func(*world)
}

func (a action) String() string { return a.name }

var actions = []action{
	{"nothing", func(*world) {}},
	{"renewal", func(w *world) { w.publish(w.issue(nil)) }},
	{"renewal that begins later", func(w *world) { w.publish(w.issue(w.last.Expires)) }},
	{"renewal, twice", func(w *world) {
		w.publish(w.issue(w.last.Expires))
		w.publish(w.issue(w.last.ValidFrom))
	}},
	{"renewal in a file", func(w *world) { w.loadFile(w.issue(nil)) }},
	{"renewal that begins later in a file", func(w *world) { w.loadFile(w.issue(w.last.Expires)) }},
	{"withdrawn", func(w *world) { w.withdraw() }},
	{"ended", func(w *world) {
		bad := w.draw(nil)
		bad.Expires, bad.GraceUntil, bad.WarnFrom = at(w.clock.read().Add(-time.Hour)), nil, nil
		w.publish(bad)
	}},
	{"another company", func(w *world) {
		bad := w.draw(nil)
		bad.Licensee.Company = "Other AS"
		w.publish(bad)
	}},
	{"number reused", func(w *world) {
		bad := w.draw(nil)
		bad.Number = w.status().Number
		w.number--
		w.publish(bad)
	}},
	{"number by slip", func(w *world) {
		bad := w.draw(nil)
		bad.Number = license.MaxNumber
		w.number--
		w.publish(bad)
	}},
	{"feed down", func(w *world) {
		w.down = rapid.SampledFrom([]source.Reason{source.ReasonUnavailable, source.ReasonUnusable}).Draw(w.r, "reason")
	}},
	{"feed up", func(w *world) { w.down = "" }},
	{"key revoked", func(w *world) { w.revoke() }},
	{"older trust", func(w *world) {
		w.foreign = true
		_ = w.older.RenewDue(w.Context())
	}},
	{"restart", func(w *world) { w.restart() }},
	{"retire", func(w *world) {
		_, err := w.crm.As("eva").Retire(w.Context(), fmt.Sprintf("u%d", rapid.IntRange(1, 4).Draw(w.r, "user")))
		require.NoError(w.r, err)
	}},
	{"fill", func(w *world) {
		_, _, err := w.crm.As("eva").Fill(w.Context(), "acme.plan", users(4)...)
		_ = err // the license may have lapsed
	}},
	{"dismiss", func(w *world) {
		if p := w.status().Pending; p != nil {
			w.dismissed[p.Offer] = true
			require.NoError(w.r, w.crm.As("eva").Dismiss(w.Context(), p.Offer))
		}
	}},
	{"schedule", func(w *world) {
		previews, err := w.crm.Pending(w.Context())
		require.NoError(w.r, err)
		for _, p := range previews {
			if p.Upcoming != nil {
				_, err := w.crm.As("eva").Schedule(w.Context(), p.Approve())
				require.NoError(w.r, err)
			}
		}
	}},
}

func newWorld(t *testing.T, r *rapid.T) *world {
	t.Helper()
	w := &world{stage: newStage(t), r: r, key: vendorKey, dismissed: map[activation.Digest]bool{}}
	w.older = w.start(w.store, trusting(t, vendorKey))
	w.restart()
	w.feed.answer = w.answer
	w.expect("S-1")
	w.publish(w.issue(nil))
	require.NoError(t, w.engine.RenewDue(t.Context()))
	_, _, err := w.crm.As("eva").Fill(t.Context(), "acme.plan", users(3)...)
	require.NoError(t, err)
	return w
}

func (w *world) trust() *signed.Trust {
	trust := trusting(w.T, vendorKey, spareKey)
	if w.revoked {
		var err error
		trust, err = trust.Revoke(signed.Thumbprint(public(vendorKey)))
		require.NoError(w.r, err)
	}
	return trust
}

func (w *world) restart() {
	w.engine = w.start(w.store, w.trust(), activation.WithRandom(func() float64 { return 0.7 }))
	w.crm = w.engine.Tenant("tenant-42")
}

// revoke has the vendor sign with another key from now on, all that it has issued.
func (w *world) revoke() {
	if w.revoked {
		return
	}
	w.revoked, w.key = true, spareKey
	if w.feedHas != nil {
		w.publish(w.feedHas)
	}
	w.restart()
}

// draw makes the next license, from an instant on or from now.
func (w *world) draw(from *time.Time) *license.License {
	w.number++
	now := w.clock.read()
	begins := now
	if from != nil && from.After(now) {
		begins = *from
	}
	l := acme(w.number, quantity("plan", rapid.Int64Range(2, 5).Draw(w.r, "seats")))
	l.IssuedAt = now
	if begins.After(now) {
		l.ValidFrom = &begins
	}
	l.Expires = at(begins.AddDate(0, rapid.IntRange(2, 12).Draw(w.r, "months"), 0))
	if rapid.Bool().Draw(w.r, "asks") {
		l.NextCheck = at(now.AddDate(0, rapid.IntRange(1, 11).Draw(w.r, "next"), 0))
	}
	if rapid.Bool().Draw(w.r, "warns") {
		l.WarnFrom = at(l.Expires.AddDate(0, 0, -20))
		l.GraceUntil = at(l.Expires.AddDate(0, 0, 14))
	}
	return l
}

func (w *world) issue(from *time.Time) *license.License {
	w.last = w.draw(from)
	return w.last
}

func (w *world) publish(l *license.License) {
	w.feedHas, w.envelope = l, envelope(w.T, l, w.key)
}

// withdraw puts what is active into the feed again, a status, or nothing.
func (w *world) withdraw() {
	w.feedHas = nil
	switch rapid.IntRange(0, 2).Draw(w.r, "withdrawn") {
	case 0:
		if l := w.status().License; l != nil {
			w.publish(l)
		}
	case 1:
		w.says = source.Outcome{Kind: source.KindCurrent}
	case 2:
		w.says = source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "unknown serial"})
	}
}

func (w *world) answer(_ context.Context, request source.Request) (source.Outcome, error) {
	w.answered = nil
	switch tag := activation.DigestOf(w.envelope).String(); {
	case w.down != "":
		return source.NewProblem(source.Problem{Reason: w.down}), nil
	case w.feedHas == nil:
		return w.says, nil
	case request.ETag == tag:
		w.answered = w.feedHas
		return source.Outcome{Kind: source.KindCurrent, ETag: tag}, nil
	default:
		w.answered = w.feedHas
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{w.envelope}, ETag: tag}, nil
	}
}

func (w *world) loadFile(l *license.License) {
	_, err := w.crm.As("eva").Load(w.Context(), bytesReader(envelope(w.T, l, w.key)))
	require.NoError(w.r, err)
}

func (w *world) status() activation.OwnerStatus { return ownerOfStatus(w.T, w.crm, "acme") }

// live does what is due until an instant, at the very instants at which it is.
func (w *world) live(until time.Time) {
	owner := w.status()
	for {
		next := w.withoutSamples(owner)
		if next.After(until) {
			break
		}
		if next.After(w.clock.read()) {
			w.clock.set(next)
		}
		owner = w.renewDue(owner)
	}
	w.clock.set(until)
	w.renewDue(owner)
}

// withoutSamples is when something is due but for the samples of the day, which
// would make the simulation long.
func (w *world) withoutSamples(owner activation.OwnerStatus) time.Time {
	next := owner.Check.Next
	consider := func(instant *time.Time) {
		if instant != nil && instant.After(w.clock.read()) && instant.Before(next) {
			next = *instant
		}
	}
	for _, p := range waits(owner) {
		consider(p.License.ValidFrom)
	}
	if l := owner.License; l != nil && !w.foreign {
		consider(l.WarnFrom)
		consider(l.Expires)
		consider(l.GraceUntil)
	}
	require.NoError(w.r, w.store.View(w.Context(), w.crm.ID(), func(r activation.Reader) error {
		record, err := r.Tenant(w.Context())
		if record.Due.After(next) {
			w.r.Fatalf("at %v, the tenant is due at %v, and something at %v", w.clock.read(), record.Due, next)
		}
		if owner.Unverified != nil && !owner.Check.Unverified {
			next = record.Due
		}
		return err
	}))
	return next
}

func waits(owner activation.OwnerStatus) []*activation.Preview {
	if owner.Pending == nil {
		return nil
	}
	return append([]*activation.Preview{owner.Pending}, owner.Others...)
}

// renewDue does what is due, and looks at what has come of it.
func (w *world) renewDue(before activation.OwnerStatus) activation.OwnerStatus {
	asked := len(w.feed.asked)
	held := len(w.assigned())
	require.NoError(w.r, w.engine.RenewDue(w.Context()))
	w.foreign = w.foreign && len(w.feed.asked) == asked
	owner := w.status()
	w.consistent(before, owner, held)
	if len(w.feed.asked) > asked && w.answered != nil {
		w.offered(owner, w.answered)
	}
	return owner
}

// consistent looks at what holds at any time.
func (w *world) consistent(before, owner activation.OwnerStatus, held int) {
	now := w.clock.read()
	if owner.Number < before.Number && before.Unverified == nil {
		w.r.Fatalf("number %d was active, and %d is", before.Number, owner.Number)
	}
	if l := owner.License; l != nil {
		require.Equal(w.r, l.StateAt(now), owner.State)
		if used := int64(len(w.assigned())); used > l.Modules[1].Quantity {
			w.r.Fatalf("%d of %d seats are in use", used, l.Modules[1].Quantity)
		}
	} else if !w.revoked {
		w.r.Fatalf("what was active does not verify: %v", owner.Unverified)
	}
	if now := len(w.assigned()); now != held {
		w.r.Fatalf("%d have a seat, %d had: nobody has released one", now, held)
	}
	for _, p := range waits(owner) {
		if p.Waiting == "" && owner.Check.LastTry.Equal(now) {
			w.r.Fatalf("number %d waits and nobody knows why: %+v", p.Plan.To, p.Plan)
		}
	}
	next, longest := owner.Check.Next, 30*day
	if l := owner.License; l != nil && owner.Check.Failures == 0 && now.After(l.Expires.Add(-30*day)) && (l.WarnFrom == nil || now.After(*l.WarnFrom)) {
		longest = day
	}
	if !next.After(now) || next.After(now.Add(longest)) {
		w.r.Fatalf("at %v, the next check is %v", now, next)
	}
	if owner.Unverified != nil && !owner.Check.Unverified {
		w.r.Fatalf("what is active does not verify, and nobody was asked")
	}
}

// offered looks at what became of a license that the feed has.
func (w *world) offered(owner activation.OwnerStatus, l *license.License) {
	now := w.clock.read()
	if owner.Number >= l.Number || w.dismissed[activation.DigestOf(w.envelope)] {
		return
	}
	waiting := slices.IndexFunc(waits(owner), func(p *activation.Preview) bool { return p.Plan.To >= l.Number })
	refused := owner.Check.Refused
	switch {
	case waiting < 0 && (refused == nil || refused.Number != l.Number || len(refused.Rejections) == 0 || refused.Detail == ""):
		w.r.Fatalf("the feed has number %d, %d is active, and nothing is told: %+v", l.Number, owner.Number, owner.Check)
	case l.Licensee.Company != "Example AS" || l.StateAt(now) == license.Lapsed || l.StateAt(now) == license.NotYetValid:
		return
	case l.Number == license.MaxNumber || int64(len(w.assigned())) > l.Modules[1].Quantity:
		return
	case waiting >= 0 && waits(owner)[waiting].Plan.To > l.Number && waits(owner)[waiting].Plan.Status != planner.Rejected:
		return // another one that has begun, and is higher
	}
	w.r.Fatalf("the feed has number %d, which can be activated, and %d is active: %+v", l.Number, owner.Number, owner.Check)
}
