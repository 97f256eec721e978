package main

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

const (
	light  = "superoffice.ten-light"
	dialog = "/licenses/superoffice/activate"
)

// move is what the list of plans sends.
func move(holder, from, to string) string { return to + " " + tickValue(holder, from) }

// fewerSales is [salesAndLight], and a license waits with seats for three of the
// six, and for two more of the light plan.
func fewerSales(t *testing.T, database string) (*site, *browser) {
	t.Helper()
	s, eva := salesAndLight(t, database)
	eva.offer("quantity ten-sales", "3", "quantity ten-light", "12")
	return s, eva
}

// salesAndLight is a site where six have the sales plan, and ten the light one, of
// which no seat is left.
func salesAndLight(t *testing.T, database string) (*site, *browser) {
	t.Helper()
	s := newSite(t, database)
	eva := s.as(t, "eva")
	eva.activateFirst()
	for _, id := range []string{"eva", "u01", "u02", "u03", "u04", "u05"} {
		eva.gives(demoPlan, id)
	}
	for i := range 10 {
		eva.gives(light, fmt.Sprint("u", 40+i))
	}
	return s, eva
}

func (b *browser) activationForm() []string {
	b.t.Helper()
	body := b.get(dialog).body
	return []string{"offer", field1(body, "offer"), "seen", field1(body, "seen")}
}

func (b *browser) chooses(fields ...string) {
	b.t.Helper()
	a := b.post(tooMany, fields...)
	require.Equal(b.t, http.StatusSeeOther, a.status, a.body)
}

// has says what is assigned to users.
func (s *site) has(t *testing.T, ids ...string) (assigned [][]string) {
	t.Helper()
	holders, err := s.crm.Holders(t.Context(), ids...)
	require.NoError(t, err)
	for _, h := range holders {
		assigned = append(assigned, h.Assigned)
	}
	return assigned
}

// TestMoves solves a renewal by moving two and releasing one. What is chosen is
// there in another browser and after a restart, and nothing has happened before.
func TestMoves(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s, eva := fewerSales(t, database)
		page := eva.get(tooMany).body
		require.Equal(t, 6, strings.Count(page, "<option value=\""+light+" "), "each can be moved")
		require.Contains(t, page, "Light plan (2 free)")
		require.Contains(t, page, "Service plan (12 free)", "which the license does not alter")

		eva.chooses("shown", tickValue("u01", demoPlan), "move", move("u01", demoPlan, light))
		page = eva.get(tooMany).body
		require.Contains(t, page, "<dt>Number to remove</dt><dd>2</dd>")
		require.Contains(t, page, "Light plan (1 free)")
		require.Contains(t, page, "selected to move: 1")
		require.Equal(t, 1, strings.Count(page, " selected>Light plan"))
		eva.chooses("move", move("u02", demoPlan, light), "tick", tickValue("u03", demoPlan))
		page = eva.get(tooMany).body
		require.Contains(t, page, "Nothing more has to be removed")
		require.Equal(t, 4, strings.Count(page, " disabled>Light plan (0 free)"), "no seat is left for others")

		again := newSite(t, database) // another instance knows only what the database has
		body := again.as(t, "otto").get(dialog).body
		require.Contains(t, body, "Moved to another plan with it: 2")
		require.Contains(t, body, "Released with it: 1")
		require.Contains(t, body, "from Sales plan to Light plan")
		require.Equal(t, [][]string{{demoPlan}, {demoPlan}, {demoPlan}}, s.has(t, "u01", "u02", "u03"), "nothing has happened")

		require.Equal(t, "/licenses/superoffice?done=activated", eva.post(dialog, eva.activationForm()...).location)
		require.Equal(t, [][]string{{light}, {light}, nil}, s.has(t, "u01", "u02", "u03"))
	})
}

// TestUndo takes all back, and one by one.
func TestUndo(t *testing.T) {
	s, eva := fewerSales(t, sqliteFile(t))
	seats := []string{"shown", tickValue("u01", demoPlan), "shown", tickValue("u02", demoPlan)}
	eva.chooses(append(seats, "move", move("u01", demoPlan, light), "tick", tickValue("u02", demoPlan))...)
	require.Equal(t, dialog+"?done=undone", eva.post("/licenses/superoffice/undo", eva.activationForm()...).location)
	body := eva.get(dialog).body
	require.Contains(t, body, "6 seats in use, 3 available. Seats to remove: 3.")
	require.NotContains(t, body, "Undo all")

	eva.chooses(append(seats, "move", move("u01", demoPlan, light), "tick", tickValue("u02", demoPlan))...)
	eva.chooses(append(seats, "move", "", "tick", tickValue("u02", demoPlan))...)
	eva.chooses(append(seats, "move", move("u01", demoPlan, "superoffice.ten-service"), "tick", tickValue("u02", demoPlan))...)
	require.Contains(t, eva.get(tooMany).body, "Service plan (11 free)")
	eva.chooses(append(seats, "move", "", "tick", tickValue("u02", demoPlan))...)
	body = eva.get(dialog).body
	require.NotContains(t, body, "Moved to another plan with it")
	require.Contains(t, body, "Released with it: 1")
	require.Equal(t, [][]string{{demoPlan}, {demoPlan}}, s.has(t, "u01", "u02"))
}

