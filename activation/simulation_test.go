package activation_test

import (
	"context"
	"crypto/ed25519"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
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
// Each run is some hundred checks long, so there are few by default: give
// -rapid.checks for other than a hundred.
func TestThreeYears(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set(threeYears))
		defer func() { require.NoError(t, checks.Value.Set(checks.DefValue)) }()
	}
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, r)
		for end := today.AddDate(3, 0, 0); w.clock.read().Before(end); {
			if rapid.IntRange(0, 3).Draw(r, "up") > 0 {
				w.down, w.lies = "", nil // otherwise the source would fail most of the time
			}
			action := rapid.SampledFrom(actions).Draw(r, "action")
			action.do(w)
			w.seats = len(w.assigned())
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
	last    *license.License // the last good license that was issued
	// feed is what the feed has: a license, or what it says.
	feedHas  *license.License
	envelope []byte
	says     source.Outcome
	down     source.Reason   // empty while the feed is up
	lies     *source.Outcome // the answer of somebody in the feed's place
	// trusts has what opens envelopes, by whether the vendor's key is revoked.
	trusts map[bool]*remembering
	// answered is the license that the feed had when it was asked last, nil for
	// none; dismissed is what administrators did not want.
	answered  *license.License
	dismissed map[activation.Digest]bool
	seats     int // seats in use
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
	{"feed up", func(w *world) { w.down, w.lies = "", nil }},
	{"feed lies", func(w *world) { w.lie() }},
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
	w := &world{stage: newStage(t), r: r, key: vendorKey, dismissed: map[activation.Digest]bool{}, trusts: map[bool]*remembering{}}
	w.older = w.start(w.store, &remembering{trust: trusting(t, vendorKey)})
	w.restart()
	w.feed.answer = w.answer
	w.expect("S-1")
	w.publish(w.issue(nil))
	require.NoError(t, w.engine.RenewDue(t.Context()))
	_, _, err := w.crm.As("eva").Fill(t.Context(), "acme.plan", users(3)...)
	require.NoError(t, err)
	w.seats = len(w.assigned())
	return w
}

// remembering opens what it has opened before from memory: there are thousands of
// runs, and signatures are most of what they would cost. The keys of the vendor
// have no windows, so that the instant makes no difference.
type remembering struct {
	trust  *signed.Trust
	mu     sync.Mutex
	opened map[string]func() (*signed.Opened, error)
}

func (o *remembering) Open(envelope []byte, now time.Time) (*signed.Opened, error) {
	return o.once("open "+string(envelope), func() (*signed.Opened, error) { return o.trust.Open(envelope, now) })
}

func (o *remembering) Reopen(envelope []byte) (*signed.Opened, error) {
	return o.once("reopen "+string(envelope), func() (*signed.Opened, error) { return o.trust.Reopen(envelope) })
}

// Revokes is the trust's.
func (o *remembering) Revokes(id string) bool { return o.trust.Revokes(id) }

func (o *remembering) once(key string, open func() (*signed.Opened, error)) (*signed.Opened, error) {
	o.mu.Lock()
	if o.opened == nil {
		o.opened = make(map[string]func() (*signed.Opened, error))
	}
	if o.opened[key] == nil {
		o.opened[key] = sync.OnceValues(open)
	}
	known := o.opened[key]
	o.mu.Unlock()
	return known()
}

func (w *world) trust() signed.Opener {
	if w.trusts[w.revoked] == nil {
		trust := trusting(w.T, vendorKey, spareKey)
		if w.revoked {
			var err error
			trust, err = trust.Revoke(signed.Thumbprint(public(vendorKey)))
			require.NoError(w.r, err)
		}
		w.trusts[w.revoked] = &remembering{trust: trust}
	}
	return w.trusts[w.revoked]
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
	l.Expires = at(begins.AddDate(0, rapid.IntRange(2, 14).Draw(w.r, "months"), 0))
	if rapid.IntRange(0, 3).Draw(w.r, "asks") > 0 {
		l.NextCheck = at(now.AddDate(0, rapid.SampledFrom([]int{1, 3, 6, 11, 12, 12, 12, 12}).Draw(w.r, "next"), 0))
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

// lie has somebody answer in the feed's place, perhaps with the ETag of what the
// feed has, until it is up again.
func (w *world) lie() {
	forged := w.draw(nil)
	w.number--
	kinds := []source.Outcome{
		{Kind: source.KindNew},
		{Kind: source.KindNew, Envelopes: [][]byte{[]byte("<html>Please sign in</html>")}},
		{Kind: source.KindNew, Envelopes: [][]byte{envelope(w.T, forged, strangeKey)}},
		{Kind: source.KindIdentityChanged, Licensee: license.Licensee{Company: "Other AS", Serial: "S-9"}},
		{Kind: source.KindCurrent},
		source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "no such serial", RetryAfter: 1000 * time.Hour}),
	}
	said := rapid.SampledFrom(kinds).Draw(w.r, "lie")
	if rapid.Bool().Draw(w.r, "tag") && said.Kind == source.KindNew {
		said.ETag = w.tag()
	}
	w.lies = &said
}

// tag is the ETag of what the feed has.
func (w *world) tag() string { return activation.DigestOf(w.envelope).String() }

