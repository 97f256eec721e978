//go:build unix

package online

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// waysOut are paths that might lead to a file that is not to be served, if
// somebody decoded them twice or put them together without care.
var waysOut = []string{
	"/licenses/../secret",
	"/licenses/%2e%2e/secret",
	"/licenses/./4711",
	"/licenses/%2e/4711",
	"/licenses//4711",
	"/licenses/acme/../4711",
	"/licenses/acme/..%2f4711",
	"/licenses/acme/%2e%2e%2f4711",
	"/licenses/acme/%2e%2e%2F%2e%2e%2Fsecret",
	"/licenses/acme/%252e%252e%252f4711",
	"/licenses/acme/..%5c4711",
	"/licenses/acme/sub%2f4711",
	"/licenses/acme/sub/4711",
	"/licenses/acme%2fsub/4711",
	"/licenses/acme/%2fetc%2fpasswd",
	"/licenses/acme/4711.license.json",
	"/licenses/acme/4711%00",
	"/licenses/acme/..",
	"/licenses/acme/%2e%2e",
	"/licenses/acme/%c0%ae%c0%ae%c0%af4711",
	"/../licenses/acme/4711",
	"/licenses/acme/4711/..",
	"//licenses/acme/4711",
}

// FuzzHandler asks for whatever a client may ask for.
func FuzzHandler(f *testing.F) {
	folder := newFolder(f)
	write(f, filepath.Join(folder, "acme", "4712.status.json"), `{"status":"current"}`)
	directory, err := NewFolder(folder)
	require.NoError(f, err)
	handler, err := NewHandler(directory)
	require.NoError(f, err)
	for _, path := range append(waysOut, "/licenses/acme/4711", "/licenses/acme/471%31", "/licenses/acme/4712?have=1") {
		f.Add("GET", path, `"x"`)
	}
	f.Add("HEAD", "/licenses/acme/4711", ETag([]byte(envelope)))
	f.Add("PUT", "/", "*")
	statuses := []int{200, 304, 404, 405, 414}
	f.Fuzz(func(t *testing.T, method, path, tag string) {
		address, err := url.ParseRequestURI(path)
		if err != nil {
			return // net/http has refused it by then
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, &http.Request{Method: method, URL: address, Header: http.Header{"If-None-Match": {tag}}})
		require.Contains(t, statuses, w.Code)
		require.NotContains(t, w.Body.String(), "secret")
		if w.Code == http.StatusOK {
			require.Contains(t, []string{envelope, `{"status":"current"}`}, w.Body.String())
			require.Contains(t, []string{"/licenses/acme/4711", "/licenses/acme/4712"}, address.Path)
		}
	})
}

// FuzzFolder looks up whatever a catalog may be asked for.
func FuzzFolder(f *testing.F) {
	directory, err := NewFolder(newFolder(f))
	require.NoError(f, err)
	for _, serial := range []string{"4711", "../4711", "..", "sub/4711", "4711\x00", `..\4711`, ""} {
		f.Add("acme", serial)
		f.Add("..", serial)
	}
	f.Fuzz(func(t *testing.T, owner, serial string) {
		entry, err := directory.Lookup(t.Context(), owner, serial)
		if owner == "acme" && serial == "4711" {
			require.NoError(t, err)
			body, err := entry.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, envelope, string(body))
			return
		}
		require.ErrorIs(t, err, ErrNotFound)
	})
}

// canned answers every request alike.
type canned struct {
	status int
	header http.Header
	body   []byte
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: c.header, Body: io.NopCloser(bytes.NewReader(c.body))}, nil
}

// FuzzAnswer gives a client whatever a feed may answer.
func FuzzAnswer(f *testing.F) {
	f.Add(200, EnvelopeType, "", `"x"`, "", "", []byte(envelope))
	f.Add(200, StatusType, "", "", "", "", []byte(`{"status":"identity-changed","licensee":{"company":"Example AS","serial":"4712"}}`))
	f.Add(200, StatusType, "identity", "", "5", "", []byte(`{"status":"problem","message":{"text":"`+testToken+`","url":"https://x/"}}`))
	f.Add(200, EnvelopeType, "gzip", "", "", "", []byte("\x1f\x8b\x08\x00"))
	f.Add(302, "", "", "", "", "http://127.0.0.1/x", []byte{})
	f.Add(304, "", "", oldTag, "", "", []byte{})
	f.Add(503, problemType, "", "", "Fri, 31 Dec 9999 23:59:59 GMT", "", []byte(`{"title":"a\u0000b","detail":"s3cret-t0ken"}`))
	f.Add(200, "text/plain", "x-GZIP", "", "", "", []byte(envelope))
	f.Add(403, "text/"+testToken, "", "", "", "", []byte("<html>"))
	f.Add(404, problemType, "", "", "-1", "", []byte(`{"title":[],"detail":{}}`))
	f.Fuzz(func(t *testing.T, status int, contentType, encoding, tag, retry, location string, body []byte) {
		header := http.Header{
			"Content-Type": {contentType}, "Content-Encoding": {encoding}, "Etag": {tag}, "Retry-After": {retry}, "Location": {location},
		}
		answers := &http.Client{Transport: canned{status: status, header: header, body: body}}
		client, err := New(plainFeed, WithToken(testToken), WithTries(1), WithHTTPClient(answers))
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		requireSound(t, got)
		if got.Kind == source.KindNew {
			require.Equal(t, http.StatusOK, status)
			require.Len(t, got.Envelopes, 1)
			require.LessOrEqual(t, len(got.Envelopes[0]), source.MaxEnvelopeSize)
			require.True(t, strings.HasSuffix(strings.ToLower(strings.TrimSpace(encoding)), "gzip") || bytes.Equal(body, got.Envelopes[0]), "bytes are handed on as they came")
		}
	})
}

// requireSound checks what holds for every outcome of a client.
func requireSound(t *testing.T, got source.Outcome) {
	t.Helper()
	kinds := []source.Kind{source.KindNew, source.KindCurrent, source.KindIdentityChanged, source.KindProblem}
	require.Contains(t, kinds, got.Kind)
	require.Equal(t, got.Kind == source.KindNew, got.Envelopes != nil)
	require.Equal(t, got.Kind == source.KindProblem, got.Problem.Reason != "")
	require.Equal(t, got.Kind == source.KindIdentityChanged, got.Licensee != license.Licensee{})
	require.True(t, got.ETag == "" || validETag(got.ETag))
	require.GreaterOrEqual(t, got.Problem.RetryAfter, 0*source.MaxRetryAfter)
	require.LessOrEqual(t, got.Problem.RetryAfter, source.MaxRetryAfter)
	texts := []string{
		got.Problem.Title, got.Problem.Detail, got.Message.Text, got.Message.URL,
		got.Problem.MediaType, got.Problem.String(),
	}
	require.NotContains(t, got.Licensee.Company, testToken)
	for _, text := range texts {
		require.True(t, utf8.ValidString(text))
		require.False(t, strings.ContainsFunc(text, unicode.IsControl), strconv.Quote(text))
		require.NotContains(t, text, testToken)
	}
	require.False(t, slices.ContainsFunc(texts[:5], func(text string) bool {
		return utf8.RuneCountInString(text) > source.MaxTextLength && text != got.Message.URL
	}))
	require.True(t, got.Message.URL == "" || strings.HasPrefix(strings.ToLower(got.Message.URL), "https://"))
}
