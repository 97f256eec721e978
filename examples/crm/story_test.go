package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/examples/words"
)

// TestStory begins in the middle: sixty users with plans, three months of seats in
// use, and a renewal that is blocked. It is told once.
func TestStory(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		config := Config{Database: database, Tenant: "demo"}
		s := newSiteWith(t, config, start, onlyWorks) // onlyWorks takes no sample of today
		status, err := s.crm.Status(t.Context())
		require.NoError(t, err)
		vendor, partner := status.Owner("superoffice"), status.Owner("acme")
		require.Equal(t, []int64{1, 1}, []int64{vendor.Number, partner.Number})
		require.False(t, vendor.Unseen || partner.Unseen)
		require.Equal(t, activation.WaitingBlocked, vendor.Pending.Waiting)
		var plans int64
		for _, plan := range []string{demoPlan, "superoffice.ten-service", "superoffice.ten-light"} {
			plans += vendor.Module(plan).InUse
		}
		require.Equal(t, int64(60), plans)
		samples, err := collect(s.crm.Samples(t.Context(), demoPlan, start.AddDate(0, 0, -100), start))
		require.NoError(t, err)
		require.Len(t, samples, storyDays)
		require.Equal(t, vendor.Module(demoPlan).InUse, samples[storyDays-1].InUse)

		again := newSiteWith(t, config, start, onlyWorks)
		entries, err := again.crm.History(t.Context(), 0, 100)
		require.NoError(t, err)
		require.Len(t, entries, 4, "two identities and two licenses, each once")
	})
}

// TestIssuedNumbers: the vendor uses no number twice, whether the license was
// published or downloaded.
func TestIssuedNumbers(t *testing.T) {
	s := newStory(t, sqliteFile(t))
	eva := s.as(t, "eva")
	for _, want := range []string{"0003", "0004"} {
		a := eva.post("/vendor/superoffice", "then", "download")
		require.Equal(t, "attachment; filename=superoffice-1234567890-"+want+".license.json", a.header.Get("Content-Disposition"))
	}
	require.Equal(t, http.StatusSeeOther, eva.post("/vendor/superoffice", "then", "publish").status)
	l, _, err := s.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	require.Equal(t, int64(5), l.Number)
}

// TestAnswers plays each answer of a license server, and the host copes.
func TestAnswers(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	eva := s.as(t, "eva")
	eva.activateFirst()
	for _, answer := range feed.Answers() {
		require.Equal(t, "/vendor?done=answers", eva.post("/vendor/acme/answer", "answer", string(answer)).location)
		a := eva.post("/licenses/acme/check")
		require.Equal(t, http.StatusSeeOther, a.status, a.body)
		says := map[feed.Answer]string{
			"": "nothing new", "message": "The price list for next year is out.", "identity": "Example AS Group",
			"problem": "The last invoice is not paid.", "silence": "reached", "wrong": "refused",
		}
		require.Contains(t, eva.get("/licenses/acme").body, says[answer], answer)
	}
	require.Equal(t, http.StatusNotFound, eva.post("/vendor/acme/answer", "answer", "x").status)
}

// TestUsage reports a quarter, on the page and as files.
func TestUsage(t *testing.T) {
	s := newStory(t, sqliteFile(t))
	eva := s.as(t, "eva")
	page := readOf(eva.get("/usage?quarter=2026-2").body)
	require.Contains(t, page, "From 1 Apr 2026 to 30 Jun 2026")
	require.Regexp(t, `Sales plan superoffice.ten-sales\s*24\s*22`, page)
	require.Contains(t, page, "unlimited")
	csv := eva.get("/usage?quarter=2026-2&format=csv")
	require.Equal(t, "attachment; filename=usage-2026-2.csv", csv.header.Get("Content-Disposition"))
	require.Contains(t, csv.body, "superoffice.ten-sales")
	usage := decode[activation.Usage](t, eva.get("/usage?quarter=2026-1&format=json"))
	require.Equal(t, int64(90), usage.Days)
	require.Len(t, quarters(start), 5)
	require.Equal(t, "2025-2", quarters(start)[4].Code)
}

