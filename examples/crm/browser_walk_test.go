package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	protocol "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestFirstActivation enters what the vendor has told.
func TestFirstActivation(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	require.Equal(t, "/licenses/superoffice", eva.path())
	eva.sees("No license of SuperOffice is active.", "In this demo: company Example AS, serial number 1234567890.")
	require.Empty(t, eva.all("Check now", "button"), "nobody knows what to ask for")
	require.Len(t, eva.all("Purchase new licenses", "link"), 1)

	eva.press("Enter serial number")
	eva.fill("Company (license owner)", "Example AS")
	eva.fill("Serial number", "123")
	eva.press("OK")
	eva.sees("The license server did not provide a license: This serial number is not known, or this installation may not ask for it (there is no such license).")

	eva.press("Change serial number")
	eva.fill("Serial number", "1234567890")
	eva.press("OK")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.path())
	eva.sees("The new license is active.", "Active until 1 Jun 2027", "Sales plan")
	require.Len(t, eva.all("Purchase new licenses", "link"), 1)
	eva.press("Status")
	eva.sees("1234567890", "Active until 1 Jun 2027")
}

// TestAutomaticRenewal has a license come by itself that nobody is in the way
// of, and acknowledges it.
func TestAutomaticRenewal(t *testing.T) {
	t.Parallel()
	s := populatedSite(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	eva.issue("30", "Sign and publish")

	s.clock.advance(40 * time.Hour) // the next check is due
	require.NoError(t, s.engine.RenewDue(t.Context()))
	eva = s.windowOf(t, "eva") // the first session has ended
	require.Len(t, eva.all("SuperOffice something waits here", "link"), 1)

	eva.press("New license activated")
	eva.sees("License 2 of SuperOffice was activated automatically", "after license 1")
	require.Equal(t, []string{"21", "21", "0", "+9", "30", "9"}, eva.row("Sales plan"))
	eva.press("OK")
	eva.sees("Thank you. You have seen the new license.")
	require.Empty(t, eva.all("New license activated", "link"))
	eva.press("History")
	eva.sees("License 2 of SuperOffice was activated, after license 1", "automatic")
	require.Equal(t, " 0,2 1,2", evaluate[string](eva, `document.querySelector("[aria-labelledby='chart-acme.forms-cal'] .in-use").getAttribute("points")`),
		"3 of 5, noted on one day, are a level line")
}

// TestBlockedRenewal has a license come with fewer seats than are in use, and
// removes what is superfluous, on both databases.
func TestBlockedRenewal(t *testing.T) {
	t.Parallel()
	databases(t, removeSuperfluous)
}

func removeSuperfluous(t *testing.T, database string) {
	t.Helper()
	s := populatedSite(t, database)
	eva := s.windowOf(t, "eva")
	require.Equal(t, []string{"8 and 1 tolerated", "8", "1", "full"}, eva.row("Quotes"))
	s.as(t, "otto").gives("superoffice.quote-cal", "u51")
	eva.open("/licenses/superoffice")
	require.Equal(t, []string{"8 and 1 tolerated", "9", "0", "over: 112 %"}, eva.row("Quotes"))
	require.Len(t, eva.all("112 % in use", "image"), 1)
	eva.issue("18", "Sign and publish")
	eva.press("Licenses")
	eva.press("Check now")

	// The dialog says what is wrong, and Activate can't be pressed.
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.path())
	eva.sees("Sales plan: 21 seats in use, 18 available. Seats to remove: 3.", "The license has fewer seats than before. Modules: Sales plan",
		"If the numbers or modules are wrong, do not activate. Contact the vendor")
	require.Equal(t, []string{"21", "21", "0", "−3", "18", "−3"}, eva.row("Sales plan"))
	require.NotContains(t, eva.in("region", "Altered modules").within(), "Light plan", "what does not change is not listed")
	disabled, reason := eva.activateDisabled()
	require.True(t, disabled)
	require.Equal(t, "Resolve the problems above to enable Activate.", reason)

	// Not now: it waits.
	eva.press("Not now")
	eva.press("Activate new license")

	// The red name leads to those who have it. The figure counts down.
	eva.press("Sales plan – not enough seats, choose users to remove")
	require.Equal(t, "3", eva.toRemove())
	eva.sees("Sales plan: release 3 of 21 seats", "License 2 of SuperOffice is waiting. Resolve its problems, then activate it.")
	boxes := eva.boxes()
	require.Len(t, boxes, 21)
	with := slices.Index(boxes, "Sales plan of Cleo Costa") // the name of this user has quotes
	require.GreaterOrEqual(t, with, 0)
	eva.tick(boxes[with])
	eva.until("2 more to remove", func() bool { return eva.toRemove() == "2" })
	eva.sees("Sales plan: release 2 of 20 seats", "Selected for release: 1, also released: 2")
	require.Equal(t, []string{"Forms designer, Quotes"}, eva.row("Cleo Costa u03")[4:], "what is also released")
	rest := slices.Delete(boxes, with, with+1)
	eva.tick(rest[0])
	eva.until("1 more to remove", func() bool { return eva.toRemove() == "1" })
	eva.tick(rest[1])
	eva.sees("Nothing more has to be removed for Sales plan. The license can be activated now.", "Sales plan: nothing more to release",
		"Selected for release: 3, also released: 4", "License 2 of SuperOffice is ready to be activated.")
	require.NotContains(t, eva.text(), "Resolve its problems", "which they are, before another page is loaded")
	eva.press("OK")

	// Activate is enabled.
	disabled, _ = eva.activateDisabled()
	require.False(t, disabled)
	eva.sees("Released with it: 7", "also released, because it needs the released module")
	eva.press("Activate")
	eva.sees("The new license is active.")
	require.Equal(t, []string{"18", "18", "0", "full"}, eva.row("Sales plan"))
	eva.press("Status")
	require.Equal(t, []string{"Example AS", "1234567890", "2", "Active until 1 Jun 2027, 09:00 UTC"}, eva.row("SuperOffice")[:4])
	eva.press("History")
	eva.press("License 2 of SuperOffice was activated, after license 1")
	eva.sees("Cleo Costa: Quotes", "also released, because it needs the released module")
}

