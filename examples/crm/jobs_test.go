package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/seatwright/seatwright/activation/planner"

	"github.com/seatwright/seatwright/examples/api"
)

// idle is a site that does no jobs until it is told to.
func idle(t *testing.T, database string) *Server {
	t.Helper()
	db, err := open(t.Context(), database)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	clock := &testClock{now: start}
	s, err := New(t.Context(), Config{Database: database, Tenant: "demo", Demo: true, Empty: true, Logger: slog.New(slog.DiscardHandler), Clock: clock.Now, PasswordCost: bcrypt.MinCost}, db)
	require.NoError(t, err)
	return s
}

// TestJobs assigns to those who are chosen, and says who is left over.
func TestJobs(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s := newSite(t, database)
		eva := s.as(t, "eva")
		eva.activateFirst()
		refuses := func(says string, fields ...string) {
			t.Helper()
			a := eva.post("/users/assign", fields...)
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
			require.Contains(t, a.body, says)
		}
		refuses("Choose which license first.", "user", "ann")
		refuses("Choose which license first.", "assign", "superoffice.audit", "user", "ann") // it is on for everybody
		refuses("Choose which license first.", "assign", "superoffice.web", "user", "ann")   // it is hidden
		refuses("Choose the users first", "assign", demoPlan)
		require.Equal(t, http.StatusNotFound, eva.get("/jobs/nonsense").status)

		job := eva.untilFinished(eva.post("/users/assign", "assign", "superoffice.quote-cal", "user", "u01", "user", "u09", "user", "nobody").location).body
		require.Contains(t, job, "3 of 3 users looked at")
		require.Contains(t, job, "Done: 0 assigned.")
		require.Contains(t, job, "<dt>There is no such user.</dt><dd>1: nobody</dd>")
		require.Contains(t, job, "<dt>Quotes can&#39;t be assigned to the type external. Allowed: internal.</dt><dd>1: ")
		require.Contains(t, job, "<dt>Quotes needs Web client, which is missing.</dt><dd>1: Ada Aas</dd>")

		// All who are found by a filter, and who has it already keeps it.
		job = eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "whom", "all", "type", "external", "user", "ann").location).body
		require.Contains(t, job, "6 of 6 users looked at")
		require.Contains(t, job, "Done: 6 assigned.")
		job = eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "whom", "all", "module", demoPlan).location).body
		require.Contains(t, job, "6 of 6 users looked at")
		require.Contains(t, job, "Done: 0 assigned.")

		// Reasons are said once, with how many and who.
		job = eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "whom", "all").location).body
		require.Contains(t, job, "60 of 60 users looked at")
		require.Contains(t, job, "Done: 15 assigned.")
		require.Equal(t, 1, strings.Count(job, "<dt>Sales plan has 21 of 21 seats in use.</dt><dd>39: "))
		require.Contains(t, job, " and others</dd>")

		// Before it is taken, somebody is asked, and what is wrong is said at once.
		require.Contains(t, eva.post("/users/assign/ask", "release", "chosen", "user", "u09").body, "Choose which license first.")
		require.Contains(t, eva.post("/users/assign/ask", "assign", demoPlan, "release", "chosen").body, "Choose the users first")
		asked := eva.post("/users/assign/ask", "assign", demoPlan, "release", "all", "q", "\"><b>", "user", "u09").body
		require.Contains(t, asked, "Users who were selected or found: 0.")
		require.Contains(t, asked, `<input type="hidden" name="q" value="&#34;&gt;&lt;b&gt;">`)
		asked = eva.post("/users/assign/ask", "assign", demoPlan, "release", "chosen", "user", "u09", "user", "u55").body
		require.Contains(t, asked, "Users who were selected or found: 2. Those of them who have Sales plan lose it")
		require.Contains(t, asked, `action="/users/assign"`)
		require.Contains(t, asked, `<input type="hidden" name="user" value="u09"><input type="hidden" name="user" value="u55">`)
		require.Equal(t, [][]string{{demoPlan}}, s.has(t, "u09"), "nothing has happened")

		// It is taken from some, and from all who are found.
		job = eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "release", "chosen", "user", "u09", "user", "u55").location).body
		require.Contains(t, job, "Done: 1 released.")
		require.Contains(t, job, "<dt>Sales plan is not assigned.</dt><dd>1: ")
		job = eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "release", "all", "module", demoPlan).location).body
		require.Contains(t, job, "Done: 20 released.")
	})
}