var shownField = regexp.MustCompile(`<input type="hidden" name="(shown|was)" value="([^"]*)"|<input type="checkbox" name="(tick)" value="([^"]*)" data-seat="[^"]*" checked|<(option) value="([^"]*)" selected>`)

// fieldsOf returns what a browser sends of the list of seats as it is shown.
func fieldsOf(t *testing.T, page string) (fields []string) {
	t.Helper()
	_, list, _ := strings.Cut(page, `<form method="post" id="ticks"`)
	for _, found := range shownField.FindAllStringSubmatch(list, -1) {
		name, value := found[1]+found[3]+found[5], html.UnescapeString(found[2]+found[4]+found[6])
		fields = append(fields, strings.Replace(name, "option", "move", 1), value)
	}
	return fields
}

// drop takes one field out of a form.
func drop(t *testing.T, fields []string, value string) []string {
	t.Helper()
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == value && (fields[i] == "tick" || fields[i] == "move") {
			return slices.Delete(slices.Clone(fields), i, i+2)
		}
	}
	t.Fatalf("no %q in %q", value, fields)
	return nil
}

// TestChosenTogether has two administrators choose on a page that both have before
// them: each changes what they have touched, and nothing else.
func TestChosenTogether(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s, eva := fewerSales(t, database)
		otto := s.as(t, "otto")
		u1, u2, u4, u5 := tickValue("u01", demoPlan), tickValue("u02", demoPlan), tickValue("u04", demoPlan), tickValue("u05", demoPlan)
		expect := func(want ...string) {
			t.Helper()
			offer, err := s.crm.Plan(t.Context(), "superoffice")
			require.NoError(t, err)
			chosen := offer.Approve()
			var got []string
			for _, a := range chosen.Releases {
				got = append(got, a.Holder)
			}
			for _, swap := range chosen.Switches {
				got = append(got, swap.Holder+" "+swap.To)
			}
			require.Equal(t, want, got)
		}
		eva.chooses("tick", u4, "tick", u5)
		shown := fieldsOf(t, eva.get(tooMany).body)
		require.Equal(t, shown, fieldsOf(t, otto.get(tooMany).body))
		eva.chooses(append(slices.Clone(shown), "move", move("u01", demoPlan, light), "tick", u2)...)
		otto.chooses(append(drop(t, shown, u4), "move", move("u03", demoPlan, light))...)
		expect("u02", "u05", "u01 "+light, "u03 "+light)

		shown = fieldsOf(t, eva.get(tooMany).body)
		eva.chooses(drop(t, drop(t, shown, move("u01", demoPlan, light)), u2)...)
		expect("u05", "u03 "+light)
		otto.chooses(shown...)
		expect("u05", "u03 "+light) // a user whose row was not touched stays as it is
		otto.chooses(append(slices.Clone(shown), "tick", u1)...)
		expect("u01", "u05", "u03 "+light) // the last choice for a seat counts
		for _, wrong := range []string{"", "none", " " + u1, "none " + demoPlan} {
			require.Equal(t, http.StatusBadRequest, eva.post(tooMany, "was", wrong).status, "%q", wrong)
		}
	})
}

// TestNewer has both chosen for one seat, without a script.
func TestNewer(t *testing.T) {
	for before, want := range map[string]string{wasTicked: "a.y", "a.y": wasTicked, wasNothing: "a.y", "": "a.y"} {
		require.Equal(t, want, newer(true, "a.y", before), before)
	}
	require.Equal(t, "a.y", newer(false, "a.y", "a.y"))
}

// TestWrongMoves chooses what can't be.
func TestWrongMoves(t *testing.T) {
	_, eva := fewerSales(t, sqliteFile(t))
	for value, status := range map[string]int{
		"x":                                      http.StatusBadRequest,
		" " + tickValue("u01", demoPlan):         http.StatusBadRequest,
		move("u01", demoPlan, "superoffice.no"):  http.StatusConflict,
		move("u01", demoPlan, demoPlan):          http.StatusConflict,
		move("u01", "superoffice.travel", light): http.StatusConflict,
		move("nobody", demoPlan, light):          http.StatusConflict,
	} {
		require.Equal(t, status, eva.post(tooMany, "move", value).status, "%q", value)
	}
	require.NotContains(t, eva.get(dialog).body, "Undo all", "nothing was chosen")
}

