package seat_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// sold has a plain module, a site module and a bundle.
func sold() *license.License {
	return issued("vendor",
		module("web", 1), module("mail", 1), module("portal", 1, site), module("suite", 1, includes("mail", "web")))
}

func TestStrangersUseSiteModules(t *testing.T) {
	e := snapshot(mustSet(t, sold()), user("u1", "vendor.web"))
	for module, want := range map[string]seat.Entitlement{
		"vendor.portal": licensed("vendor.portal"),
		"vendor.web":    refused(seat.ReasonNotAssigned),
		"vendor.gone":   refused(seat.ReasonNotLicensed),
	} {
		for _, holder := range []string{"stranger", "U1", "u1 ", ""} {
			if diff := cmp.Diff(want, checked(t, e, holder, module)); diff != "" {
				t.Errorf("%s for %q (-want +got):\n%s", module, holder, diff)
			}
		}
	}
}

func TestLaterOfTwoHoldersCounts(t *testing.T) {
	e := snapshot(mustSet(t, sold()),
		user("u1", "vendor.web"), user("u1", "vendor.mail"), user("u2", "vendor.web"), user("u2"))
	for _, test := range []struct {
		holder, module string
		want           seat.Entitlement
	}{
		{"u1", "vendor.mail", licensed("vendor.mail")},
		{"u1", "vendor.web", refused(seat.ReasonNotAssigned)},
		{"u2", "vendor.web", refused(seat.ReasonNotAssigned)},
	} {
		if diff := cmp.Diff(test.want, checked(t, e, test.holder, test.module)); diff != "" {
			t.Errorf("%s for %s (-want +got):\n%s", test.module, test.holder, diff)
		}
	}
}

func TestAssignedIsASet(t *testing.T) {
	assigned := []string{"vendor.web", "vendor.suite", "vendor.web"}
	e := snapshot(mustSet(t, sold()), user("u1", assigned...))
	if diff := cmp.Diff(licensed("vendor.web"), checked(t, e, "u1", "vendor.web")); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"vendor.web", "vendor.suite", "vendor.web"}, assigned); diff != "" {
		t.Errorf("the argument has changed (-want +got):\n%s", diff)
	}
	assigned[1] = "vendor.gone"
	if diff := cmp.Diff(licensed("vendor.suite"), checked(t, e, "u1", "vendor.mail")); diff != "" {
		t.Errorf("after the argument was overwritten (-want +got):\n%s", diff)
	}
}

