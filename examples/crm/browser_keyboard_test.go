package main

import (
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// TestKeyboardAlone goes from signing in to a blocked renewal that is activated,
// and touches nothing but keys. What has the focus can always be seen.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqliteFile(t))
	eva := s.keyboardOf(t)
	require.Equal(t, "/licenses/superoffice", eva.path())

	// The first stop leads past the navigation.
	eva.keys(kb.Tab)
	require.Equal(t, "Skip to the contents", evaluate[string](eva, "document.activeElement.textContent"))
	eva.keys(kb.Enter)
	eva.until("the contents", func() bool { return evaluate[string](eva, "document.activeElement.id") == "main" })

	eva.tabTo("link", "Enter serial number")
	eva.enter()
	eva.tabTo("textbox", "Company (license owner)")
	eva.keys("Example AS")
	eva.tabTo("textbox", "Serial number")
	eva.keys("1234567890")
	eva.tabTo("button", "OK")
	eva.enter()
	eva.sees("The new license is active.")

	eva.tabTo("link", "Users")
	eva.enter()
	eva.tabTo("combobox", "Module to assign")
	eva.keys("Sales") // chooses what begins so
	eva.tabTo("button", "Assign to all found")
	eva.enter()
	eva.sees("Done: 21 assigned.")

	s.as(t, "otto").issues("ten-sales", "19")
	eva.tabTo("link", "Licenses")
	eva.enter()
	eva.tabTo("link", "Activate new license")
	eva.enter()
	eva.tabTo("link", "Sales plan – not enough seats, choose users to remove")
	eva.enter()
	boxes := eva.boxes()
	eva.tabTo("checkbox", boxes[0])
	eva.keys(" ")
	eva.until("1 more to remove", func() bool { return eva.toRemove() == "1" })
	require.True(t, eva.hasFocus("checkbox", boxes[0]), "the box that was ticked keeps the focus")
	eva.tabTo("checkbox", boxes[1])
	eva.keys(" ")
	eva.sees("Nothing more has to be removed")
	eva.tabTo("button", "OK")
	eva.enter()
	eva.tabTo("button", "Activate")
	eva.enter()
	eva.sees("The new license is active.")
}

// TestWithoutScripts ticks, counts and activates in a browser that runs none.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s := populatedSite(t, sqliteFile(t))
	s.as(t, "otto").issues("ten-sales", "19")
	eva := s.newWindow(t)
	_, err := chromedp.Call(eva.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	eva.signIn("eva")
	eva.press("Activate new license")
	eva.press("Sales plan – not enough seats, choose users to remove")
	boxes := eva.boxes()
	eva.tick(boxes[0])
	require.Equal(t, "2", eva.toRemove(), "without a script a tick alone counts nothing")
	eva.press("Update figures")
	require.Equal(t, "1", eva.toRemove())
	eva.tick(boxes[1])
	eva.press("OK")
	disabled, _ := eva.activateDisabled()
	require.False(t, disabled)
	eva.press("Activate")
	eva.sees("The new license is active.")
}

// maxStops is how many stops the longest page has between two things.
const maxStops = 200

// keys presses keys, one after another.
func (w *window) keys(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		require.NoError(w.t, chromedp.Do(w.ctx, chromedp.KeyEvent(text)))
	}
}

// enter presses the key, which leads to another page.
func (w *window) enter() {
	w.t.Helper()
	w.navigates(chromedp.KeyEvent(kb.Enter))
}

// tabTo goes on with Tab until something has the focus. At each stop the focus
// can be seen.
func (w *window) tabTo(role, name string) {
	w.t.Helper()
	w.apply(w.find(name, role).BackendDOMNodeID, "function() { window.wanted = this }")
	for range maxStops {
		w.keys(kb.Tab)
		switch at := evaluate[string](w, hiddenFocus); at {
		case "there":
			return
		case "on the way":
		default:
			w.t.Fatalf("the focus can't be seen: %s", at)
		}
	}
	w.t.Fatalf("Tab does not come to the %s %q on %s", role, name, w.path())
}

// hiddenFocus describes what has the focus if it has no outline, or is covered, and
// otherwise says whether it is what is wanted.
const hiddenFocus = `(() => {
	const e = document.activeElement
	if (e === document.body) return "on the way" // between the end of the page and its beginning
	const style = getComputedStyle(e), box = e.getBoundingClientRect()
	const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
	const x = Math.min(Math.max(box.left + Math.min(box.width, 40) / 2, 0), innerWidth - 1)
	const y = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 0), innerHeight - 1)
	const top = document.elementFromPoint(x, y)
	const seen = top && (e.contains(top) || top.contains(e))
	if (outlined && seen) return e === window.wanted ? "there" : "on the way"
	return e.outerHTML + " under " + (top && top.outerHTML)
})()`

func (w *window) hasFocus(role, name string) bool {
	w.t.Helper()
	focus, err := chromedp.Run(w.ctx, chromedp.Evaluate[*runtime.RemoteObject]("document.activeElement"))
	require.NoError(w.t, err)
	node, err := chromedp.Call(w.ctx, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: focus.ObjectID})
	require.NoError(w.t, err)
	return node.Node.BackendNodeID == w.find(name, role).BackendDOMNodeID
}
