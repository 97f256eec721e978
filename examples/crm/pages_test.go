package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/attention"
)

// waiting is a site where six have the sales plan, and a license for four waits.
func waiting(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, sqliteFile(t))
	eva := s.as(t, "eva")
	eva.activateFirst()
	for _, id := range []string{"eva", "u01", "u02", "u03", "u04", "u05"} {
		require.Equal(t, http.StatusSeeOther, eva.post("/users/"+id+"/assign", "module", demoPlan).status)
	}
	eva.offer("quantity ten-sales", "4")
	return s, eva
}

// offer publishes a license of the vendor, which waits.
func (b *browser) offer(fields ...string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusSeeOther, b.post("/vendor/superoffice", append(fields, "then", "publish")...).status)
	require.Equal(b.t, "/licenses/superoffice/activate?done=pending", b.post("/licenses/superoffice/check").location)
}

const tooMany = "/licenses/superoffice/superfluous/" + demoPlan

// TestTicks ticks, unticks and turns pages, and counts what is left.
func TestTicks(t *testing.T) {
	s, eva := waiting(t)
	page := eva.get(tooMany)
	require.Contains(t, page.body, "<dt>Number to remove</dt><dd>2</dd>")
	require.Equal(t, 6, strings.Count(page.body, `type="checkbox"`))
	u1, u2 := tickValue("u01", demoPlan), tickValue("u02", demoPlan)
	a := eva.post(tooMany, "shown", u1, "shown", u2, "tick", u1, "then", "stay", "q", "Ada", "sort", "name")
	require.Equal(t, tooMany+"?q=Ada&sort=name", a.location, "the list stays where it is")
	require.Contains(t, eva.get(tooMany).body, "<dt>Number to remove</dt><dd>1</dd>")
	require.Equal(t, 1, strings.Count(eva.get(tooMany).body, " checked"))
	require.Equal(t, "/licenses/superoffice/activate", eva.post(tooMany, "shown", u2, "tick", u2, "then", "ok").location)
	require.Contains(t, eva.get(tooMany).body, "Nothing more has to be removed")
	require.Contains(t, eva.get("/licenses/superoffice/activate").body, "Released with it: 2")

	// What is shown and not ticked is ticked no more; what is not shown stays.
	require.Equal(t, http.StatusSeeOther, eva.post(tooMany, "shown", u1, "then", "stay").status)
	require.Contains(t, eva.get("/licenses/superoffice/activate").body, "Released with it: 1")
	otto := s.as(t, "otto")
	require.Contains(t, otto.get("/licenses/superoffice/activate").body, "Released with it: 1", "what is chosen is the tenant's")

	// Somebody else has released what is ticked.
	require.Equal(t, http.StatusSeeOther, otto.post("/users/u02/release", "module", demoPlan).status)
	dialog := eva.get("/licenses/superoffice/activate").body
	require.NotContains(t, dialog, "Released with it")
	require.Contains(t, dialog, "Sales plan: 5 seats in use, 4 available. Seats to remove: 1.")
	for _, wrong := range []string{"", "x", demoPlan, demoPlan + " "} {
		require.Equal(t, http.StatusBadRequest, eva.post(tooMany, "tick", wrong).status, "%q", wrong)
	}

	// A proposal of the page, which never takes from administrators.
	a = eva.post(tooMany, "then", "propose")
	require.Equal(t, "/licenses/superoffice/activate?done=proposed", a.location)
	dialog = eva.get("/licenses/superoffice/activate").body
	require.NotContains(t, dialog, "<a href=\"/users/eva\">")
}

// TestSuperfluousThrough lists those who have a module by their plan.
func TestSuperfluousThrough(t *testing.T) {
	_, eva := waiting(t)
	eva.offer("quantity web", "4")
	page := eva.get("/licenses/superoffice/superfluous/superoffice.web").body
	require.Contains(t, page, "<dt>Number to remove</dt><dd>2</dd>")
	require.Equal(t, 6, strings.Count(page, `type="checkbox" name="tick" value="`+demoPlan+" "))
}

