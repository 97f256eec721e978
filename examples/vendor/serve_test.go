package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serving is a feed that serve would serve, and its log.
type serving struct {
	*httptest.Server
	log *bytes.Buffer
}

func (v vendor) serve(token, tokens string) serving {
	v.t.Helper()
	var log bytes.Buffer
	handler, err := program{stderr: &log, now: func() time.Time { return present }}.handler("feed", token, tokens)
	if err != nil {
		v.t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	v.t.Cleanup(server.Close)
	return serving{server, &log}
}

// last returns the last line of the log, without its time.
func (s serving) last(t *testing.T) map[string]any {
	t.Helper()
	s.Close() // a line of the log may come after the answer
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatal(err)
	}
	return line
}

// TestServeNeverSendsAnothersLicense: whatever lies in the wrong place is a 500
// and a line in the log.
func TestServeNeverSendsAnothersLicense(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"another's": {"feed/acme/4711.license.json", "has a license of another owner or serial"},
		"unsigned":  {"license.json", "signed license: not-a-document: "},
	} {
		v := department(t)
		v.write("feed/acme/4712.license.json", string(v.read(test.file)))
		feed := v.serve("", "")
		if status, body := get(t, feed.URL+"/licenses/acme/4712?have=3", ""); status != http.StatusInternalServerError || bytes.Contains(body, []byte("license\":")) {
			t.Errorf("%s: status %d, %s", name, status, body)
		}
		line := feed.last(t)
		if line["level"] != "ERROR" || line["serial"] != "4712" || line["have"] != 3.0 || !strings.HasPrefix(fmt.Sprint(line["error"]), test.want) {
			t.Errorf("%s: the log has %v", name, line)
		}
	}
}

// TestServeTokensOfCustomers: each has its own, which counts for a changed serial
// too, and a file that has changed is read again.
func TestServeTokensOfCustomers(t *testing.T) {
	v := department(t)
	v.write("4712.json", licenseFor("4712", 1, nil))
	v.issue("4712.json")
	token := func(args ...string) string {
		return strings.TrimSpace(v.mustRun(append([]string{"token", "-tokens", "tokens.json", "-owner", "acme"}, args...)...))
	}
	first, second := token("-serial", "4711"), token("-serial", "4712")
	if strings.Contains(string(v.read("tokens.json")), first) {
		t.Error("the file has the token itself")
	}
	feed := v.serve("", "tokens.json")
	requireStatus := func(want int, serial, token string) {
		t.Helper()
		if status, _ := get(t, feed.URL+"/licenses/acme/"+serial, token); status != want {
			t.Errorf("%s: status %d, want %d", serial, status, want)
		}
	}
	requireStatus(http.StatusOK, "4711", first)
	requireStatus(http.StatusOK, "4712", second)
	requireStatus(http.StatusUnauthorized, "4712", first)
	if printed := token("-serial", "4712", "-like", "4711"); printed != "" {
		t.Errorf("a token that is there already is printed: %q", printed)
	}
	requireStatus(http.StatusOK, "4712", first)
	requireStatus(http.StatusOK, "4712", second)
	next := token("-serial", "4711", "-only")
	requireStatus(http.StatusUnauthorized, "4711", first)
	requireStatus(http.StatusOK, "4711", next)
	v.write("tokens.json", "{")
	requireStatus(http.StatusInternalServerError, "4711", next)

	if _, stderr, status := v.run("", "token", "-tokens", "none.json", "-owner", "acme", "-serial", "1", "-like", "2"); status != exitFailed || !strings.HasPrefix(stderr, "vendor: none.json has no token of acme/2") {
		t.Errorf("like nobody: status %d, %q", status, stderr)
	}
	if _, _, status := v.run("", "token", "-tokens", "none.json", "-owner", "Acme", "-serial", "1"); status != exitFailed {
		t.Errorf("an owner that is none: status %d", status)
	}
}

// TestCheckSeesWhoHasNotFetched: by the log of serve.
func TestCheckSeesWhoHasNotFetched(t *testing.T) {
	v := department(t)
	for _, serial := range []string{"4712", "4713"} {
		v.write("license.json", licenseFor(serial, 1, nil))
		v.issue("license.json")
	}
	feed := v.serve("", "")
	get(t, feed.URL+"/licenses/acme/4711?have=6", "")
	get(t, feed.URL+"/licenses/acme/4714", "")
	feed.Close()
	line, _, _ := strings.Cut(feed.log.String(), "\n")
	at := func(day, serial string, status int) string {
		text := strings.Replace(line, `"serial":"4711"`, `"serial":"`+serial+`"`, 1)
		text = strings.Replace(text, `"status":200`, fmt.Sprintf(`"status":%d`, status), 1)
		_, behind, _ := strings.Cut(text, `","level"`)
		return `{"time":"` + day + `T00:00:00Z","level"` + behind + "\n"
	}
	v.write("serve.log", "panic: what else is in a log\n"+at("2026-05-18", "4711", 304)+at("2026-05-01", "4711", 200)+
		at("2026-05-17", "4712", 200)+at("2026-05-31", "4712", 401))
	stdout, stderr, status := v.run("", "check", "-trust", "trust.json", "-dir", "feed", "-log", "serve.log")
	want := "acme/4712: unseen: it was fetched last on 2026-05-17T00:00:00Z\nacme/4713: unseen: nobody has fetched it\n"
	if status != exitFailed || stdout != "" || stderr != want {
		t.Errorf("status %d, %q, %q; want %q", status, stdout, stderr, want)
	}
}
