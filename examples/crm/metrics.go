package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// minToken is the length of the shortest token for /metrics, in bytes.
const minToken = 16

// metricsFor hands the figures of the engine, which name modules that are hidden
// from administrators, to whoever has the token. Where there is no token, they
// are for this machine alone.
func (s *Server) metricsFor(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.config.MetricsToken != "":
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !sameSecret(token, s.config.MetricsToken) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "the figures are for who has the token", http.StatusUnauthorized)
			return
		}
	case s.config.Secure || !fromHere(r):
		http.Error(w, "the figures are for this machine alone, since there is no token", http.StatusForbidden)
		return
	}
	s.metrics.ServeHTTP(w, r)
}

// sameSecret compares in a time that says nothing about where they differ.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// fromHere reports whether a request was made on this machine, to a name of this
// machine: a proxy here passes others' on, and a page of another site can give
// this address a name of its own.
func fromHere(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return isLoopback(r.RemoteAddr) && isLoopback(r.Host)
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