// TestZeroAllowsNothing: whoever forgets to make one is refused, not let in.
func TestZeroAllowsNothing(t *testing.T) {
	var zero seat.Entitlements
	for name, got := range map[string]seat.Entitlement{
		"Entitlements":                  zero.Check("u1", "vendor.web"),
		"Entitlements.For":              zero.For("u1").Check("vendor.web"),
		"Entitlements.Module":           zero.Module("vendor.web").Check("u1"),
		"Grants":                        seat.Grants{}.Check("vendor.web"),
		"ModuleGrants":                  seat.ModuleGrants{}.Check("u1"),
		"NewEntitlements without a set": snapshot(nil, user("u1", "vendor.web")).Check("u1", "vendor.web"),
	} {
		if diff := cmp.Diff(refused(seat.ReasonNotLicensed), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if at, turns := zero.Until(); turns {
		t.Errorf("the zero Entitlements hold until %s", at)
	}
	next := zero.With([]seat.Holder{user("u1", "vendor.web")}, "u2").At(mustSet(t, sold()), today)
	for holder, want := range map[string]seat.Entitlement{"u1": licensed("vendor.web"), "u2": refused(seat.ReasonNotAssigned)} {
		if diff := cmp.Diff(want, checked(t, next, holder, "vendor.web")); diff != "" {
			t.Errorf("%s after With and At (-want +got):\n%s", holder, diff)
		}
	}
	if diff := cmp.Diff(refused(seat.ReasonNotAssigned), checked(t, zero.At(mustSet(t, sold()), today), "u1", "vendor.web")); diff != "" {
		t.Errorf("after At (-want +got):\n%s", diff)
	}
}

// TestUntil follows a snapshot from turn to turn, and beyond the last one.
func TestUntil(t *testing.T) {
	hour := func(n int) time.Time { return today.Add(time.Duration(n) * time.Hour) }
	vendor := lasting(issued("vendor", module("web", 1)), hour(1), hour(3), hour(5))
	reminder := hour(2) // it changes no answer
	vendor.WarnFrom = &reminder
	partner := lasting(issued("partner", module("chat", 1)), time.Time{}, hour(4), time.Time{})
	licenses := mustSet(t, vendor, partner, issued("third", module("free", 1)))
	e := snapshot(licenses, user("u1", "vendor.web", "partner.chat"))
	for _, want := range []struct {
		web, chat seat.Reason
		until     time.Time // zero for never
	}{
		{seat.ReasonNotLicensed, seat.ReasonLicensed, hour(1)},
		{seat.ReasonLicensed, seat.ReasonLicensed, hour(3)},
		{seat.ReasonInGrace, seat.ReasonLicensed, hour(4)},
		{seat.ReasonInGrace, seat.ReasonLapsed, hour(5)},
		{seat.ReasonLapsed, seat.ReasonLapsed, time.Time{}},
	} {
		if got := checked(t, e, "u1", "vendor.web").Reason; got != want.web {
			t.Errorf("until %s, vendor.web: %s, want %s", want.until, got, want.web)
		}
		if got := checked(t, e, "u1", "partner.chat").Reason; got != want.chat {
			t.Errorf("until %s, partner.chat: %s, want %s", want.until, got, want.chat)
		}
		until, turns := e.Until()
		if turns == want.until.IsZero() || !until.Equal(want.until) {
			t.Fatalf("Until = %s, %t, want %s", until, turns, want.until)
		}
		if same := e.With(nil); turns {
			if again, _ := same.Until(); !again.Equal(until) {
				t.Errorf("after With, Until = %s, want %s", again, until)
			}
		}
		e = e.At(licenses, until)
	}
}

// TestAtBackAndWithOtherLicenses: a snapshot keeps what is assigned, also of
// modules that its licenses lack.
func TestAtBackAndWithOtherLicenses(t *testing.T) {
	licenses := mustSet(t, lapsed(sold()))
	e := snapshot(licenses, user("u1", "vendor.suite", "partner.chat"))
	before := e.At(licenses, ended.Add(-time.Nanosecond))
	renewed := e.At(mustSet(t, issued("vendor", module("mail", 1), module("suite", 1, includes("mail"))), issued("partner", module("chat", 1))), today)
	for _, test := range []struct {
		name   string
		e      *seat.Entitlements
		module string
		want   seat.Entitlement
	}{
		{"the first one", e, "vendor.web", refused(seat.ReasonLapsed)},
		{"the first one", e, "partner.chat", refused(seat.ReasonNotLicensed)},
		{"before the end", before, "vendor.web", licensed("vendor.suite")},
		{"other licenses", renewed, "vendor.web", refused(seat.ReasonNotLicensed)},
		{"other licenses", renewed, "vendor.mail", licensed("vendor.suite")},
		{"other licenses", renewed, "partner.chat", licensed("partner.chat")},
	} {
		if diff := cmp.Diff(test.want, checked(t, test.e, "u1", test.module)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", test.name, test.module, diff)
		}
	}
}

func TestWith(t *testing.T) {
	web, suite := []string{"vendor.web"}, []string{"vendor.suite"}
	holders := append(users(web, "u1", "u2"), users(suite, "u3")...)
	licenses := mustSet(t, sold())
	for _, test := range []struct {
		name    string
		changed []seat.Holder
		gone    []string
		want    map[string]seat.Entitlement // vendor.mail, by holder
	}{
		{name: "nothing"},
		{
			name:    "a set that others have",
			changed: users(suite, "u1"),
			want:    map[string]seat.Entitlement{"u1": licensed("vendor.suite")},
		},
		{
			name:    "a set that nobody had",
			changed: users([]string{"vendor.mail", "vendor.web"}, "u1"),
			want:    map[string]seat.Entitlement{"u1": licensed("vendor.mail")},
		},
		{name: "nothing assigned any more", changed: users(nil, "u3"), want: map[string]seat.Entitlement{"u3": refused(seat.ReasonNotAssigned)}},
		{name: "a new one", changed: users(suite, "u4"), want: map[string]seat.Entitlement{"u4": licensed("vendor.suite")}},
		{
			name:    "of two with one id the later counts",
			changed: []seat.Holder{user("u1"), user("u1", suite...), user("u3", suite...), user("u3")},
			want:    map[string]seat.Entitlement{"u1": licensed("vendor.suite"), "u3": refused(seat.ReasonNotAssigned)},
		},
		{name: "gone", gone: []string{"u3"}, want: map[string]seat.Entitlement{"u3": refused(seat.ReasonNotAssigned)}},
		{name: "gone who was never there", gone: []string{"u9"}},
		{
			name:    "changed and gone is gone",
			changed: users(suite, "u1"),
			gone:    []string{"u1"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := snapshot(licenses, holders...)
			answers := func(e *seat.Entitlements) map[string]seat.Entitlement {
				all := map[string]seat.Entitlement{}
				for _, id := range []string{"u1", "u2", "u3", "u4"} {
					all[id] = checked(t, e, id, "vendor.mail")
				}
				return all
			}
			want := map[string]seat.Entitlement{
				"u1": refused(seat.ReasonNotAssigned), "u2": refused(seat.ReasonNotAssigned),
				"u3": licensed("vendor.suite"), "u4": refused(seat.ReasonNotAssigned),
			}
			next := e.With(test.changed, test.gone...)
			if diff := cmp.Diff(want, answers(e)); diff != "" {
				t.Errorf("the old snapshot (-want +got):\n%s", diff)
			}
			maps.Copy(want, test.want)
			if diff := cmp.Diff(want, answers(next)); diff != "" {
				t.Errorf("the new snapshot (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWithSiblings makes two snapshots of each one: what they do not share with
// it, they do not share with one another.
func TestWithSiblings(t *testing.T) {
	e := snapshot(mustSet(t, sold()))
	holding := func(set int) []seat.Holder {
		return []seat.Holder{user("u1", "vendor.web", fmt.Sprintf("gone.m%d", set))}
	}
	for i := range 20 {
		first := e.With(holding(i))
		second := e.With([]seat.Holder{user("u1", fmt.Sprintf("gone.other%d", i))})
		if got := checked(t, first, "u1", "vendor.web"); got != licensed("vendor.web") {
			t.Fatalf("after %d sets, the first: %v", i, got)
		}
		if got := checked(t, second, "u1", "vendor.web"); got != refused(seat.ReasonNotAssigned) {
			t.Fatalf("after %d sets, the second: %v", i, got)
		}
		later := first.At(mustSet(t, sold()), today)
		if got := checked(t, later, "u1", "vendor.web"); got != licensed("vendor.web") {
			t.Fatalf("after %d sets, the first at another instant: %v", i, got)
		}
		e = first
	}
}

// TestWithGrowsAndShrinks starts with nobody, and goes past every size at which
// the index is made anew.
func TestWithGrowsAndShrinks(t *testing.T) {
	const all, step = 20_000, 7
	id := func(i int) string { return fmt.Sprintf("u%d", i) }
	e := snapshot(mustSet(t, sold()))
	for i := 0; i < all; i += step {
		var more []seat.Holder
		for j := i; j < min(i+step, all); j++ {
			more = append(more, user(id(j), "vendor.web"))
		}
		e = e.With(more)
	}
	full := e
	for i := 0; i < all; i += 2 * step {
		var gone []string
		for j := i; j < min(i+step, all); j++ {
			gone = append(gone, id(j))
		}
		e = e.With(nil, gone...)
	}
	for i := range all {
		want := licensed("vendor.web")
		if got := full.Check(id(i), "vendor.web"); got != want {
			t.Fatalf("%s of all: %v, want %v", id(i), got, want)
		}
		if i/step%2 == 0 {
			want = refused(seat.ReasonNotAssigned)
		}
		if got := e.Check(id(i), "vendor.web"); got != want {
			t.Fatalf("%s when every second is gone: %v, want %v", id(i), got, want)
		}
	}
}

// TestWithManyNewSets gives one holder after another a set that nobody had.
func TestWithManyNewSets(t *testing.T) {
	const all = 5000
	l := issued("vendor")
	for i := range all {
		l.Modules = append(l.Modules, module(fmt.Sprintf("m%d", i), 1))
	}
	licenses := mustSet(t, l)
	for _, batch := range []int{1, 100} {
		t.Run(fmt.Sprintf("%d at once", batch), func(t *testing.T) {
			e := snapshot(licenses, user("first", "vendor.m0"))
			for i := 0; i < 2500; i += batch {
				var changed []seat.Holder
				for j := i; j < i+batch; j++ {
					changed = append(changed, user(fmt.Sprintf("u%d", j%200), fmt.Sprintf("vendor.m%d", j)))
				}
				e = e.With(changed)
			}
			for j := 2300; j < 2500; j++ {
				holder, had, has := fmt.Sprintf("u%d", j%200), fmt.Sprintf("vendor.m%d", j-200), fmt.Sprintf("vendor.m%d", j)
				if got := e.Check(holder, had); got != refused(seat.ReasonNotAssigned) {
					t.Fatalf("%s for %s: %v", had, holder, got)
				}
				if got := e.Check(holder, has); got != licensed(has) {
					t.Fatalf("%s for %s: %v", has, holder, got)
				}
			}
			if got := e.Check("first", "vendor.m0"); got != licensed("vendor.m0") {
				t.Errorf("the first holder: %v", got)
			}
		})
	}
}

// TestReadersDuringWith is for the race detector: readers use snapshots, old
// and new ones, while the next are made.
func TestReadersDuringWith(t *testing.T) {
	licenses := mustSet(t, sold())
	var holders []seat.Holder
	for i := range 1000 {
		holders = append(holders, user(fmt.Sprintf("u%d", i), "vendor.suite"))
	}
	first := snapshot(licenses, holders...)
	var current atomic.Pointer[seat.Entitlements]
	current.Store(first)
	var readers sync.WaitGroup
	var done atomic.Bool
	for range 2 {
		readers.Go(func() {
			for i := 0; !done.Load(); i++ {
				if got := first.Check(holders[i%1000].ID, "vendor.web"); got != licensed("vendor.suite") {
					t.Errorf("the first snapshot has changed: %v", got)
					return
				}
				if got := current.Load().Check("u999", "vendor.web"); got != licensed("vendor.suite") {
					t.Errorf("who was never changed: %v", got)
					return
				}
			}
		})
	}
	for i := range 500 {
		id := holders[i].ID
		current.Store(current.Load().With(users([]string{fmt.Sprintf("vendor.x%d", i)}, id), fmt.Sprintf("u%d", 500+i%400)))
		current.Store(current.Load().At(licenses, today))
		if got := current.Load().Check(id, "vendor.web"); got != refused(seat.ReasonNotAssigned) {
			t.Fatalf("%s was changed: %v", id, got)
		}
	}
	done.Store(true)
	readers.Wait()
}

func TestCheckDoesNotAllocate(t *testing.T) {
	long, stranger := strings.Repeat("u", seat.MaxIDLength), strings.Repeat("x", seat.MaxIDLength)
	e := snapshot(mustSet(t, sold()), users([]string{"vendor.suite"}, "u1", "u2", long)...)
	grants, web := e.For("u1"), e.Module("vendor.web")
	yes := 0
	count := func(e seat.Entitlement) {
		if e.Allowed() {
			yes++
		}
	}
	for name, ask := range map[string]func(){
		"Check":              func() { count(e.Check("u1", "vendor.web")) },
		"Check, a stranger":  func() { count(e.Check("stranger", "vendor.web")) },
		"Check, no license":  func() { count(e.Check("u1", "vendor.gone")) },
		"For and Check":      func() { count(e.For("u2").Check("vendor.mail")) },
		"Grants.Check":       func() { count(grants.Check("vendor.web")) },
		"Module and Check":   func() { count(e.Module("vendor.mail").Check("u2")) },
		"ModuleGrants.Check": func() { count(web.Check("u1")) },
		"a long id":          func() { count(web.Check(long)) },
		"a long stranger":    func() { count(web.Check(stranger)) },
	} {
		if allocations := testing.AllocsPerRun(100, ask); allocations != 0 {
			t.Errorf("%s: %v allocations, want none", name, allocations)
		}
	}
	if yes == 0 {
		t.Error("nothing was allowed")
	}
}

// TestSnapshotsFollowTheSpecification runs random histories of With and At, and
// asks every snapshot of them everything, also after later ones were made.
func TestSnapshotsFollowTheSpecification(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		e := seat.NewEntitlements(w.set, w.now, slices.Values(w.holders()))
		var past []func()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "At") {
				w.draw(t)
				e = e.At(w.set, w.now)
			} else {
				changed, gone := w.change(t)
				e = e.With(changed, gone...)
			}
			agree := w.agrees(t, e)
			agree()
			past = append(past, agree)
		}
		for _, agree := range past {
			agree()
		}
	})
}
