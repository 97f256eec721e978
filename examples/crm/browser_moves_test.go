package main

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// A renewal has fewer seats of the Sales plan, and more of the Light plan: two of
// three are moved, and one is released.

// listOf is what the list of plans of somebody is called.
func listOf(name string) string { return "Move " + name + " from Sales plan to" }

// TestMovesByKeyboard solves it by hand, and touches nothing but keys.
func TestMovesByKeyboard(t *testing.T) {
	t.Parallel()
	s, _ := fewerSales(t, sqliteFile(t))
	eva := s.keyboardOf(t)
	eva.tabTo("link", "Activate new license")
	eva.enter()
	eva.tabTo("link", "Sales plan – not enough seats, choose users to remove")
	eva.enter()
	for i, name := range []string{"Ada Aas", "Ben Berg"} {
		eva.tabTo("combobox", listOf(name))
		eva.keys(kb.ArrowDown)
		eva.until("a Service plan", func() bool { return eva.toRemove() == []string{"2", "1"}[i] && eva.chosen() == i+1 })
		require.True(t, eva.hasFocus("combobox", listOf(name)), "the list keeps the focus")
		eva.keys(kb.ArrowDown)
		eva.sees("Light plan" + []string{" (1 free)", " (0 free)"}[i])
		require.True(t, eva.hasFocus("combobox", listOf(name)), "the list keeps the focus")
	}
	eva.tabTo("checkbox", "Sales plan of Cleo Costa")
	eva.keys(" ")
	eva.sees("Nothing more has to be removed", "Selected for release: 1, selected to move: 2")
	eva.tabTo("button", "OK")
	eva.enter()
	s.keptElsewhere(t)
	eva.tabTo("button", "Activate")
	eva.enter()
	s.solved(t, eva)
	require.Equal(t, [][]string{{light}, {light}, nil}, s.has(t, "u01", "u02", "u03"))
}

// TestMovesWithoutScripts solves it by hand in a browser that runs none.
func TestMovesWithoutScripts(t *testing.T) {
	t.Parallel()
	s, _ := fewerSales(t, sqliteFile(t))
	eva := s.withoutScripts(t)
	eva.press("Activate new license")
	eva.press("Sales plan – not enough seats, choose users to remove")
	eva.choose(listOf("Ada Aas"), "Light plan (2 free)")
	require.Equal(t, "3", eva.toRemove(), "without a script a choice alone counts nothing")
	eva.press("Update figures")
	require.Equal(t, "2", eva.toRemove())
	eva.choose(listOf("Ben Berg"), "Light plan (1 free)")
	eva.tick("Sales plan of Cleo Costa")
	eva.press("OK")
	eva.press("Clear all choices")
	eva.sees("All choices were cleared.", "Seats to remove: 3.")

	eva.press("Sales plan – not enough seats, choose users to remove")
	eva.choose(listOf("Ada Aas"), "Light plan (2 free)")
	eva.choose(listOf("Ben Berg"), "Light plan (2 free)")
	eva.tick("Sales plan of Cleo Costa")
	eva.press("OK")
	s.keptElsewhere(t)
	eva.press("Activate")
	s.solved(t, eva)
	require.Equal(t, [][]string{{light}, {light}, nil}, s.has(t, "u01", "u02", "u03"))
}

// TestMovesProposed has it proposed, by keys alone and without scripts.
func TestMovesProposed(t *testing.T) {
	t.Parallel()
	const propose = "Propose whom to release or move"
	t.Run("keyboard alone", func(t *testing.T) {
		s, _ := fewerSales(t, sqliteFile(t))
		eva := s.keyboardOf(t)
		for _, stop := range [][2]string{{"link", "Activate new license"}, {"button", propose}} {
			eva.tabTo(stop[0], stop[1])
			eva.enter()
		}
		eva.sees("Users have been suggested. Check them, then activate.")
		s.keptElsewhere(t)
		eva.tabTo("button", "Activate")
		eva.enter()
		s.solved(t, eva)
	})
	t.Run("without scripts", func(t *testing.T) {
		s, _ := fewerSales(t, sqliteFile(t))
		eva := s.withoutScripts(t)
		eva.press("Activate new license")
		eva.press(propose)
		eva.sees("Users have been suggested. Check them, then activate.")
		s.keptElsewhere(t)
		eva.press("Activate")
		s.solved(t, eva)
	})
}

// keyboardOf signs eva in by keys alone.
func (s *site) keyboardOf(t *testing.T) *window {
	t.Helper()
	w := s.newWindow(t)
	w.open("/signin")
	w.until("the focus in the first field", func() bool { return evaluate[string](w, "document.activeElement.id") == "name" })
	w.keys("eva", kb.Tab, demoPassword)
	w.enter()
	return w
}

// withoutScripts signs eva in, in a browser that runs none.
func (s *site) withoutScripts(t *testing.T) *window {
	t.Helper()
	w := s.newWindow(t)
	_, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	w.signIn("eva")
	return w
}

// chosen counts the lists of plans in which one is chosen.
func (w *window) chosen() int {
	w.t.Helper()
	return evaluate[int](w, `[...document.querySelectorAll("select[name=move] option[selected]")].length`)
}

// keptElsewhere looks from another browser at what is chosen, of which nothing has
// happened yet.
func (s *site) keptElsewhere(t *testing.T) {
	t.Helper()
	otto := s.windowOf(t, "otto")
	otto.open(dialog)
	otto.sees("Moved to another plan with it: 2", "Released with it: 1")
	for _, assigned := range s.has(t, "u01", "u02", "u03", "u04", "u05") {
		require.Equal(t, []string{demoPlan}, assigned)
	}
}

// solved sees the new license, with all seats in use.
func (s *site) solved(t *testing.T, w *window) {
	t.Helper()
	w.sees("The new license is active.")
	require.Equal(t, []string{"3", "3", "0", "full"}, w.row("Sales plan"))
	require.Equal(t, []string{"12", "12", "0", "full"}, w.row("Light plan"))
}
