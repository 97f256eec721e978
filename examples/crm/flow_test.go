package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFlow walks the whole story without a script, on both databases.
func TestFlow(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		s := newSite(t, database)
		eva := s.as(t, "eva")
		eva.activateFirst()
		require.Contains(t, eva.get("/licenses/superoffice/changes").body, `data-label="New total">unlimited</td>`)

		// Everybody whom there is room for gets the plan.
		a := eva.post("/users/assign", "assign", demoPlan, "whom", "all")
		require.Equal(t, http.StatusSeeOther, a.status, a.body)
		job := eva.untilFinished(a.location)
		require.Contains(t, job.body, "21 assigned")
		require.Contains(t, job.body, "has 21 of 21 seats in use")

		// A renewal with fewer seats waits, and says how many are too many.
		a = eva.post("/vendor/superoffice", "quantity ten-sales", "19", "then", "publish")
		require.Equal(t, http.StatusSeeOther, a.status, a.body)
		a = eva.post("/licenses/superoffice/check")
		require.Equal(t, "/licenses/superoffice/activate?done=pending", a.location)
		dialog := eva.get("/licenses/superoffice/activate")
		require.Contains(t, dialog.body, "21 seats in use, 19 available. Seats to remove: 2.")
		require.Contains(t, dialog.body, "disabled")
		require.Contains(t, dialog.body, `The license has fewer seats than before. <span class="hint">Modules: Sales plan</span>`)
		require.Equal(t, http.StatusConflict, eva.post("/licenses/superoffice/activate",
			"offer", field1(dialog.body, "offer"), "seen", field1(dialog.body, "seen")).status)

		// A proposal solves it, and Activate is enabled.
		require.Equal(t, http.StatusSeeOther, eva.post("/licenses/superoffice/propose").status)
		dialog = eva.get("/licenses/superoffice/activate")
		require.NotContains(t, dialog.body, "disabled")
		a = eva.post("/licenses/superoffice/activate", "offer", field1(dialog.body, "offer"), "seen", field1(dialog.body, "seen"))
		require.Equal(t, "/licenses/superoffice?done=activated", a.location, a.body)
		require.Contains(t, eva.get("/history").body, "License 2 of SuperOffice was activated, after license 1")
	})
}

// untilFinished looks at a job as a browser does, until it is done.
func (b *browser) untilFinished(path string) answer {
	b.t.Helper()
	for {
		a := b.get(path)
		require.Equal(b.t, http.StatusOK, a.status, a.body)
		if a.header.Get("Refresh") == "" {
			return a
		}
	}
}

// field1 returns the value of the first hidden field with a name.
func field1(html, name string) string {
	_, rest, _ := strings.Cut(html, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
