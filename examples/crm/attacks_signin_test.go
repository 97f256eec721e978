package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/seatwright/seatwright/license"
)

// TestSessionFixation hands somebody a session that is known already.
func TestSessionFixation(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	known := strings.Repeat("A", 43)
	b := s.newBrowser(t)
	r := b.request(http.MethodPost, "/signin", "application/x-www-form-urlencoded", "name=eva&password=demo+demo+demo")
	r.Header.Set("Cookie", "session="+known)
	a := b.send(r)
	require.Equal(t, http.StatusSeeOther, a.status)
	cookie, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
	require.NoError(t, err)
	require.NotEqual(t, known, cookie.Value)
	require.Len(t, cookie.Value, 52, "260 bits of chance")
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.Equal(t, int(sessionLength/time.Second), cookie.MaxAge)
	require.Empty(t, cookie.Domain)
	require.Equal(t, http.StatusUnauthorized, s.newBrowser(t).try("GET", "/api/me", header("Cookie", "session="+known)).status)

	// Signing in again ends the session before.
	first := "session=" + cookie.Value
	require.Equal(t, http.StatusOK, b.try("GET", "/api/me").status)
	require.Equal(t, http.StatusSeeOther, b.post("/signin", "name", "eva", "password", demoPassword).status)
	require.Equal(t, http.StatusUnauthorized, s.newBrowser(t).try("GET", "/api/me", header("Cookie", first)).status)
}

// TestSessionEnds looks for ways to go on with a session that is over.
func TestSessionEnds(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	copied := func(b *browser) *browser { return b.elsewhere(s.url) }
	t.Run("by signing out", func(t *testing.T) {
		eva := s.as(t, "eva")
		thief := copied(eva)
		a := eva.post("/signout")
		require.Equal(t, "/signin", a.location)
		require.Contains(t, a.header.Get("Set-Cookie"), "Max-Age=0")
		require.Equal(t, "/signin", thief.get("/users").location)
	})
	t.Run("by time", func(t *testing.T) {
		eva := s.as(t, "eva")
		s.clock.advance(sessionLength - time.Second)
		require.Equal(t, http.StatusOK, eva.get("/users").status)
		s.clock.advance(time.Second)
		require.Equal(t, "/signin", eva.get("/users").location)
	})
	t.Run("by deactivation, and for good", func(t *testing.T) {
		eva, otto := s.as(t, "eva"), s.as(t, "otto")
		require.Equal(t, http.StatusOK, otto.get("/users").status)
		require.Equal(t, http.StatusSeeOther, eva.post("/users/otto/retire").status)
		require.Equal(t, "/signin", otto.get("/users").location)
		require.Equal(t, http.StatusUnauthorized, s.newBrowser(t).post("/signin", "name", "otto", "password", demoPassword).status)
		require.Equal(t, http.StatusSeeOther, eva.post("/users/otto/return").status)
		require.Equal(t, "/signin", otto.get("/users").location, "the session of before stays ended")
	})
	t.Run("administrators who are none any more", func(t *testing.T) {
		otto := s.as(t, "otto")
		require.NoError(t, s.db.exec(t.Context(), s.db, `UPDATE crm_user SET role = $1 WHERE id = $2`, ordinary, "otto"))
		require.Equal(t, http.StatusForbidden, otto.get("/users").status)
	})
}

// TestGuessing tries passwords, of one name and from one address.
func TestGuessing(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	b := s.newBrowser(t)
	sign := func(name, password string) answer { return b.post("/signin", "name", name, "password", password) }
	for range maxFailures {
		require.Equal(t, http.StatusUnauthorized, sign("eva", "wrong").status)
	}
	a := sign("eva", demoPassword)
	require.Equal(t, http.StatusTooManyRequests, a.status, "the right one comes too late")
	require.Contains(t, a.body, "Too many attempts. Try again in 15 minutes.")
	require.Empty(t, a.header.Values("Set-Cookie"))
	require.Equal(t, http.StatusSeeOther, sign("otto", demoPassword).status, "others are not locked out")
	s.clock.advance(failureWindow - 30*time.Second)
	require.Contains(t, sign("eva", demoPassword).body, "Try again in a minute.")
	s.clock.advance(30 * time.Second)
	require.Equal(t, http.StatusSeeOther, sign("eva", demoPassword).status)
}

