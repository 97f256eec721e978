package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// program is the host as a process of its own.
type program struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string
	stderr *bytes.Buffer
	lines  *bufio.Reader
}

// startProgram waits for the line with the address.
func startProgram(t testing.TB, args ...string) *program {
	t.Helper()
	args = append([]string{"-addr", "127.0.0.1:0"}, args...)
	p := &program{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], args...), stderr: &bytes.Buffer{}} //nolint:gosec // it runs this test program again
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "GOCOVERDIR="+t.TempDir())
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	p.lines = bufio.NewReader(stdout)
	line, err := p.lines.ReadString('\n')
	require.NoError(t, err, "%s", p.stderr)
	p.url = strings.TrimSuffix(strings.TrimSpace(line), "/")
	return p
}

func (p *program) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	var exit *exec.ExitError
	require.ErrorAs(p.t, p.cmd.Wait(), &exit)
}

// TestTwoInstances has two instances on one database show the same.
func TestTwoInstances(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := newSite(t, dsn), newSite(t, dsn)
	eva := a.as(t, "eva")
	eva.activateFirst()
	ann := b.as(t, "ann")
	require.Equal(t, http.StatusForbidden, ann.get("/crm/").status)

	// The other hears of everything, also of what was written in transactions of
	// the host: its clock stands still, so it never asks.
	for range 5 {
		require.Equal(t, http.StatusSeeOther, eva.post("/users/ann/assign", "module", demoPlan).status)
		ann.until(http.StatusOK)
		require.Equal(t, http.StatusSeeOther, eva.post("/users/ann/release", "module", demoPlan).status)
		t.Log("heard within", ann.until(http.StatusForbidden))
		job := eva.post("/users/assign", "assign", demoPlan, "user", "ann", "whom", "chosen")
		require.Contains(t, eva.untilFinished(job.location).body, "1 assigned")
		t.Log("heard within", ann.until(http.StatusOK))
		require.Equal(t, http.StatusSeeOther, eva.post("/users/ann/retire").status)
		require.Equal(t, "/signin", ann.get("/crm/").location, "signed out at once, everywhere")
		require.Equal(t, http.StatusSeeOther, eva.post("/users/ann/return").status)
		ann = b.as(t, "ann")
		ann.until(http.StatusForbidden)
	}

	// A session is one of both, and so are a job and a dialog.
	there := &browser{t, b, eva.http}
	at, err := url.Parse(b.url)
	require.NoError(t, err)
	there.http.Jar.SetCookies(at, there.http.Jar.Cookies(mustURL(t, a.url)))
	require.Equal(t, http.StatusOK, there.get("/users").status)
	job := eva.post("/users/assign", "assign", demoPlan, "whom", "all")
	require.Contains(t, there.untilFinished(job.location).body, "21 assigned")
	require.Equal(t, http.StatusSeeOther, eva.post("/vendor/superoffice", "quantity ten-sales", "20", "then", "publish").status)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", there.post("/licenses/superoffice/check").location)
	require.Equal(t, eva.get("/licenses/superoffice/activate").body, there.get("/licenses/superoffice/activate").body)
}

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// until asks until the module's page answers with a status, and says how long
// that took.
func (b *browser) until(status int) time.Duration {
	b.t.Helper()
	const patience = 20 * time.Second // enough for a machine that is busy
	began := time.Now()
	for time.Since(began) < patience {
		if b.get("/crm/").status == status {
			return time.Since(began)
		}
	}
	b.t.Fatalf("it does not answer with %d", status)
	return 0
}

// TestFirstStarts starts several instances at once on an empty database.
func TestFirstStarts(t *testing.T) {
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		const instances = 4
		results := make(chan error, instances)
		keys := make(chan string, instances)
		for range instances {
			go func() {
				db, err := open(t.Context(), database)
				if err != nil {
					results <- err
					keys <- ""
					return
				}
				s, err := New(t.Context(), Config{Tenant: "demo", Demo: true, Empty: true, Logger: slog.New(slog.DiscardHandler), Clock: time.Now}, db)
				if err != nil {
					results <- errors.Join(err, db.Close())
					keys <- ""
					return
				}
				_, envelope, err := s.demo.Published(t.Context(), "superoffice")
				results <- errors.Join(err, db.Close())
				keys <- string(envelope)
			}()
		}
		var seen []string
		for range instances {
			require.NoError(t, <-results)
			seen = append(seen, <-keys)
		}
		require.Len(t, slices.Compact(seen), 1, "they have one vendor with one license")
	})
}

// TestKilledWhileActivating kills an instance in the middle of an activation,
// again and again, and looks through another one.
func TestKilledWhileActivating(t *testing.T) {
	dsn := pgtest.DSN(t)
	here := newSiteAt(t, dsn, "demo", time.Now())
	eva := here.as(t, "eva")
	eva.activateFirst()
	const seed, rounds = 7, 16
	random := rand.New(rand.NewPCG(seed, seed))
	var usual time.Duration
	found := make(map[string]int)
	for round := range rounds {
		number := eva.offerToRelease()
		dialog := eva.get("/licenses/superoffice/activate").body
		form := []string{"offer", field1(dialog, "offer"), "seen", field1(dialog, "seen")}
		child := startProgram(t, "-empty", "-tenant", "demo", "-db", named(dsn))
		there := eva.elsewhere(child.url)
		answered := make(chan bool, 1)
		began := time.Now()
		switch round {
		case 0: // at once
			child.kill()
			answered <- false
		case 1: // afterwards
			require.Equal(t, "/licenses/superoffice?done=activated", there.post("/licenses/superoffice/activate", form...).location)
			usual = time.Since(began)
			child.kill()
			answered <- true
		default:
			go func() { answered <- there.activates(form) }()
			<-time.After(time.Duration(random.Int64N(int64(usual))))
			child.kill()
		}
		knows := <-answered
		here.untilGone(t)
		done := here.checkActivation(t, number)
		require.True(t, done || !knows, "what was answered is done")
		found[map[bool]string{true: "done", false: "not done"}[done]]++

		// Repeating it ends right, whatever became of it.
		location := eva.post("/licenses/superoffice/activate", form...).location
		if done {
			require.Equal(t, "/licenses/superoffice?done=current", location)
		} else {
			require.Equal(t, "/licenses/superoffice?done=activated", location)
		}
		require.True(t, here.checkActivation(t, number))
	}
	t.Logf("seed %d: %v", seed, found)
	require.Positive(t, found["done"])
	require.Positive(t, found["not done"])
}