// TestWaiting says why a license was not activated by itself.
func TestWaiting(t *testing.T) {
	_, eva := waiting(t)
	require.Contains(t, eva.get("/licenses/superoffice").body, "license 2 waits for you. It can&#39;t be activated until its problems are resolved.")
	require.NotContains(t, eva.get("/licenses/superoffice/activate").body, "It was not activated automatically")

	s := newSite(t, sqliteFile(t))
	eva = s.as(t, "eva")
	_, envelope, err := s.demo.Published(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, "/licenses/acme/activate?done=pending", eva.upload("acme.json", envelope).location)
	const first = "It is the first one, and nobody has entered its serial number."
	require.Contains(t, eva.get("/licenses/acme").body, "license 1 waits for you. "+first)
	require.Contains(t, eva.get("/licenses/acme/activate").body, "It was not activated automatically. "+first)
	require.Contains(t, eva.get("/licenses/acme/activate").body, "licenses of Acme Forms are for Example AS, serial number A-2001, from then on")
}

// TestStaleDialog activates what is not any more how it was shown.
func TestStaleDialog(t *testing.T) {
	s, eva := waiting(t)
	otto := s.as(t, "otto")
	form := func(b *browser) []string {
		dialog := b.get("/licenses/superoffice/activate").body
		return []string{"offer", field1(dialog, "offer"), "seen", field1(dialog, "seen")}
	}
	conflict := func(says string, fields []string) {
		t.Helper()
		a := eva.post("/licenses/superoffice/activate", fields...)
		require.Equal(t, http.StatusConflict, a.status)
		require.Contains(t, a.body, says)
	}
	tick := func(ids ...string) {
		for _, id := range ids {
			require.Equal(t, http.StatusSeeOther, eva.post(tooMany, "tick", tickValue(id, demoPlan)).status)
		}
	}
	tick("u01", "u02")
	looked := form(eva)
	require.Equal(t, http.StatusSeeOther, otto.post("/users/u10/assign", "module", demoPlan).status)
	conflict("More seats have come into use since you opened this page", looked)
	require.Equal(t, http.StatusSeeOther, otto.post("/users/u01/release", "module", demoPlan).status)
	conflict("The licenses, the choices or the affected seats have changed since you opened this page", looked)
	tick("u02", "u03")
	looked = form(eva)
	require.Equal(t, http.StatusSeeOther, otto.post("/vendor/acme", "quantity forms-cal", "9", "then", "publish").status)
	require.Equal(t, "/licenses/acme?done=activated", otto.post("/licenses/acme/check").location)
	conflict("have changed since you opened this page", looked)
	otto.offer("quantity ten-sales", "3")
	conflict("no longer offered", looked)
	require.Equal(t, http.StatusBadRequest, eva.post("/licenses/superoffice/activate", "offer", "x").status)

	require.NotContains(t, eva.get("/licenses/superoffice/activate").body, "Released with it", "what was chosen for the offer of before is forgotten")
	tick("u02", "u03", "u04")
	looked = form(eva)
	require.Equal(t, http.StatusSeeOther, otto.post(tooMany, "tick", tickValue("u05", demoPlan)).status)
	conflict("The licenses, the choices or the affected seats have changed since you opened this page", looked)
	require.Equal(t, http.StatusSeeOther, otto.post(tooMany, "shown", tickValue("u05", demoPlan)).status)
	require.Equal(t, "/licenses/superoffice?done=activated", eva.post("/licenses/superoffice/activate", form(eva)...).location)
	require.Equal(t, "/licenses/superoffice", eva.get("/licenses/superoffice/activate").location, "nothing waits any more")
	require.Equal(t, http.StatusNotFound, eva.get(tooMany).status)

	// The entry has the seats that ended with it.
	history := eva.get("/history").body
	_, rest, _ := strings.Cut(history, `<a href="/history/`)
	id, _, _ := strings.Cut(rest, `"`)
	entry := eva.get("/history/" + id).body
	require.Contains(t, entry, "Seats that ended or moved")
	require.Equal(t, 3, strings.Count(entry, `<li><span class="when">`))
}