// TestSuperfluousPages ticks on several pages of a long list.
func TestSuperfluousPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqliteFile(t))
	b := s.as(t, "eva")
	b.activateFirst()
	b.issues("ten-sales", "70", "user", "70", "web", "70", "pocket-crm-cal", "70", "sale-cal", "70", "dash-cal", "90")
	b.untilFinished(b.post("/users/assign", "assign", demoPlan, "whom", "all").location)
	b.issues("ten-sales", "5")

	eva := s.windowOf(t, "eva")
	eva.open("/licenses/superoffice/superfluous/" + demoPlan)
	require.Equal(t, "55", eva.toRemove())
	first := eva.boxes()
	require.Len(t, first, 50)
	eva.tick(first[0])
	eva.until("54 more", func() bool { return eva.toRemove() == "54" })
	eva.press("Next page")
	require.Len(t, eva.boxes(), 10)
	require.NotContains(t, eva.boxes(), first[0])
	require.Equal(t, "54", eva.toRemove(), "the tick of the other page stays")
	// Ticks that follow each other faster than answers come all count: they are
	// sent one after another.
	evaluate[chromedp.Void](eva, `(() => {
		const send = window.fetch
		let under = 0
		window.most = 0
		window.fetch = (...request) => {
			window.most = Math.max(window.most, ++under)
			return send(...request).finally(() => under--)
		}
		for (const box of [...document.querySelectorAll("form.live input[type=checkbox]")].slice(0, 5)) box.click()
	})()`)
	eva.until("49 more", func() bool { return eva.toRemove() == "49" })
	require.Equal(t, 1, evaluate[int](eva, "window.most"), "at once under way")
	require.Equal(t, 5, evaluate[int](eva, `document.querySelectorAll("form.live input:checked").length`))

	eva.fill("Search name or id", "costa")
	eva.choose("Order", "Name, from Z")
	eva.press("Show")
	found := eva.boxes()
	require.NotEmpty(t, found)
	require.True(t, slices.IsSortedFunc(found, func(a, b string) int { return strings.Compare(b, a) }), found)
	for _, name := range found {
		require.Contains(t, name, "Costa")
	}
	eva.press("Propose")
	eva.sees("Users have been suggested.", "Released with it: ")
}

// TestFileWhileFeedIsDown activates a renewal from a file.
func TestFileWhileFeedIsDown(t *testing.T) {
	t.Parallel()
	s := populatedSite(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	file := eva.downloads(func() { eva.issue("20", "Download as a file") })
	eva.answers("SuperOffice", "nothing at all")
	eva.press("Licenses")
	eva.press("Check now")
	eva.sees("The license server did not provide a license. Your active license keeps working.")

	eva.unfold("Load license from file")
	eva.upload("License file", file)
	eva.press("Load license from file")
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.path())
	eva.sees("eva loaded it from a file on", "Seats to remove: 1.")
	eva.press("Propose whom to release or move")
	eva.sees("Users have been suggested. Check them, then activate.")
	eva.press("Activate")
	eva.sees("The new license is active.")
	require.Equal(t, "20", eva.row("Sales plan")[0])
	eva.press("Status")
	eva.sees("The license server did not provide a license: It can't be reached.")
}