func (w *world) answer(_ context.Context, request source.Request) (source.Outcome, error) {
	w.answered = nil
	switch tag := w.tag(); {
	case w.down != "":
		return source.NewProblem(source.Problem{Reason: w.down}), nil
	case w.lies != nil:
		return *w.lies, nil
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
	result, err := w.crm.As("eva").Load(w.Context(), bytesReader(envelope(w.T, l, w.key)))
	require.NoError(w.r, err)
	if !result.Activated && result.Waiting == "" && (result.Refused == nil || result.Refused.Detail == "") {
		w.r.Fatalf("number %d was loaded, and nothing is told: %+v", l.Number, result)
	}
	if fits := int64(len(w.assigned())) <= l.Modules[1].Quantity; fits && !result.Activated && l.ValidFrom == nil {
		w.r.Fatalf("number %d was loaded and can be activated: %+v, %+v", l.Number, result, result.Refused)
	}
}

func (w *world) status() activation.OwnerStatus {
	owner, _ := w.look()
	return owner
}

// look returns the status, and what needs attention.
func (w *world) look() (activation.OwnerStatus, []attention.Item) {
	status, err := w.crm.Status(w.Context())
	require.NoError(w.r, err)
	return status.Owner("acme"), status.Attention(w.clock.read())
}

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
	next := nextCheck(owner)
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

// nextCheck is when the source is asked, which is left alone while it is down.
func nextCheck(owner activation.OwnerStatus) time.Time {
	if owner.PausedUntil.After(owner.Check.Next) {
		return owner.PausedUntil
	}
	return owner.Check.Next
}

func waits(owner activation.OwnerStatus) []*activation.Preview {
	if owner.Pending == nil {
		return nil
	}
	return append([]*activation.Preview{owner.Pending}, owner.Others...)
}

// renewDue does what is due, and looks at what has come of it.
func (w *world) renewDue(before activation.OwnerStatus) activation.OwnerStatus {
	w.feed.asked = w.feed.asked[:0]
	require.NoError(w.r, w.engine.RenewDue(w.Context()))
	w.foreign = w.foreign && len(w.feed.asked) == 0
	owner, items := w.look()
	w.consistent(before, owner)
	if len(w.feed.asked) > 0 && w.answered != nil {
		w.offered(owner, items, w.answered)
	}
	return owner
}

// consistent looks at what holds at any time.
func (w *world) consistent(before, owner activation.OwnerStatus) {
	now := w.clock.read()
	if owner.Number < before.Number && before.Unverified == nil {
		w.r.Fatalf("number %d was active, and %d is", before.Number, owner.Number)
	}
	if l := owner.License; l != nil {
		require.Equal(w.r, l.StateAt(now), owner.State)
		switch used := owner.Module("acme.plan").InUse; {
		case used > l.Modules[1].Quantity:
			w.r.Fatalf("%d of %d seats are in use", used, l.Modules[1].Quantity)
		case used != int64(w.seats):
			w.r.Fatalf("%d have a seat, %d had: nobody has released one", used, w.seats)
		}
	} else if !w.revoked {
		w.r.Fatalf("what was active does not verify: %v", owner.Unverified)
	}
	for _, p := range waits(owner) {
		if p.Waiting == "" && owner.Check.LastTry.Equal(now) {
			w.r.Fatalf("number %d waits and nobody knows why: %+v", p.Plan.To, p.Plan)
		}
	}
	next, longest := nextCheck(owner), 30*day
	if l := owner.License; l != nil && owner.Check.Failures == 0 && now.After(l.Expires.Add(-30*day)) && (l.WarnFrom == nil || now.After(*l.WarnFrom)) {
		longest = day
	}
	if !next.After(now) || next.After(now.Add(longest)) {
		w.r.Fatalf("at %v, the next check is %v: %+v", now, next, owner)
	}
	if owner.Unverified != nil && !owner.Check.Unverified {
		w.r.Fatalf("what is active does not verify, and nobody was asked")
	}
}

// offered looks at what became of a license that the feed has: it is active, or
// what needs attention says why not.
func (w *world) offered(owner activation.OwnerStatus, items []attention.Item, l *license.License) {
	now := w.clock.read()
	if owner.Number >= l.Number || w.dismissed[activation.DigestOf(w.envelope)] {
		return
	}
	if !slices.ContainsFunc(items, func(item attention.Item) bool { return explains(item, l) }) {
		w.r.Fatalf("the feed has number %d, %d is active, and nothing is told: %v, %+v", l.Number, owner.Number, items, owner.Check)
	}
	waiting := slices.IndexFunc(waits(owner), func(p *activation.Preview) bool { return p.Plan.To >= l.Number })
	switch {
	case l.Licensee.Company != "Example AS" || l.StateAt(now) == license.Lapsed || l.StateAt(now) == license.NotYetValid:
		return
	case l.Number == license.MaxNumber || int64(w.seats) > l.Modules[1].Quantity:
		return
	case waiting >= 0 && waits(owner)[waiting].Plan.To > l.Number && waits(owner)[waiting].Plan.Status != planner.Rejected:
		return // a higher one that has begun waits
	}
	w.r.Fatalf("the feed has number %d, which can be activated, and %d is active: %+v", l.Number, owner.Number, owner.Check)
}

// explains reports whether an item says why a license that was offered is not
// active, or that a higher one waits instead.
func explains(item attention.Item, l *license.License) bool {
	switch item.Code {
	case attention.OfferReady:
		return item.Number >= l.Number && len(item.Reasons) > 0
	case attention.OfferBlocked:
		return item.Number >= l.Number && len(item.Blockers)+len(item.Reasons) > 0
	case attention.OfferScheduled:
		return item.Number >= l.Number && !item.Until.IsZero()
	case attention.OfferWithdrawn:
		return item.Number > l.Number && !item.Since.IsZero()
	case attention.RenewalRefused:
		return item.Number == l.Number && len(item.Reasons) > 0 && item.Text != ""
	}
	return false
}