// TestTables exports history and log as tables, in which no text is a formula.
func TestTables(t *testing.T) {
	eva := newStory(t, sqliteFile(t)).as(t, "eva")
	history, log := eva.get("/history/export?format=csv"), eva.get("/history/log?format=csv")
	require.True(t, strings.HasPrefix(history.body, "at,kind,by,owner,source,from,to\n"), history.body)
	require.True(t, strings.HasPrefix(log.body, "at,by,holder,module,cause,to\n"), log.body)
	require.Greater(t, strings.Count(log.body, "\n"), 60)
	require.NoError(t, eva.site.people.put(t.Context(), eva.site.db, person{ID: "=1+1", Name: "F", Kind: "user", Type: "internal", Role: ordinary, Active: true}))
	require.Equal(t, http.StatusSeeOther, eva.post("/users/=1+1/assign", "module", "superoffice.ten-light").status)
	require.Contains(t, eva.get("/history/log?format=csv").body, ",eva,'=1+1,")
}

// TestHistoryFilters finds what somebody did, and what became of a person's seats.
func TestHistoryFilters(t *testing.T) {
	eva := newStory(t, sqliteFile(t)).as(t, "eva")
	page := readOf(eva.get("/history?person=u09").body)
	require.Contains(t, page, "Ivo Berg")
	require.NotContains(t, page, "Bob Silva")
	page = readOf(eva.get("/history?module=acme.forms-cal").body)
	require.Contains(t, page, "Forms designer")
	_, log, _ := strings.Cut(page, "Who got and lost what")
	log, _, _ = strings.Cut(log, "Seats in use")
	require.NotContains(t, log, "Sales plan")
	page = eva.get("/history").body
	require.Contains(t, page, "Older assignments")
	older := regexp.MustCompile(`href="(/history\?log=\d+)">Older assignments`).FindStringSubmatch(page)[1]
	require.NotEqual(t, eva.get(older).body, page)
}

// TestChartsEndNow: a chart ends at what is in use now, not at the last count of a day.
func TestChartsEndNow(t *testing.T) {
	eva := newStory(t, sqliteFile(t)).as(t, "eva")
	require.Contains(t, eva.get("/history").body, "at most 22 in use; now 22 of 24")
	require.Equal(t, http.StatusSeeOther, eva.post("/users/bob/release", "module", demoPlan).status)
	require.Contains(t, eva.get("/history").body, "at most 22 in use; now 21 of 24")
}

// TestStatusPage: the next expiry is when a license expires, not when it stops to work
// after that, and the next check is the one that the tab shows.
func TestStatusPage(t *testing.T) {
	s := newSiteWith(t, Config{Database: sqliteFile(t), Tenant: "demo"}, start, onlyWorks)
	eva := s.as(t, "eva")
	page := readOf(eva.get("/status").body)
	require.Regexp(t, `Next expiry\s*24 Jun 2026, 09:00 UTC\s*SuperOffice`, page)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	next := status.Owner("acme").Check.Next
	if other := status.Owner("superoffice").Check.Next; other.Before(next) {
		next = other
	}
	require.Contains(t, page, "Next check"+words.Instant(next))
}

// TestConfirmations say what will happen, and nothing happens before they are pressed.
func TestConfirmations(t *testing.T) {
	s := newStory(t, sqliteFile(t))
	eva := s.as(t, "eva")
	require.Contains(t, readOf(eva.get("/licenses/acme/remove").body), "Forms designer: 4 lose it.")
	require.Contains(t, eva.get("/licenses/acme").body, "Forms designer")
	require.Equal(t, "/licenses/acme?done=removed", eva.post("/licenses/acme/remove").location)
	require.Contains(t, eva.get("/licenses/acme").body, "No license of Acme Forms is active.")
	require.Equal(t, http.StatusForbidden, eva.get("/licenses/superoffice/remove").status, "the vendor's own are never removed")

	require.Contains(t, readOf(eva.get("/status/clock").body), "So nothing changes.")
	require.Equal(t, "/status?done=clock", eva.post("/status/clock").location)
}

// TestWishes lists who should have something and has not, with the reason.
func TestWishes(t *testing.T) {
	s := newStory(t, sqliteFile(t))
	page := readOf(s.as(t, "eva").get("/wishes").body)
	require.Contains(t, page, "No seat is free")
	require.Contains(t, page, "It is not for this type of user")
	require.Contains(t, page, "assigned automatically when a seat is free")
	for code := range s.words {
		if rule, ok := strings.CutPrefix(code, "refusal."); ok {
			require.Contains(t, s.words, "wish."+rule)
		}
	}
	require.Contains(t, readOf(newSite(t, sqliteFile(t)).as(t, "eva").get("/wishes").body), "Everybody has what they should have.")
}
