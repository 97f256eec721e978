package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/worst"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	longestPage   = 400 << 10
	longestAnswer = 2 << 20
	// maxElements is how many elements a list in an answer has.
	maxElements = 1000
)

// TestWorstLicenses shows the largest licenses that there can be, active and
// offered, to users who have all that is in them.
func TestWorstLicenses(t *testing.T) {
	for _, kind := range []string{"modules", "includes", "requires", "texts"} {
		t.Run(kind, func(t *testing.T) {
			s := newSite(t, sqliteFile(t))
			eva := s.as(t, "eva")
			s.publishWorst(t, kind, 1)
			require.Equal(t, "/licenses/acme?done=activated", eva.post("/licenses/acme/serial", "company", worst.Licensee.Company, "serial", worst.Licensee.Serial).location)
			l := s.publishWorst(t, kind, 2)
			s.haveAll(t, l, "ann", "bob", "u01")
			checked := eva.ok("POST", "/api/licenses/acme/check", "")
			require.Less(t, len(checked.body), longestAnswer)
			ann := s.as(t, "ann")
			eva.looksAtAll(t, l)
			for _, page := range []string{"/", "/crm/"} {
				require.Less(t, len(ann.get(page).body), longestPage, page)
			}
			if len(l.Modules) > maxElements {
				require.Contains(t, checked.body, `"leftOut":{`)
				require.Contains(t, eva.get("/licenses/acme").body, "more, which are not shown here.")
			}
		})
	}
}

// looksAtAll opens every page and asks every call that shows something.
func (b *browser) looksAtAll(t *testing.T, l *license.License) {
	t.Helper()
	module := license.FullName("acme", l.Modules[0].Name)
	most := 0
	for _, page := range []string{
		"/licenses/acme", "/licenses/acme/activate", "/licenses/acme/changes", "/licenses/acme/serial", "/licenses/acme/superfluous/" + module, "/status",
		"/users", "/users?q=ann", "/users?module=" + module, "/users/ann", "/history", "/history/1", "/history/2", "/vendor",
	} {
		a := b.get(page)
		require.Equal(t, http.StatusOK, a.status, "%s: %.500s", page, a.body)
		require.Less(t, len(a.body), longestPage, page)
		most = max(most, len(a.body))
	}
	answers := 0
	for _, call := range [][3]string{
		{"GET", "/api/licenses", ""},
		{"POST", "/api/licenses/acme/plan", "{}"},
		{"POST", "/api/licenses/acme/check", ""},
		{"GET", "/api/history", ""},
		{"GET", "/api/users", ""},
		{"GET", "/api/users/ann", ""},
		{"GET", "/api/users/ann/entitlements", ""},
		{"GET", "/api/me", ""},
	} {
		a := b.ok(call[0], call[1], call[2])
		require.Less(t, len(a.body), longestAnswer, call)
		answers = max(answers, len(a.body))
	}
	for _, call := range [][3]string{
		{"POST", "/api/users/u02/assignments", `{"module":"` + module + `"}`},
	} {
		a := b.call(call[0], call[1], call[2])
		require.Less(t, len(a.body), longestAnswer, call)
	}
	job := b.untilFinished(b.post("/users/assign", "assign", module, "whom", "all").location)
	require.Less(t, len(job.body), longestPage)
	t.Logf("the longest page has %d bytes, the longest answer %d", most, answers)
}

// publishWorst is the partner's next license.
func (s *site) publishWorst(t *testing.T, kind string, number int64) *license.License {
	t.Helper()
	l := worst.License(kind, worst.Enveloped, number, start)
	l.Owner.Name = "acme"
	for i := range l.Modules {
		l.Modules[i].Quantity = 3 - number
	}
	envelope, err := s.demo.Sign("acme", l, s.clock.Now())
	require.NoError(t, err)
	require.NoError(t, s.demo.Publish(t.Context(), "acme", envelope))
	return l
}

func (s *site) haveAll(t *testing.T, l *license.License, ids ...string) {
	t.Helper()
	var modules []string
	bundles := 0
	for _, m := range l.Modules {
		if m.Bundle {
			if bundles++; bundles > 1 { // more of an owner nobody can have
				continue
			}
		}
		modules = append(modules, license.FullName("acme", m.Name))
	}
	require.NoError(t, s.db.store.Update(t.Context(), "demo", func(w activation.Writer) error {
		for _, id := range ids {
			if err := w.PutHolders(t.Context(), seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: modules}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestUpto counts what it leaves out.
func TestUpto(t *testing.T) {
	require.Equal(t, []int{1, 2}, upto(2, []int{1, 2}))
	require.Zero(t, over(2, []int{1, 2}))
	require.Equal(t, []int{1, 2}, upto(2, []int{1, 2, 3}))
	require.Equal(t, 1, over(2, []int{1, 2, 3}))
	require.Zero(t, over(2, nil))
}

// TestLongDialog: what is released and moved is counted where it is not shown.
func TestLongDialog(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	plan := &planner.Plan{Owner: "acme", Status: planner.Ready}
	for i := range maxShown + 2 {
		plan.Releases = append(plan.Releases, planner.Release{Holder: "ann", Module: "acme.forms-cal"})
		if i > 0 {
			plan.Switches = append(plan.Switches, seat.Swap{Holder: "bob", From: "acme.a", To: "acme.b"})
		}
	}
	w := httptest.NewRecorder()
	preview := &activation.Preview{Owner: "acme", Plan: plan, License: &license.License{}}
	require.NoError(t, s.dialog(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/licenses/acme/activate", nil), visitor{}, http.StatusOK, preview, ""))
	for _, text := range []string{"Released with it: 52", "And 2 more, which are not shown here.", "Moved to another plan with it: 51", "And 1 more, which are not shown here."} {
		require.Contains(t, w.Body.String(), text)
	}
}
