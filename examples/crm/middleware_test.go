package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// TestRequireModule goes through a license's life, for somebody who has the
// module and somebody who has not.
func TestRequireModule(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	eva := s.as(t, "eva")
	eva.activateFirst()
	require.Equal(t, http.StatusSeeOther, eva.post("/users/ann/assign", "module", demoPlan).status)
	require.Equal(t, http.StatusSeeOther, eva.post("/vendor/superoffice/answer", "answer", "silence").status)
	for _, c := range []struct {
		name          string
		after         time.Duration
		get, post     int
		readOnly      string
		says, whyElse string
	}{
		{"active", 0, http.StatusOK, http.StatusNoContent, "", "you may use it, through Sales plan", "Not assigned: Web client."},
		{"in its time of grace", 366 * 24 * time.Hour, http.StatusOK, http.StatusNoContent, "", "you may use it", "Not assigned: Web client."},
		{"the last second of grace", 13*24*time.Hour - time.Second, http.StatusOK, http.StatusNoContent, "", "you may use it", "Not assigned: Web client."},
		{"ended", time.Second, http.StatusOK, http.StatusForbidden, string(seat.AccessReadOnly), "You can look, and not change anything.", "Not assigned: Web client."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.clock.advance(c.after)
			ann, bob := s.as(t, "ann"), s.as(t, "bob")
			a := ann.get("/crm/")
			require.Equal(t, c.get, a.status)
			require.Contains(t, a.body, c.says)
			require.Equal(t, c.readOnly, a.header.Get("Seatwright-Access"))
			require.Equal(t, c.get, ann.try("HEAD", "/crm/").status)
			for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
				a := ann.try(method, "/crm/")
				require.Equal(t, c.post, a.status, method)
				if c.readOnly != "" {
					require.Contains(t, a.body, "This is read-only, because the license of Web client has ended.")
				}
			}
			for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS"} {
				a := bob.try(method, "/crm/")
				require.Equal(t, http.StatusForbidden, a.status, method)
				if method != "HEAD" {
					require.Contains(t, a.body, c.whyElse)
				}
			}
			require.Equal(t, http.StatusNotFound, ann.get("/crm/elsewhere").status)
		})
	}

	// Modules that there are not, and no license at all.
	handler := s.RequireModule("superoffice.nothing")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was let through") }))
	r := eva.request("GET", "/", "", "")
	withCookiesOf(r, s.as(t, "ann"))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Contains(t, w.Body.String(), "Not licensed: superoffice.nothing.")
	require.False(t, Grants(t.Context()).Check(demoModule).Allowed(), "without the middleware nobody may do anything")
}
