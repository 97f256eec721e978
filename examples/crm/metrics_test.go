package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMetricsAreNotForAnybody asks for the figures from everywhere.
func TestMetricsAreNotForAnybody(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	s.as(t, "eva").activateFirst()
	const token = "0123456789abcdef"
	for _, c := range []struct {
		name, token  string
		secure       bool
		remote, host string
		with         func(*http.Request)
		status       int
	}{
		{"here", "", false, "127.0.0.1:1234", "localhost:8080", nil, http.StatusOK},
		{"here, by IPv6", "", false, "[::1]:1234", "[::1]:8080", nil, http.StatusOK},
		{"here, without a port", "", false, "127.0.0.1:1234", "127.0.0.1", nil, http.StatusOK},
		{"from elsewhere", "", false, "192.0.2.7:1234", "127.0.0.1:8080", nil, http.StatusForbidden},
		{"from where it is not known", "", false, "", "127.0.0.1:8080", nil, http.StatusForbidden},
		{"a name that leads here", "", false, "127.0.0.1:1234", "evil.example", nil, http.StatusForbidden},
		{"through a proxy", "", false, "127.0.0.1:1234", "127.0.0.1:8080", header("X-Forwarded-For", "192.0.2.7"), http.StatusForbidden},
		{"through another proxy", "", false, "127.0.0.1:1234", "127.0.0.1:8080", header("Forwarded", "for=192.0.2.7"), http.StatusForbidden},
		{"behind something that speaks https", "", true, "127.0.0.1:1234", "127.0.0.1:8080", nil, http.StatusForbidden},
		{"a token that nobody has", "", false, "192.0.2.7:1234", "crm.example", header("Authorization", "Bearer "), http.StatusForbidden},
		{"the token", token, true, "192.0.2.7:1234", "crm.example", header("Authorization", "Bearer "+token), http.StatusOK},
		{"another token", token, false, "192.0.2.7:1234", "crm.example", header("Authorization", "Bearer "+token+"0"), http.StatusUnauthorized},
		{"no token", token, false, "127.0.0.1:1234", "127.0.0.1:8080", nil, http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.config.MetricsToken, s.config.Secure = c.token, c.secure
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
			r.RemoteAddr, r.Host = c.remote, c.host
			if c.with != nil {
				c.with(r)
			}
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			require.Equal(t, c.status, w.Code)
			require.Equal(t, c.status == http.StatusOK, strings.Contains(w.Body.String(), "superoffice.web"), "a hidden module")
		})
	}
}

// TestMetricsToken is read from the environment, and has a length.
func TestMetricsToken(t *testing.T) {
	for token, says := range map[string]string{"": "", "0123456789abcdef": "", "0123456789abcde": "CRM_METRICS_TOKEN"} {
		c, err := parse(nil, func(name string) string {
			if name == "CRM_METRICS_TOKEN" {
				return token
			}
			return ""
		}, nil)
		if says != "" {
			require.ErrorContains(t, err, says)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, token, c.MetricsToken)
	}
}
