//go:build unix

package main

import (
	"context"
	"crypto/md5" //nolint:gosec // object stores make their ETag with it
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

// TestNginxRecipe runs nginx with the configuration of the guide, and asks it as
// hosts do. It needs nginx, which is there in CI; elsewhere it is left out without.
func TestNginxRecipe(t *testing.T) {
	program, err := exec.LookPath("nginx")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("install nginx (Debian: nginx-light) to test the recipe of docs/vendor-guide.md")
	}
	page, err := os.ReadFile("../../docs/vendor-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	recipe := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindStringSubmatch(string(page))[1]
	v := feedForRecipes(t)
	address := freeAddress(t)
	recipe = strings.NewReplacer("/srv/feed", v.path("feed"), "127.0.0.1:8081", address).Replace(recipe)
	v.write("nginx.conf", "worker_processes 1; daemon off; master_process off; pid nginx.pid; error_log /dev/null;\nevents { }\nhttp { access_log off;\n"+recipe+"}\n")
	nginx := exec.CommandContext(t.Context(), program, "-p", v.dir, "-c", v.path("nginx.conf"), "-e", "/dev/null")
	nginx.Cancel = func() error { return nginx.Process.Signal(syscall.SIGTERM) }
	nginx.Stderr = os.Stderr
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nginx.Wait() }()
	defer func() { _ = nginx.Cancel() }()
	waitFor(t, address)
	v.askAsAHost("http://"+address, "there is no such license", func(name, text string) { v.write("feed/acme/"+name, text) })
}

// TestObjectStoreRecipe asks a store of objects that keeps to the recipe.
func TestObjectStoreRecipe(t *testing.T) {
	v := feedForRecipes(t)
	objects := map[string]object{}
	put := func(name, text string) {
		serial, isStatus := strings.CutSuffix(name, online.StatusSuffix)
		mediaType := online.StatusType
		if !isStatus {
			serial, mediaType = strings.TrimSuffix(name, online.EnvelopeSuffix), online.EnvelopeType
		}
		objects["/licenses/acme/"+serial] = object{mediaType, text}
	}
	for name, text := range v.files() {
		if name, ok := strings.CutPrefix(name, "./feed/acme/"); ok {
			put(name, text)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, ok := objects[r.URL.Path]
		if !ok {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"title":"no such object"}`)
			return
		}
		sum := md5.Sum([]byte(o.text)) //nolint:gosec // object stores make their ETag like this
		tag := `"` + hex.EncodeToString(sum[:]) + `"`
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", o.mediaType)
		_, _ = fmt.Fprint(w, o.text)
	}))
	defer server.Close()
	v.askAsAHost(server.URL, "no such object", put)
}

type object struct{ mediaType, text string }

// feedForRecipes is a feed with a license and a status.
func feedForRecipes(t *testing.T) vendor {
	t.Helper()
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	v.mustRun("trust", "-owner", "acme", "root.pub.jwk", "-out", "trust.json")
	v.write("license.json", licenseFor("4711", 1, nil))
	v.mustRun("issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "license.json")
	v.write("feed/acme/47 12.status.json", `{"status":"problem","message":{"text":"Ask us."}}`)
	return v
}

// askAsAHost asks a feed for what is there and what is not, and then for a license
// that has the same length and time as the one that the host has.
func (v vendor) askAsAHost(address, missing string, put func(name, text string)) {
	t := v.t
	t.Helper()
	client, err := online.New(address, online.WithTries(1), online.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(serial string, have int64, etag string) source.Outcome {
		t.Helper()
		outcome, err := client.Check(context.Background(), source.Request{Owner: "acme", Serial: serial, Have: have, ETag: etag})
		if err != nil {
			t.Fatal(err)
		}
		return outcome
	}
	first := ask("4711", 0, "")
	if first.Kind != source.KindNew || string(first.Envelopes[0]) != string(v.read("feed/acme/4711.license.json")) {
		t.Fatalf("the first answer is %+v", first)
	}
	if again := ask("4711", 1, first.ETag); again.Kind == source.KindProblem {
		t.Errorf("asked again: %+v", again)
	}
	if status := ask("47 12", 0, ""); status.Kind != source.KindProblem || status.Message.Text != "Ask us." {
		t.Errorf("the status is %+v", status)
	}
	if none := ask("4713", 0, ""); none.Kind != source.KindProblem || none.Problem.Status != http.StatusNotFound || none.Problem.Title != missing {
		t.Errorf("for a serial that is not there: %+v", none)
	}
	info, err := os.Stat(v.path("feed/acme/4711.license.json"))
	if err != nil {
		t.Fatal(err)
	}
	v.write("next.json", strings.Replace(licenseFor("4711", 2, nil), `"quantity": 21`, `"quantity": 20`, 1))
	v.mustRun("issue", "-key", "root.jwk", "-out", "next", "next.json")
	put("4711.license.json", string(v.read("next")))
	if err := os.Chtimes(v.path("feed/acme/4711.license.json"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	next := ask("4711", 1, first.ETag)
	if next.Kind != source.KindNew || string(next.Envelopes[0]) != string(v.read("next")) || len(next.Envelopes[0]) != len(first.Envelopes[0]) {
		t.Errorf("a license of equal length and time: %+v", next)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// waitFor waits until something listens.
func waitFor(t *testing.T, address string) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range 500 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		<-ticker.C
	}
	t.Fatalf("nothing listens on %s", address)
}
