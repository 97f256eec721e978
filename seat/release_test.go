package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// chain has plain modules that require each other across owners, and bundles
// that give what is required.
func chain(t testing.TB) *license.Set {
	t.Helper()
	return mustSet(t,
		issued("vendor",
			module("user", 1), module("web", 1, requires("user")), module("travel", 1, unrestricted, requires("web")),
			module("remote", 1, requires("travel", "everywhere")), module("everywhere", 1, ofKind(license.Site)),
			module("core", 1, includes("user")), module("plus", 1, includes("user", "web")),
			module("new-base", 1, replaces("old-base"))),
		issued("partner",
			module("chat", 1, requires("vendor.web")), module("calls", 1, requires("chat")), module("plan", 1, includes("calls", "chat")),
			module("old-fashioned", 1, requires("vendor.old-base")), module("hopeless", 1, requires("vendor.gone", "other.x"))))
}

func TestRelease(t *testing.T) {
	for _, test := range []struct {
		name    string
		held    []string
		release []string
		changes map[string]seat.Cause
		after   []string
	}{
		{name: "nothing asked for", held: []string{"vendor.web"}},
		{name: "what is not assigned", held: []string{"vendor.user"}, release: []string{"vendor.web", "vendor.gone", ""}},
		{
			name: "what a bundle gives is not assigned", held: []string{"vendor.plus"}, release: []string{"vendor.web"},
		},
		{
			name: "what no license has", held: []string{"vendor.gone", "vendor.user"}, release: []string{"vendor.gone"},
			changes: map[string]seat.Cause{"vendor.gone": seat.CauseReleased}, after: []string{"vendor.user"},
		},
		{
			name: "nothing requires it", held: []string{"vendor.user", "vendor.web"}, release: []string{"vendor.web"},
			changes: map[string]seat.Cause{"vendor.web": seat.CauseReleased}, after: []string{"vendor.user"},
		},
		{
			name: "several levels, over owners", held: []string{"partner.calls", "partner.chat", "vendor.remote", "vendor.travel", "vendor.user", "vendor.web"},
			release: []string{"vendor.user"},
			changes: map[string]seat.Cause{
				"partner.calls": seat.CauseCascaded, "partner.chat": seat.CauseCascaded, "vendor.remote": seat.CauseCascaded,
				"vendor.travel": seat.CauseCascaded, "vendor.user": seat.CauseReleased, "vendor.web": seat.CauseCascaded,
			},
		},
		{
			name: "twice is once, and what cascades may be asked for too", held: []string{"vendor.travel", "vendor.user", "vendor.web"},
			release: []string{"vendor.web", "vendor.user", "vendor.web"},
			changes: map[string]seat.Cause{"vendor.travel": seat.CauseCascaded, "vendor.user": seat.CauseReleased, "vendor.web": seat.CauseReleased},
		},
		{
			name: "a bundle still gives what is required", held: []string{"vendor.core", "vendor.user", "vendor.web"}, release: []string{"vendor.user"},
			changes: map[string]seat.Cause{"vendor.user": seat.CauseReleased}, after: []string{"vendor.core", "vendor.web"},
		},
		{
			name: "a bundle gave what is required", held: []string{"vendor.plus", "partner.chat", "partner.calls"}, release: []string{"vendor.plus"},
			changes: map[string]seat.Cause{"vendor.plus": seat.CauseReleased, "partner.chat": seat.CauseCascaded, "partner.calls": seat.CauseCascaded},
		},
		{
			name: "a bundle ends because of what it includes", held: []string{"vendor.user", "vendor.web", "partner.plan"}, release: []string{"vendor.web"},
			changes: map[string]seat.Cause{"vendor.web": seat.CauseReleased, "partner.plan": seat.CauseCascaded}, after: []string{"vendor.user"},
		},
		{
			name: "what replaces the required module", held: []string{"vendor.new-base", "partner.old-fashioned"}, release: []string{"vendor.new-base"},
			changes: map[string]seat.Cause{"vendor.new-base": seat.CauseReleased, "partner.old-fashioned": seat.CauseCascaded},
		},
		{
			name: "what was missing before is no reason", held: []string{"partner.hopeless", "vendor.travel", "vendor.user"}, release: []string{"vendor.user"},
			changes: map[string]seat.Cause{"vendor.user": seat.CauseReleased}, after: []string{"partner.hopeless", "vendor.travel"},
		},
		{
			name: "one requirement was missing before, the other is lost", held: []string{"vendor.travel", "vendor.web"}, release: []string{"vendor.web"},
			changes: map[string]seat.Cause{"vendor.web": seat.CauseReleased, "vendor.travel": seat.CauseCascaded},
		},
		{
			name: "a module that no license has requires nothing", held: []string{"vendor.gone", "vendor.user"}, release: []string{"vendor.user"},
			changes: map[string]seat.Cause{"vendor.user": seat.CauseReleased}, after: []string{"vendor.gone"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			// the same is assigned to somebody else, who keeps it
			holders := []seat.Holder{user("other", test.held...), user("a", test.held...)}
			given := copyHolders(holders)
			var asked []seat.Assignment
			for _, m := range test.release {
				asked = append(asked, seat.Assignment{Holder: "a", Module: m})
			}
			d := seat.Release(chain(t), holders, asked...)

			got := make(map[string]seat.Cause)
			for _, c := range d.Changes {
				if c.Holder != "a" || c.To != "" {
					t.Errorf("change %+v", c)
				}
				got[c.Module] = c.Cause
			}
			if test.changes == nil {
				test.changes = map[string]seat.Cause{}
			}
			if diff := cmp.Diff(test.changes, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			var after []seat.Holder
			if len(test.changes) > 0 {
				after = []seat.Holder{user("a", test.after...)}
			}
			if diff := cmp.Diff(after, d.Holders, equateEmpty); diff != "" {
				t.Errorf("holders (-want +got):\n%s", diff)
			}
			spoil(d)
			if diff := cmp.Diff(given, holders); diff != "" {
				t.Errorf("the holders of the caller changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestReleaseManyHolders(t *testing.T) {
	holders := []seat.Holder{user("b", "vendor.user", "vendor.web"), user("untouched", "vendor.user"), user("a", "vendor.core", "vendor.user")}
	d := seat.Release(chain(t), holders, give("a", "vendor.user", "stranger", "vendor.user", "b", "vendor.user", "a", "vendor.core")...)
	want := seat.Decision{
		Changes: []seat.Change{
			changed("b", "vendor.user", seat.CauseReleased), changed("b", "vendor.web", seat.CauseCascaded),
			changed("a", "vendor.core", seat.CauseReleased), changed("a", "vendor.user", seat.CauseReleased),
		},
		Holders: []seat.Holder{user("b"), user("a")},
	}
	if diff := cmp.Diff(want, d, equateEmpty); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
}

func TestCascade(t *testing.T) {
	before := []string{"vendor.web", "vendor.user", "vendor.travel", "vendor.web"}
	after := []string{"vendor.web", "vendor.travel", "partner.calls", "vendor.web"}
	ended := occupancy.NeedsOf(chain(t)).Cascade(before, after)
	if diff := cmp.Diff([]string{"vendor.travel", "vendor.web"}, ended); diff != "" {
		t.Errorf("Cascade (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"vendor.web", "vendor.travel", "partner.calls", "vendor.web"}, after); diff != "" {
		t.Errorf("Cascade changed its argument (-before +after):\n%s", diff)
	}
	if ended := occupancy.NeedsOf(nil).Cascade(before, nil); len(ended) != 0 {
		t.Errorf("without licenses %v end", ended)
	}
}

func TestRetire(t *testing.T) {
	holders := []seat.Holder{user("b", "vendor.web", "vendor.gone", "vendor.web"), user("none"), user("a", "vendor.core"), user("a", "vendor.plus")}
	given := copyHolders(holders)
	d := seat.Retire(holders...)
	want := seat.Decision{
		Changes: []seat.Change{
			changed("b", "vendor.gone", seat.CauseRetired), changed("b", "vendor.web", seat.CauseRetired), changed("a", "vendor.core", seat.CauseRetired),
		},
		Holders: []seat.Holder{user("b"), user("a")},
	}
	if diff := cmp.Diff(want, d, equateEmpty); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	spoil(d)
	if diff := cmp.Diff(given, holders); diff != "" {
		t.Errorf("the holders of the caller changed (-before +after):\n%s", diff)
	}
	if d := seat.Retire(); d.Changes != nil || d.Holders != nil {
		t.Errorf("retiring nobody decides %+v", d)
	}
}