// mortal is what the database calls the connections of those that are killed.
const mortal = "mortal"

// named is the address of a database with the name of the connections.
func named(dsn string) string {
	if strings.Contains(dsn, "?") {
		return dsn + "&application_name=" + mortal
	}
	return dsn + "?application_name=" + mortal
}

// untilGone waits until the database has done what it was sent last by whoever
// was killed.
func (s *site) untilGone(t *testing.T) {
	t.Helper()
	for left := 1; left > 0; {
		require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1`, mortal).Scan(&left))
	}
}

// offerToRelease has three users with the light plan, a license for two waiting,
// and one of them ticked. It returns the number of the license that waits.
func (b *browser) offerToRelease() int64 {
	t := b.t
	t.Helper()
	require.Equal(t, http.StatusSeeOther, b.post("/vendor/superoffice", "quantity ten-light", "10", "then", "publish").status)
	require.Equal(t, http.StatusSeeOther, b.post("/licenses/superoffice/check").status)
	for _, id := range []string{"u01", "u02", "u03"} {
		require.Equal(t, http.StatusSeeOther, b.post("/users/"+id+"/assign", "module", "superoffice.ten-light").status)
	}
	require.Equal(t, http.StatusSeeOther, b.post("/vendor/superoffice", "quantity ten-light", "2", "then", "publish").status)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", b.post("/licenses/superoffice/check").location)
	require.Equal(t, http.StatusSeeOther, b.post("/licenses/superoffice/superfluous/superoffice.ten-light",
		"shown", tickValue("u01", "superoffice.ten-light"), "tick", tickValue("u01", "superoffice.ten-light")).status)
	l, _, err := b.site.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	return l.Number
}

// elsewhere is the same session at another instance.
func (b *browser) elsewhere(address string) *browser {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	jar.SetCookies(mustURL(b.t, address), b.http.Jar.Cookies(mustURL(b.t, b.site.url)))
	client := *b.http
	client.Jar = jar
	return &browser{b.t, &site{Server: b.site.Server, url: address}, &client}
}

// activates reports whether it was answered that it is done.
func (b *browser) activates(form []string) bool {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	response, err := b.http.PostForm(b.site.url+"/licenses/superoffice/activate", values) //nolint:noctx // the process is killed meanwhile
	if err != nil {
		return false
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	return response.StatusCode == http.StatusSeeOther
}

// checkActivation reports whether a license was activated: all of it, and in the
// history once, or nothing.
func (s *site) checkActivation(t *testing.T, number int64) bool {
	t.Helper()
	ctx := t.Context()
	drift, err := s.crm.Verify(ctx)
	require.NoError(t, err)
	require.Empty(t, drift)
	status, err := s.crm.Status(ctx)
	require.NoError(t, err)
	owner := status.Owners[slices.IndexFunc(status.Owners, func(o activation.OwnerStatus) bool { return o.Owner == "superoffice" })]
	done := owner.Number == number
	entries, err := s.crm.History(ctx, 0, 1000)
	require.NoError(t, err)
	times := 0
	for _, e := range entries {
		if e.Owner == "superoffice" && e.Kind == activation.HistoryActivated && e.To == number {
			times++
		}
	}
	holders, err := s.crm.Holders(ctx, "u01")
	require.NoError(t, err)
	if done {
		require.Equal(t, 1, times)
		require.Nil(t, owner.Pending)
		require.Empty(t, holders[0].Assigned)
		return true
	}
	require.Zero(t, times)
	require.NotNil(t, owner.Pending)
	require.Equal(t, []seat.Holder{{ID: "u01", Kind: "user", Type: "internal", Assigned: []string{"superoffice.ten-light"}}}, holders)
	return false
}

// TestTermination ends the program while somebody is half way through a request.
func TestTermination(t *testing.T) {
	p := startProgram(t, "-empty", "-db", sqliteFile(t))
	const form = "name=eva&password=demo+demo+demo"
	address := mustURL(t, p.url).Host
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer connection.Close() //nolint:errcheck // the test is over
	_, err = fmt.Fprintf(connection, "POST /signin HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, len(form))
	require.NoError(t, err)
	answers := bufio.NewReader(connection)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "the page waits for the form")

	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	for err == nil { // until the server reads no more
		var more net.Conn
		if more, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", address); err == nil {
			require.NoError(t, more.Close())
		}
	}
	_, err = fmt.Fprint(connection, form)
	require.NoError(t, err)
	_, err = answers.ReadString('\n') // the blank line after 100
	require.NoError(t, err)
	line, err = answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 303 See Other\r\n", line)

	rest, err := p.lines.ReadString('\n')
	require.ErrorIs(t, err, io.EOF)
	require.Empty(t, rest, "one line was printed")
	began := time.Now()
	require.NoError(t, p.cmd.Wait(), "%s", p.stderr)
	require.Less(t, time.Since(began), shutdownTimeout)
	require.Empty(t, p.stderr.String())
}
