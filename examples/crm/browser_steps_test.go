package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	protocol "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// populatedSite is a site where both licenses are active, and people have
// seats: all of the Sales plan are in use, and Cleo Costa has quotes besides.
func populatedSite(t *testing.T, database string) *site {
	t.Helper()
	s := newSite(t, database)
	s.populate(s.as(t, "eva"))
	return s
}

// populate activates both licenses, and gives people seats.
func (s *site) populate(eva *browser) {
	eva.activateFirst()
	eva.untilFinished(eva.post("/users/assign", "assign", demoPlan, "whom", "all").location)
	eva.untilFinished(eva.post("/users/assign", "assign", "superoffice.ten-service", "whom", "all", "q", "u3").location)
	for i, id := range []string{"ann", "u03", "u02", "u01", "u17", "u49", "u50", "u34"} {
		eva.gives("superoffice.quote-cal", id)
		if i < 3 {
			eva.gives("acme.forms-cal", id)
		}
	}
}

func (b *browser) gives(module, id string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusSeeOther, b.post("/users/"+id+"/assign", "module", module).status)
}

// issues has the vendor publish another license, with numbers of modules, and
// asks for it.
func (b *browser) issues(quantities ...string) {
	b.t.Helper()
	fields := []string{"then", "publish"}
	for i := 0; i < len(quantities); i += 2 {
		fields = append(fields, "quantity "+quantities[i], quantities[i+1])
	}
	require.Equal(b.t, http.StatusSeeOther, b.post("/vendor/superoffice", fields...).status)
	require.Equal(b.t, http.StatusSeeOther, b.post("/licenses/superoffice/check").status)
}

// issue plays the vendor: another number of Sales plans, then a button.
func (w *window) issue(quantity, button string) {
	w.t.Helper()
	w.press("Vendor corner demo")
	corner := w.in("region", "SuperOffice")
	corner.fill("Sales plan", quantity)
	if strings.HasPrefix(button, "Download") {
		require.NoError(w.t, chromedp.Do(w.ctx, click(corner.find(button, "button").BackendDOMNodeID)))
		return
	}
	corner.press(button)
}

// answers plays the license server of an owner.
func (w *window) answers(owner, words string) {
	w.t.Helper()
	corner := w.in("region", owner)
	corner.choose("When it is asked, it answers", words)
	corner.press("Use this answer")
}

// downloads returns the file that something brings.
func (w *window) downloads(do func()) string {
	w.t.Helper()
	folder := w.t.TempDir()
	yes := true
	done := make(chan string, 1)
	require.NoError(w.t, chromedp.ListenBrowser(w.ctx, func(event any) {
		if e, ok := event.(*protocol.EventDownloadProgress); ok && e.State == protocol.DownloadProgressStateCompleted {
			file := filepath.Join(folder, e.GUID)
			if _, err := os.Stat(file); err == nil { // other windows download as well
				done <- file
			}
		}
	}))
	_, err := chromedp.CallBrowser(w.ctx, protocol.SetDownloadBehavior, protocol.SetDownloadBehaviorParams{
		Behavior: protocol.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: folder, EventsEnabled: &yes,
		BrowserContextID: chromedp.FromContext(w.ctx).BrowserContextID,
	})
	require.NoError(w.t, err)
	do()
	select {
	case file := <-done:
		return file
	case <-time.After(patience):
		w.t.Fatal("nothing was downloaded")
		return ""
	}
}

// within is what can be read in a part of the page.
func (w *window) within() (text string) {
	w.t.Helper()
	w.apply(w.part.BackendDOMNodeID, "function() { window.read = this.innerText }")
	return evaluate[string](w, "window.read")
}

// unfold opens what is folded up.
func (w *window) unfold(name string) {
	w.t.Helper()
	evaluate[bool](w, `[...document.querySelectorAll("summary")].some((e) => e.textContent === `+strconv.Quote(name)+` && (e.parentNode.open = true))`)
}

// row returns what the cells of a table's row say, by the name of its header.
func (w *window) row(header string) []string {
	w.t.Helper()
	cells := evaluate[[]string](w, `(() => {
		const plain = (e) => e.innerText.replace(/\s+/g, " ").trim()
		const row = [...document.querySelectorAll("tbody tr")].find((r) => r.querySelector("th") && plain(r.querySelector("th")).startsWith(`+strconv.Quote(header)+`))
		return row ? [...row.querySelectorAll("td")].map(plain) : []
	})()`)
	require.NotEmpty(w.t, cells, "no row %s in:\n%s", header, w.text())
	return cells
}

// toRemove is the figure that counts down.
func (w *window) toRemove() string {
	w.t.Helper()
	return evaluate[string](w, `[...document.querySelectorAll("dt")].filter((e) => e.textContent === "Number to remove")
		.map((e) => e.nextElementSibling.textContent).join()`)
}

// boxes returns what the checkboxes are called, in their order.
func (w *window) boxes() (names []string) {
	w.t.Helper()
	for _, node := range w.having("checkbox") {
		names = append(names, nameOf(node))
	}
	return names
}