// TestConcerned solves what is no matter of numbers.
func TestConcerned(t *testing.T) {
	s, eva := waiting(t)
	require.Equal(t, http.StatusSeeOther, eva.post("/users/u01/assign", "module", "superoffice.quote-cal").status)
	l, _, err := s.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	l.Number++
	for i := range l.Modules {
		switch l.Modules[i].Name {
		case "quote-cal":
			l.Modules[i].AssignableTo = []string{"external"}
		case "ten-sales":
			l.Modules[i].Quantity = 21
			l.Modules[i].Includes = []string{"user", "pocket-crm-cal", "sale-cal", "dash-cal"}
		}
	}
	envelope, err := s.demo.Sign("superoffice", l, s.clock.Now())
	require.NoError(t, err)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.upload("x.json", envelope).location)
	dialog := eva.get("/licenses/superoffice/activate").body
	require.Contains(t, dialog, "Quotes needs Web client. Users with Quotes who would not have it: 1.")
	require.Contains(t, dialog, "Quotes is no longer allowed for some of its users: 1.")
	for path, todo := range map[string]string{
		"/licenses/superoffice/concerned/superoffice.quote-cal/superoffice.web": "Quotes: release 1 of its seats, because Web client is missing",
		"/licenses/superoffice/concerned/superoffice.quote-cal/not-assignable":  "Quotes: release 1 of its seats",
	} {
		require.Contains(t, dialog, path)
		page := eva.get(path)
		require.Equal(t, http.StatusOK, page.status)
		require.Contains(t, page.body, "<caption>"+todo+"</caption>")
		require.Contains(t, page.body, "Ada Aas")
		require.Contains(t, page.body, tickValue("u01", "superoffice.quote-cal"))
		require.Contains(t, eva.get(path+"?q=ada&sort=name").body, "Ada Aas", "searched and ordered as every list")
		require.Contains(t, eva.get(path+"?q=ben").body, "Nobody is found.")
	}
	require.Equal(t, "/licenses/superoffice/activate", eva.post("/licenses/superoffice/concerned/superoffice.quote-cal/not-assignable",
		"tick", tickValue("u01", "superoffice.quote-cal"), "then", "ok").location)
	require.NotContains(t, eva.get("/licenses/superoffice/activate").body, "Resolve first")
	page := eva.get("/licenses/superoffice/concerned/superoffice.quote-cal/not-assignable").body
	require.Contains(t, page, "Ada Aas", "for whom it is solved, and who can be taken back")
	require.Contains(t, page, "Nothing more has to be removed")
}