// orderedFor has a job for all wait, and returns its id.
func (s *Server) orderedFor(t *testing.T, by string) string {
	t.Helper()
	j, err := s.order(t.Context(), by, many{Module: demoPlan, All: &listing{}})
	require.NoError(t, err)
	require.False(t, j.Finished)
	return j.ID
}

// TestJobsGoOn stops an instance with jobs waiting. Another one does them, in
// their order and each once, whoever else is about to do the same.
func TestJobsGoOn(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s := idle(t, database)
		s.licensed(t)
		seconds := 0
		s.config.Clock = func() time.Time { seconds++; return start.Add(time.Duration(seconds) * time.Second) }
		first, second := s.orderedFor(t, "eva"), s.orderedFor(t, "eva")
		stopped, stop := context.WithCancel(t.Context())
		stop()
		s.work(stopped)
		for _, id := range []string{first, second} {
			j, err := s.findJob(t.Context(), id)
			require.NoError(t, err)
			require.False(t, j.Finished)
			require.Zero(t, j.Done)
		}

		there := idle(t, database)
		_, before, err := s.readJob(t.Context(), `id = $2`, first)
		require.NoError(t, err)
		more, err := there.step(t.Context())
		require.NoError(t, err)
		require.True(t, more)
		done, _, err := s.readJob(t.Context(), `id = $2`, first)
		require.NoError(t, err)
		require.True(t, done.Finished)
		require.Equal(t, int64(21), done.Assigned)
		require.Equal(t, int64(39), done.Refused[0].Count)
		_, err = s.batch(t.Context(), done, []string{"ann"}, before)
		require.ErrorIs(t, err, errOvertaken, "who comes second has not done it")
		again, err := s.findJob(t.Context(), first)
		require.NoError(t, err)
		require.Equal(t, done.Job, again)

		// What was ordered meanwhile wakes the one that works.
		working, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { there.work(working); close(ended) }()
		for _, id := range []string{there.orderedFor(t, "eva"), second} {
			j := api.Job{}
			for !j.Finished {
				j, err = s.findJob(t.Context(), id)
				require.NoError(t, err)
			}
			require.Zero(t, j.Assigned)
		}
		stop()
		<-ended
	})
}

// TestJobWaits shows the page of a job that nobody works on yet.
func TestJobWaits(t *testing.T) {
	s := newSiteThat(t, sqliteFile(t), "demo", start, func(_ *Server, ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	s.licensed(t)
	eva := s.as(t, "eva")
	id := s.orderedFor(t, "eva")
	require.Equal(t, "1", eva.get("/jobs/"+id).header.Get("Refresh"))
	_, err := s.step(t.Context())
	require.NoError(t, err)
	a := eva.get("/jobs/" + id)
	require.Empty(t, a.header.Get("Refresh"))
	require.True(t, decode[api.Job](t, eva.ok("GET", "/api/jobs/"+id, "")).Finished)
}

// TestTooManyJobs orders more than wait.
func TestTooManyJobs(t *testing.T) {
	s := idle(t, sqliteFile(t))
	s.licensed(t)
	for range maxOrders {
		s.orderedFor(t, "eva")
	}
	_, err := s.order(t.Context(), "eva", many{Module: demoPlan, All: &listing{}})
	require.Equal(t, http.StatusServiceUnavailable, s.failure(err).status)
	require.Contains(t, s.failure(err).Sentence, "Too many assignments are under way.")
	var waiting int
	require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM crm_order WHERE NOT finished`).Scan(&waiting))
	require.Equal(t, maxOrders, waiting, "the one that was refused does not wait")
	_, err = s.step(t.Context())
	require.NoError(t, err)
	s.orderedFor(t, "eva")
}

// licensed activates the vendor's license.
func (s *Server) licensed(t *testing.T) {
	t.Helper()
	l, _, err := s.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	expected := planner.Expected{Company: l.Licensee.Company, Serial: l.Licensee.Serial}
	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "superoffice", expected))
	_, err = s.crm.Renew(t.Context(), "superoffice")
	require.NoError(t, err)
}