// TestPartner gets a partner's license from the partner's feed, while the
// vendor's is down. The partner's key is good for nothing else.
func TestPartner(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	eva.press("Vendor corner demo")
	eva.answers("SuperOffice", "nothing at all")
	eva.press("Licenses")
	eva.press("Acme Forms")
	eva.press("Enter serial number")
	eva.fill("Company (license owner)", "Example AS")
	eva.fill("Serial number", "A-2001")
	eva.press("OK")
	eva.sees("The new license is active.", "Forms designer")
	eva.press("SuperOffice")
	eva.sees("No license of SuperOffice is active.")

	l := &license.License{}
	require.NoError(t, json.Unmarshal(demoSuperoffice, l))
	document, err := json.Marshal(l)
	require.NoError(t, err)
	forged, err := signed.Sign(document, s.keyOf(t, "acme"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "forged.json")
	require.NoError(t, os.WriteFile(file, forged, 0o600))
	eva.unfold("Load license from file")
	eva.upload("License file", file)
	require.EqualValues(t, http.StatusBadRequest, eva.press("Load license from file"))
	eva.sees("This is not a license that can be trusted")
}

// TestTwoAdministrators has one of two at once come too late, who is told so
// and sees how things are now.
func TestTwoAdministrators(t *testing.T) {
	t.Parallel()
	s := populatedSite(t, sqliteFile(t))
	s.as(t, "eva").issues("ten-sales", "19")
	eva, otto := s.windowOf(t, "eva"), s.windowOf(t, "otto")
	for _, w := range []*window{eva, otto} {
		w.open("/licenses/superoffice/superfluous/" + demoPlan)
		if boxes := w.boxes(); w == eva { // what she chooses, he sees
			w.tick(boxes[0])
			w.until("1 more to remove", func() bool { return w.toRemove() == "1" })
			w.tick(boxes[1])
		}
		w.sees("Nothing more has to be removed")
		w.press("OK")
		disabled, _ := w.activateDisabled()
		require.False(t, disabled)
	}

	// Otto gives Bob something more, which would go with the seat that eva has
	// ticked.
	otto.open("/users/bob")
	otto.choose("Assign", "Quotes (1 free)")
	otto.press("Assign")
	require.EqualValues(t, http.StatusConflict, eva.press("Activate"))
	eva.sees("Nothing was activated", "have changed since you opened this page. It now shows the current state.",
		"Bob Silva: Quotes also released")

	// Otto is first.
	otto.open("/licenses/superoffice/activate")
	otto.press("Activate")
	otto.sees("The new license is active.")
	eva.press("Activate")
	eva.sees("This license is active already. Nothing changed.")
	eva.press("History")
	require.Equal(t, 1, strings.Count(eva.text(), "License 2 of SuperOffice was activated"))
}

// TestOrdinaryUser is refused everything that is for administrators.
func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	s := populatedSite(t, sqliteFile(t))
	ann := s.windowOf(t, "ann")
	ann.sees("My licenses", "Web client superoffice.web Usable, through Sales plan")
	require.Empty(t, ann.all("Licenses", "link"))
	require.Empty(t, ann.all("Users", "link"))
	ann.press("Web client")
	ann.sees("you may use it, through Sales plan")

	require.EqualValues(t, http.StatusForbidden, ann.open("/users"))
	ann.sees("Only an administrator may do this.")
	pages, calls := s.routes()
	for _, pattern := range append(pages, calls...) {
		method, path, _ := strings.Cut(places.Replace(pattern), " ")
		status := evaluateLater[int](ann, fmt.Sprintf("fetch(%q, {method: %q, redirect: 'manual'}).then((r) => r.status)", path, method))
		require.Equal(t, http.StatusForbidden, status, pattern)
	}
}

// places fills in what addresses leave open.
var places = strings.NewReplacer("{owner}", "superoffice", "{module}", demoPlan, "{why}", "not-assignable", "{id}", "1")

// TestReader knows nothing of the site, and goes by what can be read: the blocked
// renewal is active after at most eight clicks from the first page, be it proposed or
// chosen by hand.
func TestReader(t *testing.T) {
	t.Parallel()
	const most = 8
	for name, way := range map[string][]string{
		"proposed": {"Sign in as Eva, an administrator", "Activate new license", "Propose whom to release or move", "Activate"},
		"by hand":  {"Sign in as Eva, an administrator", "Activate new license", "Remove superfluous licenses of Sales plan", "☐", "☐", "OK", "Activate"},
	} {
		require.LessOrEqual(t, len(way), most)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newStory(t, sqliteFile(t)).newWindow(t)
			w.open("/")
			for i, read := range way {
				w.keepStep(name, i)
				if read != "☐" {
					w.press(read)
					continue
				}
				left := w.toRemove()
				w.tick(w.unticked())
				w.until("fewer to remove", func() bool { return w.toRemove() != left })
			}
			w.sees("The new license is active.")
			w.keepStep(name, len(way))
			w.press("History")
			w.keepStep(name, len(way)+1)
		})
	}
}

// keepStep keeps a picture of a step, where somebody wants pictures.
func (w *window) keepStep(way string, step int) {
	w.t.Helper()
	if folder := os.Getenv("CRM_SCREENSHOTS"); folder != "" {
		require.NoError(w.t, os.MkdirAll(folder, 0o750))
		shot, err := chromedp.Call(w.ctx, protocol.CaptureScreenshot, protocol.CaptureScreenshotParams{})
		require.NoError(w.t, err)
		require.NoError(w.t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("flow-%s-%d.png", way, step)), shot.Data, 0o600))
	}
}

// unticked is what the first box is called that is not ticked.
func (w *window) unticked() string {
	w.t.Helper()
	for _, node := range w.having("checkbox") {
		for _, property := range node.Properties {
			if property.Name == accessibility.PropertyNameChecked && string(property.Value.Value) == `"false"` {
				return nameOf(node)
			}
		}
	}
	return ""
}