// TestLicensesPages goes through what an administrator does with a license
// beside activating it.
func TestLicensesPages(t *testing.T) {
	s, eva := waiting(t)
	dialog := eva.get("/licenses/superoffice/activate").body
	require.Equal(t, "/licenses/superoffice?done=dismissed", eva.post("/licenses/superoffice/dismiss", "offer", field1(dialog, "offer")).location)
	require.NotContains(t, eva.get("/licenses/superoffice").body, "Activate new license")
	require.Equal(t, http.StatusNotFound, eva.post("/licenses/superoffice/propose").status)

	// One that activated itself is to be seen.
	require.Contains(t, eva.get("/licenses/acme").body, "New license activated")
	changes := eva.get("/licenses/acme/changes").body
	require.Contains(t, changes, "License 1 of Acme Forms was activated automatically")
	require.Equal(t, "/licenses/acme?done=acknowledged", eva.post("/licenses/acme/acknowledge", "digest", field1(changes, "digest")).location)
	require.NotContains(t, eva.get("/licenses/acme").body, "New license activated")
	require.Equal(t, http.StatusBadRequest, eva.post("/licenses/acme/acknowledge").status)

	// The feed is down, is up, has nothing new; what is active stays.
	require.Equal(t, "/vendor?done=answers", eva.post("/vendor/acme/answer", "answer", "silence").location)
	require.Contains(t, eva.get("/vendor").body, `<option value="silence" selected>`)
	require.Equal(t, "/licenses/acme?done=problem", eva.post("/licenses/acme/check").location)
	require.Contains(t, eva.get("/licenses/acme").body, "The license server did not provide a license")
	require.Equal(t, "/vendor?done=answers", eva.post("/vendor/acme/answer", "answer", "").location)
	require.Equal(t, "/licenses/acme?done=checked", eva.post("/licenses/acme/check").location)

	// Serial numbers that are blank, or of nobody.
	require.Equal(t, http.StatusUnprocessableEntity, eva.post("/licenses/acme/serial", "company", " ", "serial", "1").status)
	require.Equal(t, http.StatusSeeOther, eva.post("/licenses/acme/serial", "company", "Example AS", "serial", "unknown").status)
	require.Contains(t, eva.get("/licenses/acme/serial").body, `value="unknown"`)
	a := newSite(t, sqliteFile(t)).as(t, "eva").post("/licenses/acme/serial", "company", "Another AS", "serial", "A-2001")
	require.Equal(t, http.StatusUnprocessableEntity, a.status, a.location)
	require.Contains(t, a.body, "They are noted, but the license that came is not for them. It is for another company.")

	// A license as a file, loaded twice.
	a = eva.post("/vendor/superoffice", "then", "download")
	require.Equal(t, "attachment; filename=superoffice-1234567890-0003.license.json", a.header.Get("Content-Disposition"))
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.upload("x.json", []byte(a.body)).location)
	require.Equal(t, http.StatusNotFound, eva.post("/vendor/nobody").status)
	require.Equal(t, http.StatusNotFound, eva.post("/vendor/nobody/answer").status)
	require.Equal(t, http.StatusUnprocessableEntity, eva.post("/vendor/acme", "quantity forms", "x").status)

	require.Contains(t, eva.get("/status").body, "<dt>Active users</dt><dd>60</dd>")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.get("/licenses?done=activated").location)
	require.Equal(t, http.StatusNotFound, eva.get("/licenses/nobody").status)
	require.Equal(t, "/licenses", eva.get("/").location)
	own := s.as(t, "ann").get("/").body
	require.Contains(t, own, "superoffice.audit", "which is on for everybody")
	require.NotContains(t, own, demoPlan)
}

// TestUserPages assigns, is refused with figures, switches and releases.
func TestUserPages(t *testing.T) {
	_, eva := waiting(t)
	require.Equal(t, http.StatusSeeOther, eva.post("/users/u01/assign", "module", "superoffice.quote-cal").status)
	page := eva.get("/users/u01").body
	require.Contains(t, page, "also released: Quotes")
	require.Contains(t, page, "Web client <code>superoffice.web</code> <span class=\"hint\">Usable, through Sales plan")
	a := eva.post("/users/u06/assign", "module", "superoffice.quote-cal")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `role="alert"`)
	require.Contains(t, a.body, "<option value=\"superoffice.quote-cal\" selected>", "the form is as it was")
	require.Equal(t, "/users/u01?done=switched", eva.post("/users/u01/switch", "from", demoPlan, "to", "superoffice.ten-light").location)
	require.Equal(t, http.StatusUnprocessableEntity, eva.post("/users/u01/switch", "from", "superoffice.ten-light", "to", "superoffice.audit").status)
	require.Equal(t, "/users/u01?done=released", eva.post("/users/u01/release", "module", "superoffice.ten-light").location)
	require.Contains(t, eva.get("/users/u01").body, "Nothing is assigned.")
	require.Contains(t, eva.get("/users/u02/retire").body, "<li>Sales plan</li>")
	require.Equal(t, "/users/u02?done=retired", eva.post("/users/u02/retire").location)
	require.Equal(t, http.StatusConflict, eva.post("/users/u02/assign", "module", demoPlan).status)
	require.Equal(t, http.StatusConflict, eva.post("/users/u02/switch", "from", demoPlan, "to", demoPlan).status)
	require.NotContains(t, eva.get("/users?q=u02").body, `<a href="/users/u02">`)

	// Lists turn pages, keep their filters, and find who has a module.
	list := eva.get("/users?sort=seen&q=a")
	require.Contains(t, list.body, "found.")
	require.Equal(t, 4, strings.Count(eva.get("/users?module="+demoPlan).body, `name="user"`))
	require.Equal(t, 4, strings.Count(eva.get("/users?module=superoffice.web").body, `name="user"`), "through the plan")
	page = eva.get("/users").body
	_, rest, _ := strings.Cut(page, `href="/users?after=`)
	next, _, _ := strings.Cut(rest, `"`)
	second := eva.get("/users?after=" + strings.ReplaceAll(next, "&amp;", "&")).body
	require.Contains(t, second, "First page")
	require.Equal(t, 9, strings.Count(second, `name="user"`))
}