// TestGuessingNames tries many names from one address. A success forgets the
// failures of its name, and is none of the address.
func TestGuessingNames(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	const address = "address 127.0.0.1"
	for i := range 3 * maxAddressFailures {
		require.Zero(t, s.failures.try("name eva", address), i)
		s.failures.succeeded("name eva", address)
	}
	for i := range maxAddressFailures {
		require.Zero(t, s.failures.try(fmt.Sprint("name ", i), address), i)
	}
	a := s.newBrowser(t).post("/signin", "name", "eva", "password", demoPassword)
	require.Equal(t, http.StatusTooManyRequests, a.status, "the address has to wait")
	s.clock.advance(failureWindow)
	s.as(t, "eva")
}

// TestGuessingAtOnce sends many guesses before any of them is answered.
func TestGuessingAtOnce(t *testing.T) {
	f := &failures{clock: (&testClock{now: start}).Now}
	var group sync.WaitGroup
	allowed := make(chan bool, 200)
	for range cap(allowed) {
		group.Go(func() { allowed <- f.try("name eva", "address ::1") == 0 })
	}
	group.Wait()
	close(allowed)
	tried := 0
	for ok := range allowed {
		if ok {
			tried++
		}
	}
	require.Equal(t, maxFailures, tried)
}

// TestFailuresAreForgotten has somebody fail with more names than are remembered.
func TestFailuresAreForgotten(t *testing.T) {
	clock := &testClock{now: start}
	f := &failures{clock: clock.Now}
	for i := range maxRemembered {
		require.Zero(t, f.try(strings.Repeat("x", i%200)+string(rune(i)), fmt.Sprint("address ", i%1000)))
	}
	clock.advance(failureWindow)
	require.Zero(t, f.try("y", "z"))
	require.Len(t, f.by, 2, "those that are over are forgotten")
	for i := range 3 * maxRemembered {
		require.Zero(t, f.try(string(rune(0x10000+i)), fmt.Sprint("address ", i%1000)))
		require.LessOrEqual(t, len(f.by), maxRemembered)
	}
}

// TestUnknownName is answered as a wrong password is, after the same work.
func TestUnknownName(t *testing.T) {
	cost, err := bcrypt.Cost([]byte(nobodysDigest))
	require.NoError(t, err)
	require.Equal(t, bcrypt.DefaultCost, cost)
	require.ErrorIs(t, bcrypt.CompareHashAndPassword([]byte(nobodysDigest), []byte(demoPassword)), bcrypt.ErrMismatchedHashAndPassword)
	demoDigest, err := passwordDigest(demoPassword, bcrypt.MinCost)
	require.NoError(t, err)
	for name, p := range map[string]person{
		"nobody": {}, "who has no password": {Active: true}, "who is deactivated": {Password: demoDigest},
	} {
		require.False(t, p.hasPassword(demoPassword), name)
	}
	require.True(t, person{Active: true, Password: demoDigest}.hasPassword(demoPassword))

	s := newSite(t, sqliteFile(t))
	var bodies []string
	for _, name := range []string{"dag", "otto", "nobody", "u01"} {
		a := s.newBrowser(t).post("/signin", "name", name, "password", "wrong")
		require.Equal(t, http.StatusUnauthorized, a.status)
		bodies = append(bodies, strings.ReplaceAll(a.body, `value="`+name+`"`, ""))
	}
	for _, body := range bodies {
		require.Equal(t, bodies[0], body)
	}
	for _, name := range []string{"", " ", "\x01", "eva'--", "EVA", "eva\u200b", strings.Repeat("e", 300), "admin"} {
		require.Equal(t, http.StatusUnauthorized, s.newBrowser(t).post("/signin", "name", name, "password", demoPassword).status, "%q", name)
	}
	require.Equal(t, http.StatusUnauthorized, s.newBrowser(t).post("/signin").status)
}

// TestLongPassword counts to the last byte, of which bcrypt reads 72.
func TestLongPassword(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	longest := strings.Repeat("p", maxPassword)
	password, err := passwordDigest(longest, bcrypt.MinCost)
	require.NoError(t, err)
	require.NoError(t, s.people.put(t.Context(), s.db, person{ID: "long", Name: "Long", Kind: string(license.User), Type: "internal", Role: ordinary, Password: password, Active: true}))
	b := s.newBrowser(t)
	require.Equal(t, http.StatusUnauthorized, b.post("/signin", "name", "long", "password", longest[1:]).status)
	require.Equal(t, http.StatusUnauthorized, b.post("/signin", "name", "long", "password", longest+"p").status)
	require.Equal(t, http.StatusSeeOther, b.post("/signin", "name", "long", "password", longest).status)
	_, err = passwordDigest(longest+"p", bcrypt.MinCost)
	require.ErrorIs(t, err, bcrypt.ErrPasswordTooLong)
}
