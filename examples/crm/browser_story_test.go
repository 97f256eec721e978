package main

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestUsageWalk reads the usage report, prints it, and downloads it.
func TestUsageWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.press("Usage")
	eva.sees("Usage report", "Seats are counted once a day.", "Example AS, serial number 1234567890")
	peak := eva.row("Sales plan")[1]
	require.NotEmpty(t, peak)
	require.Equal(t, "Sales plan|Service plan|Light plan|Quotes|Travel|Travel databases", evaluate[string](eva,
		`[...document.querySelectorAll("[aria-labelledby=usage-superoffice] tbody th")].map((e) => e.firstChild.textContent.trim()).join("|")`),
		"in the order of the license")

	_, err := chromedp.Call(eva.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	require.Contains(t, eva.text(), "Usage report")
	require.NotContains(t, eva.text(), "Vendor corner", "the paper has no navigation")
	_, err = chromedp.Call(eva.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	require.NoError(t, err)

	file := eva.downloads(func() {
		require.NoError(t, chromedp.Do(eva.ctx, click(eva.find("Download CSV", "link").BackendDOMNodeID)))
	})
	table, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(table), demoPlan)
}

// TestWishesWalk finds out why somebody has not what they should have, and looks
// at that person.
func TestWishesWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.press("Usage")
	eva.press("Unmet wishes")
	first := eva.in("table", "Unmet wishes").having("link")
	require.NotEmpty(t, first)
	cells := eva.row(nameOf(first[0]))
	require.Equal(t, "Quotes", cells[0])
	require.Equal(t, "It is not for this type of user assigned automatically once this changes", cells[1])
	eva.press(nameOf(first[0]))
	require.Contains(t, eva.path(), "/users/")
	eva.sees(nameOf(first[0]))
}

// TestRemovalWalk is told who loses what before the licenses of a partner go, and
// can still go back.
func TestRemovalWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.press("Licenses")
	eva.press("Acme Forms")
	eva.press("Remove the licenses of Acme Forms")
	eva.sees("Remove these licenses?", "4 lose it.")
	eva.press("Cancel")
	require.Equal(t, "/licenses/acme", eva.path())
	eva.press("Remove the licenses of Acme Forms")
	eva.press("Remove the licenses")
	eva.sees("No license of Acme Forms is active.")
	eva.press("SuperOffice something waits here")
	require.Empty(t, eva.all("Remove the licenses of SuperOffice", "link"), "the vendor's own are never removed")
}

// TestClockWalk looks what setting back the recorded time would do, and does it.
func TestClockWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.open("/status")
	eva.press("Was the clock wrong?")
	eva.sees("Set back the recorded time?", "The clock says", "So nothing changes.")
	eva.press("Set back the recorded time")
	require.Equal(t, "/status?done=clock", eva.path())
}

// TestFirstFileWalk has no license server: the first license is a file, and nothing
// of it is active before somebody has seen what it brings.
func TestFirstFileWalk(t *testing.T) {
	t.Parallel()
	eva := newSite(t, sqliteFile(t)).windowOf(t, "eva")
	file := eva.downloads(func() { eva.issue("21", "Download as a file") })
	eva.answers("SuperOffice", "nothing at all")
	eva.press("Licenses")
	eva.upload("License file", file)
	eva.press("Load license from file")
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.path())
	eva.sees("Activate new license", "Example AS")
	eva.press("Activate")
	eva.sees("The new license is active.", "1234567890")
}

// TestBulkWalk takes a plan from two who are chosen from the list.
func TestBulkWalk(t *testing.T) {
	t.Parallel()
	s := newStory(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	eva.press("Users")
	eva.choose("Module", "Travel")
	eva.press("Show")
	boxes := eva.boxes()
	require.NotEmpty(t, boxes)
	eva.tick(boxes[0])
	eva.tick(boxes[1])
	eva.choose("Module to assign", "Travel (unlimited)")
	eva.press("Release from selected")
	eva.sees("Release from many users?", "Users who were selected or found: 2.", "Those of them who have Travel lose it. What needs the released module is also released.")
	eva.press("Cancel")
	require.Equal(t, "/users?module=superoffice.travel", eva.path())
	require.Contains(t, eva.boxes(), boxes[0], "nothing has happened")
	eva.tick(boxes[0])
	eva.tick(boxes[1])
	eva.choose("Module to assign", "Travel (unlimited)")
	eva.press("Release from selected")
	eva.press("Release")
	eva.sees("Done: 2 released.")
	eva.press("Back to users")
	eva.choose("Module", "Travel")
	eva.press("Show")
	require.NotContains(t, eva.boxes(), boxes[0])
}

// TestRetireWalk is told what a user loses before that user is deactivated, and can
// still go back.
func TestRetireWalk(t *testing.T) {
	t.Parallel()
	s := newStory(t, sqliteFile(t))
	eva := s.windowOf(t, "eva")
	eva.open("/users/bob")
	eva.press("Deactivate the user")
	eva.sees("Deactivate this user?", "Bob Silva can't sign in any more, and loses all seats.", "Quotes\nSales plan")
	eva.press("Cancel")
	require.Equal(t, "/users/bob", eva.path())
	require.Equal(t, [][]string{{"superoffice.quote-cal", demoPlan}}, s.has(t, "bob"), "nothing has happened")
	eva.press("Deactivate the user")
	eva.press("Deactivate the user")
	eva.sees("The user is deactivated, and all seats are released.", "Nothing is assigned.")
	require.Equal(t, [][]string{nil}, s.has(t, "bob"))
}

// TestDatabasesWalk finds the databases beside the users.
func TestDatabasesWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.press("Databases")
	require.NotRegexp(t, "(?i)internal|type", eva.text(), "which users alone have")
	require.Equal(t, []string{"Choose Bergen travel database", "Choose Oslo travel database"}, eva.boxes())
	eva.press("Oslo travel database")
	eva.sees("Oslo travel database", "Travel database")
	require.NotRegexp(t, "(?i)internal|type", eva.text(), "which users alone have")
	eva.press("Users")
	require.Equal(t, "any|external|internal", evaluate[string](eva, `[...document.getElementById("type").options].map((o) => o.text).join("|")`))
}

// TestHistoryWalk looks for what one administrator did, and takes it along.
func TestHistoryWalk(t *testing.T) {
	t.Parallel()
	eva := newStory(t, sqliteFile(t)).windowOf(t, "eva")
	eva.press("History")
	eva.sees("Otto Brandt", "Eva Lindqvist")
	eva.fill("Person (id)", "otto")
	eva.press("Show")
	log := eva.in("region", "Log of assignments").within()
	require.Contains(t, log, "Otto Brandt")
	require.NotContains(t, log, "Eva Lindqvist")
	links := eva.all("Download log (CSV)", "link")
	require.Len(t, links, 1)
	file := eva.downloads(func() { require.NoError(t, chromedp.Do(eva.ctx, click(links[0].BackendDOMNodeID))) })
	table, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(table), "at,by,holder,module,cause,to\n"))
}
