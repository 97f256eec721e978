package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/georgysavva/scany/v2/sqlscan"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/api"
)

// raced is what one of two administrators does, each on an instance of its own.
type raced struct {
	name string
	do   func(me, other *administratorAt) (int, error)
}

// administratorAt is somebody at one of the instances.
type administratorAt struct {
	*browser
	id string
}

const lightPlan = "superoffice.ten-light"

var races = []raced{
	{"assign", func(me, _ *administratorAt) (int, error) { return me.form("/users/ann/assign", "module", demoPlan) }},
	{"assign by call", func(me, _ *administratorAt) (int, error) {
		return me.sent(http.MethodPost, "/api/users/ann/assignments", "application/json", `{"module":"`+demoPlan+`"}`)
	}},
	{"release", func(me, _ *administratorAt) (int, error) { return me.form("/users/ann/release", "module", demoPlan) }},
	{"switch", func(me, _ *administratorAt) (int, error) {
		return me.form("/users/ann/switch", "from", demoPlan, "to", lightPlan)
	}},
	{"deactivate", func(me, _ *administratorAt) (int, error) { return me.form("/users/ann/retire") }},
	{"activate", func(me, _ *administratorAt) (int, error) { return me.form("/users/ann/return") }},
	{"deactivate the other", func(me, other *administratorAt) (int, error) { return me.form("/users/" + other.id + "/retire") }},
	{"assign to many", func(me, _ *administratorAt) (int, error) {
		return me.form("/users/assign", "assign", demoPlan, "user", "ann", "user", "bob")
	}},
	{"sign in", func(me, _ *administratorAt) (int, error) {
		return me.site.newBrowser(me.t).form("/signin", "name", "ann", "password", demoPassword)
	}},
	{"ask the feed", func(me, _ *administratorAt) (int, error) { return me.form("/licenses/superoffice/check") }},
}

// sent sends a request from a goroutine of a test.
func (b *browser) sent(method, path, kind, body string) (int, error) {
	response, err := b.http.Do(b.request(method, path, kind, body))
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

func (b *browser) form(path string, fields ...string) (int, error) {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return b.sent(http.MethodPost, path, "application/x-www-form-urlencoded", values.Encode())
}

// TestRaces has two administrators on two instances do two things at once, for
// every pair of things, and looks at what must never be.
func TestRaces(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		ring := newRing(t, database)
		for i, first := range races {
			for _, second := range races[i:] {
				ring.race(t, 4, first, second)
			}
		}
	})
}

// TestDeactivatedKeepNothing races for long where it was lost.
func TestDeactivatedKeepNothing(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		ring := newRing(t, database)
		for _, name := range []string{"assign", "assign by call", "assign to many", "sign in", "deactivate the other"} {
			ring.race(t, 40, raceOf(name), raceOf("deactivate"))
		}
		ring.race(t, 40, raceOf("deactivate the other"), raceOf("deactivate the other"))
	})
}

func raceOf(name string) raced {
	for _, r := range races {
		if r.name == name {
			return r
		}
	}
	panic(name)
}

// ring is two instances on one database.
type ring struct{ here, there *site }

func newRing(t *testing.T, database string) ring {
	t.Helper()
	r := ring{newSite(t, database), newSite(t, database)}
	r.here.as(t, "eva").activateFirst()
	return r
}

func (r ring) race(t *testing.T, rounds int, first, second raced) {
	t.Helper()
	for round := range rounds {
		r.reset(t, round&1 == 0, round&2 == 0)
		eva := &administratorAt{r.here.as(t, "eva"), "eva"}
		otto := &administratorAt{r.there.as(t, "otto"), "otto"}
		begin, results := make(chan struct{}), make(chan error, 2)
		run := func(do raced, me, other *administratorAt) {
			<-begin
			status, err := do.do(me, other)
			if status >= http.StatusInternalServerError {
				err = fmt.Errorf("%s: status %d", do.name, status)
			}
			results <- err
		}
		go run(first, eva, otto)
		go run(second, otto, eva)
		close(begin)
		about := fmt.Sprintf("%s and %s, round %d", first.name, second.name, round)
		for range 2 {
			require.NoError(t, <-results, about)
		}
		r.check(t, about)
	}
}

// reset has both administrators and ann as they were, with a plan or without.
func (r ring) reset(t *testing.T, active, has bool) {
	t.Helper()
	ctx := t.Context()
	s := r.here
	_, err := s.crm.As("test").Retire(ctx, "ann", "bob", "eva", "otto")
	require.NoError(t, err)
	require.NoError(t, s.db.transaction(ctx, func(tx *sql.Tx) error {
		for id, active := range map[string]bool{"ann": active, "bob": true, "eva": true, "otto": true} {
			if err := s.people.setActive(ctx, tx, id, active); err != nil {
				return err
			}
		}
		return nil
	}))
	if active && has {
		_, err := s.crm.As("test").Admit(ctx, person{ID: "ann", Kind: "user", Type: "internal"}.holder(demoPlan))
		require.NoError(t, err)
	}
}

// check counts by hand.
func (r ring) check(t *testing.T, about string) {
	t.Helper()
	ctx := t.Context()
	var everybody []person
	var inactive []string
	administrators := 0
	require.NoError(t, sqlscan.Select(ctx, r.here.db, &everybody, `SELECT id, role, active FROM crm_user WHERE tenant = $1`, "demo"))
	for _, who := range everybody {
		if !who.Active {
			inactive = append(inactive, who.ID)
		} else if who.Role == administrator {
			administrators++
		}
	}
	require.Positive(t, administrators, "%s: nobody is left who could administer", about)
	holders, err := r.there.crm.Holders(ctx, inactive...)
	require.NoError(t, err)
	for _, h := range holders {
		require.Empty(t, h.Assigned, "%s: %s is deactivated and keeps a seat", about, h.ID)
	}
	var sessions int
	require.NoError(t, sqlscan.Get(ctx, r.here.db, &sessions,
		`SELECT count(*) FROM crm_session AS s JOIN crm_user AS u ON u.tenant = s.tenant AND u.id = s.person WHERE NOT u.active`))
	require.Zero(t, sessions, "%s: the session of somebody who is deactivated is left", about)
	drift, err := r.there.crm.Verify(ctx)
	require.NoError(t, err)
	require.Empty(t, drift, about)
}

// TestJobOfSomebodyDeactivated has a job wait whose administrator goes.
func TestJobOfSomebodyDeactivated(t *testing.T) {
	s := idle(t, sqliteFile(t))
	s.licensed(t)
	id := s.orderedFor(t, "otto")
	require.NoError(t, s.setActive(t.Context(), "eva", "otto", false))
	_, err := s.step(t.Context())
	require.NoError(t, err)
	found, err := s.findJob(t.Context(), id)
	require.NoError(t, err)
	require.True(t, found.Finished)
	require.Zero(t, found.Assigned)
	require.Equal(t, api.ErrForbidden.Sentence, found.Refused[0].Reason)
	holders, err := s.crm.Holders(t.Context(), "ann", "bob")
	require.NoError(t, err)
	require.False(t, strings.Contains(fmt.Sprint(holders), demoPlan), "%v", holders)
}