// TestMovesThatAreGone has somebody else release a seat that is to be moved.
func TestMovesThatAreGone(t *testing.T) {
	s, eva := fewerSales(t, sqliteFile(t))
	eva.chooses("move", move("u01", demoPlan, light), "tick", tickValue("u02", demoPlan), "tick", tickValue("u03", demoPlan))
	form := eva.activationForm()
	otto := s.as(t, "otto")
	require.Equal(t, http.StatusSeeOther, otto.post("/users/u01/release", "module", demoPlan).status)
	a := eva.post(dialog, form...)
	require.Equal(t, http.StatusConflict, a.status)
	require.Contains(t, a.body, "The licenses, the choices or the affected seats have changed since you opened this page")
	require.NotContains(t, a.body, "Moved to another plan with it")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.post(dialog, eva.activationForm()...).location)
}

// TestScheduledMoves chooses for an offer that begins later. It activates itself
// with what was chosen.
func TestScheduledMoves(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s, eva := salesAndLight(t, database)
		begins := s.clock.Now().Add(time.Hour)
		s.publish(t, func(l *license.License) {
			l.ValidFrom, l.Modules[0].Quantity, l.Modules[2].Quantity = &begins, 3, 12
		})
		require.Equal(t, dialog+"?done=pending", eva.post("/licenses/superoffice/check").location)
		require.Contains(t, eva.get(dialog).body, "6 seats in use, 3 available. Seats to remove: 3.")
		seats := []string{"shown", tickValue("u01", demoPlan), "shown", tickValue("u02", demoPlan), "shown", tickValue("u03", demoPlan)}
		eva.chooses(append(seats, "move", move("u01", demoPlan, light))...)
		require.Equal(t, dialog+"?done=undone", eva.post("/licenses/superoffice/undo", eva.activationForm()...).location)
		require.NotContains(t, eva.get(dialog).body, "Undo all")
		eva.chooses(append(seats, "move", move("u01", demoPlan, light), "tick", tickValue("u03", demoPlan), "tick", tickValue("u02", demoPlan))...)
		eva.chooses(append(seats, "move", move("u01", demoPlan, light), "tick", tickValue("u03", demoPlan))...)
		eva.chooses("move", move("u02", demoPlan, light))
		body := newSite(t, database).as(t, "otto").get(dialog).body
		require.Contains(t, body, "Moved to another plan with it: 2")
		require.Contains(t, body, "Released with it: 1")
		require.Contains(t, body, "It begins on 1 Jun 2026, 10:00 UTC. What is chosen is kept, and carried out with it then.")

		s.clock.advance(2 * time.Hour)
		require.NoError(t, s.engine.RenewDue(t.Context()))
		require.Equal(t, [][]string{{light}, {light}, nil}, s.has(t, "u01", "u02", "u03"))
		entries, err := s.crm.History(t.Context(), 0, 1)
		require.NoError(t, err)
		require.Equal(t, activation.HistoryActivated, entries[0].Kind)
	})
}

// TestProposedMoves mixes both, on top of what is chosen.
func TestProposedMoves(t *testing.T) {
	s, eva := fewerSales(t, sqliteFile(t))
	eva.chooses("tick", tickValue("u01", demoPlan))
	require.Equal(t, dialog+"?done=proposed", eva.post("/licenses/superoffice/propose").location)
	body := eva.get(dialog).body
	require.Contains(t, body, "Moved to another plan with it: 2")
	require.Contains(t, body, "Released with it: 1")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.post(dialog, eva.activationForm()...).location)
	require.Equal(t, [][]string{nil}, s.has(t, "u01"))
}

// TestScheduledTooLittle goes on choosing once an offer has begun that still lacks
// something.
func TestScheduledTooLittle(t *testing.T) {
	s, eva := salesAndLight(t, sqliteFile(t))
	begins := s.clock.Now().Add(time.Hour)
	s.publish(t, func(l *license.License) {
		l.ValidFrom, l.Modules[0].Quantity, l.Modules[2].Quantity = &begins, 3, 12
	})
	require.Equal(t, dialog+"?done=pending", eva.post("/licenses/superoffice/check").location)
	eva.chooses("move", move("u01", demoPlan, light))
	s.clock.advance(2 * time.Hour)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	require.Contains(t, eva.get(dialog).body, "Moved to another plan with it: 1")
	eva.chooses("move", move("u02", demoPlan, light), "tick", tickValue("u03", demoPlan))
	require.Contains(t, eva.get(dialog).body, "Moved to another plan with it: 2")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.post(dialog, eva.activationForm()...).location)
	require.Equal(t, [][]string{{light}, {light}, nil}, s.has(t, "u01", "u02", "u03"))
}