// TestNotices: the tab of an owner says what somebody should do something about,
// and has a dot while there is something.
func TestNotices(t *testing.T) {
	s, eva := waiting(t)
	of := func(owner string) string { return eva.get("/licenses/" + owner).body }
	for _, page := range []string{of("superoffice"), of("acme"), eva.get("/users").body, eva.get("/history").body} {
		require.Contains(t, page, `<a href="/licenses/superoffice/activate">License 2 of SuperOffice is waiting. Resolve its problems, then activate it.</a>`)
	}
	require.Contains(t, of("acme"), `>SuperOffice <span class="dot"`)
	require.Contains(t, of("superoffice"), "It can&#39;t be activated until its problems are resolved.")

	// Once what is chosen solves all problems, nobody is told of them any more.
	eva.chooses("tick", tickValue("u01", demoPlan), "tick", tickValue("u02", demoPlan))
	for _, page := range []string{of("superoffice"), of("acme"), eva.get("/users").body, eva.get("/history").body} {
		require.Contains(t, page, `<a href="/licenses/superoffice/activate">License 2 of SuperOffice is ready to be activated.</a>`)
		require.NotContains(t, page, "esolve its problems")
	}
	require.Contains(t, of("superoffice"), "What was chosen resolves its problems")
	require.NotContains(t, of("superoffice"), "until its problems are resolved")

	s.clock.advance(400 * 24 * time.Hour)
	eva = s.as(t, "eva")
	for _, owner := range []string{"SuperOffice", "Acme Forms"} {
		require.Equal(t, 1, strings.Count(of("acme"), `>The license of `+owner+` has ended, and everything is read-only. Purchase or load a new license.</a>`), owner)
	}
}

// TestTabs marks the owner of whom something needs attention.
func TestTabs(t *testing.T) {
	s, _ := waiting(t)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	for _, tab := range s.tabsOf(status, "superoffice") {
		require.Equal(t, tab.Name != "Status", tab.Waits, tab.Name) // one is blocked, the other is new
	}
}

// TestNoticesLead: each line says what to do in words, and leads to where it is done.
func TestNoticesLead(t *testing.T) {
	s := wordsOnly(t)
	for code, path := range map[attention.Code]string{
		attention.OfferBlocked: "/licenses/acme/activate", attention.OfferReady: "/licenses/acme/activate", attention.IdentityChange: "/licenses/acme/serial",
		attention.Lapsed: "/licenses/acme", attention.ClockInDoubt: "/status",
	} {
		item := attention.Item{Code: code, Severity: attention.Warning, Owner: "acme"}
		if code == attention.ClockInDoubt {
			item.Owner = ""
		}
		n := s.notices([]attention.Item{item})
		require.Equal(t, path, n[0].Path, code)
	}
	require.Empty(t, s.notices([]attention.Item{{Code: attention.SeatsFull, Severity: attention.Info}}), "which is good to know, and no more")
}
