package online

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
)

// TestRequest: what the feed is sent.
func TestRequest(t *testing.T) {
	const accept = "application/vnd.seatwright.license+json, application/vnd.seatwright.status+json, application/problem+json"
	header := func(more ...string) http.Header {
		h := http.Header{
			"Accept": {accept}, "Accept-Encoding": {"gzip"}, "User-Agent": {"seatwright/devel"}, "Connection": {"close"},
		}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	for _, test := range []struct {
		name, base string
		options    []Option
		request    source.Request
		uri        string
		header     http.Header
	}{
		{
			name: "everything", base: plainFeed, options: []Option{WithToken(testToken), WithUserAgent(" ExampleCRM/10.3 (prod) ")}, request: ask,
			uri:    "/licenses/acme/4711?have=7",
			header: header("If-None-Match", oldTag, "Authorization", "Bearer "+testToken, "User-Agent", "seatwright/devel ExampleCRM/10.3 (prod)"),
		},
		{
			name: "without an active license", base: plainFeed, request: source.Request{Owner: "acme", Serial: "4711", ETag: oldTag},
			uri: "/licenses/acme/4711?have=0", header: header(),
		},
		{
			name: "without an ETag", base: plainFeed, request: source.Request{Owner: "acme", Serial: "4711", Have: source.MaxNumber},
			uri: "/licenses/acme/4711?have=9007199254740991", header: header(),
		},
		{
			name: "below a path", base: plainFeed + "/feed%20s/", request: ask,
			uri: "/feed%20s/licenses/acme/4711?have=7", header: header("If-None-Match", oldTag),
		},
		{
			name: "a serial to encode", base: plainFeed, request: source.Request{Owner: "a-1", Serial: "a/../b c%2F?d=#é;&+"},
			uri: "/licenses/a-1/a%2F..%2Fb%20c%252F%3Fd=%23%C3%A9%3B&+?have=0", header: header(),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got *http.Request
				answering := network{"127.0.0.1:80": serveHTTP(func(_ http.ResponseWriter, r *http.Request) { got = r })}
				_, err := newTestClient(t, test.base, answering, test.options...).Check(t.Context(), test.request)
				require.NoError(t, err)
				require.Equal(t, http.MethodGet, got.Method)
				require.Equal(t, "127.0.0.1", got.Host)
				require.Equal(t, test.uri, got.RequestURI)
				require.Empty(t, cmp.Diff(test.header, got.Header))
			})
		})
	}
}

func TestRequestErrors(t *testing.T) {
	client, err := New(tlsFeed)
	require.NoError(t, err)
	for _, test := range []struct {
		name    string
		request source.Request
		want    []source.RequestError
	}{
		{name: "nothing", want: []source.RequestError{
			{Field: "Owner", Problem: "is not the name of an owner in lower case"}, {Field: "Serial", Problem: "is blank"},
		}},
		{name: "a step", request: source.Request{Owner: "acme", Serial: "."}, want: []source.RequestError{
			{Field: "Serial", Problem: "can't be part of an address"},
		}},
		{name: "a step up", request: source.Request{Owner: "acme", Serial: ".."}, want: []source.RequestError{
			{Field: "Serial", Problem: "can't be part of an address"},
		}},
		{name: "an ETag without quotes", request: source.Request{Owner: "acme", Serial: "1", ETag: "x"}, want: []source.RequestError{
			{Field: "ETag", Problem: "is not an entity tag"},
		}},
		{name: "an ETag with a line end", request: source.Request{Owner: "acme", Serial: "1", Have: -1, ETag: "\"x\r\nA: b\""}, want: []source.RequestError{
			{Field: "Have", Problem: "is not from 0 to 9007199254740991"}, {Field: "ETag", Problem: "is not an entity tag"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			outcome, err := client.Check(t.Context(), test.request)
			require.Equal(t, source.Outcome{}, outcome)
			require.Equal(t, test.want, requestErrors(err))
		})
	}
}

// requestErrors returns the request errors in a tree of errors.
func requestErrors(err error) []source.RequestError {
	switch err := err.(type) { //nolint:errorlint // this function unwraps errors itself
	case *source.RequestError:
		return []source.RequestError{*err}
	case interface{ Unwrap() []error }:
		var all []source.RequestError
		for _, one := range err.Unwrap() {
			all = append(all, requestErrors(one)...)
		}
		return all
	}
	return nil
}

func TestNew(t *testing.T) {
	for _, base := range []string{
		"https://feed.example", "https://feed.example:8443/a/b/", "http://localhost:8080", "http://LOCALHOST", "http://127.0.0.1", "http://127.9.8.7/x",
		"http://[::1]:80", "http://[::ffff:127.0.0.1]", "HTTPS://feed.example",
	} {
		t.Run(base, func(t *testing.T) {
			client, err := New(base)
			require.NoError(t, err)
			require.NotNil(t, client)
		})
	}
	const (
		notURL   = "the address of the feed is not an absolute URL"
		notHTTPS = "the address of the feed is not https, nor http on a loopback host"
		user     = "the address of the feed holds a user name; a token is passed with WithToken"
		query    = "the address of the feed has a query or a fragment"
		token    = "the token of the feed is not 1 to 4096 visible ASCII characters"
		words    = "the words for the User-Agent header are not 1 to 200 printable ASCII characters"
	)
	for _, test := range []struct {
		name, base string
		options    []Option
		want       []string
	}{
		{name: "nothing", want: []string{notURL}},
		{name: "no host", base: "https:///x", want: []string{notURL}},
		{name: "a port alone", base: "https://:443", want: []string{notURL}},
		{name: "relative", base: "/feed", want: []string{notURL}},
		{name: "nonsense", base: "https://%zz", want: []string{notURL}},
		{name: "http", base: "http://feed.example", want: []string{notHTTPS}},
		{name: "http on a host that looks like loopback", base: "http://127.0.0.1.example", want: []string{notHTTPS}},
		{name: "http on a subdomain of localhost", base: "http://x.localhost", want: []string{notHTTPS}},
		{name: "http on a private network", base: "http://10.0.0.1", want: []string{notHTTPS}},
		{name: "http on any address", base: "http://0.0.0.0", want: []string{notHTTPS}},
		{name: "another scheme", base: "ftp://feed.example", want: []string{notHTTPS}},
		{name: "a user", base: "https://" + testToken + "@feed.example", want: []string{user}},
		{name: "a query", base: "https://feed.example?x", want: []string{query}},
		{name: "an empty query", base: "https://feed.example?", want: []string{query}},
		{name: "a fragment", base: "https://feed.example#", want: []string{query}},
		{name: "no token", base: tlsFeed, options: []Option{WithToken("")}, want: []string{token}},
		{name: "a token with a space", base: tlsFeed, options: []Option{WithToken("s3cret-t0ken ")}, want: []string{token}},
		{name: "a token with a line end", base: tlsFeed, options: []Option{WithToken("s3cret-t0ken\r\nX: y")}, want: []string{token}},
		{name: "a token that is not ASCII", base: tlsFeed, options: []Option{WithToken("s3cret-t0kenö")}, want: []string{token}},
		{name: "a token that is too long", base: tlsFeed, options: []Option{WithToken(strings.Repeat("x", 4097))}, want: []string{token}},
		{name: "no client", base: tlsFeed, options: []Option{WithHTTPClient(nil)}, want: []string{"the HTTP client for the feed is nil"}},
		{name: "no words", base: tlsFeed, options: []Option{WithUserAgent(" ")}, want: []string{words}},
		{name: "words with a line end", base: tlsFeed, options: []Option{WithUserAgent("x\ny")}, want: []string{words}},
		{name: "words that are too long", base: tlsFeed, options: []Option{WithUserAgent(strings.Repeat("x", 201))}, want: []string{words}},
		{name: "no tries", base: tlsFeed, options: []Option{WithTries(0)}, want: []string{"the tries of a check are 0, not 1 to 10"}},
		{name: "too many tries", base: tlsFeed, options: []Option{WithTries(11)}, want: []string{"the tries of a check are 11, not 1 to 10"}},
		{name: "no time", base: tlsFeed, options: []Option{WithTimeout(0)}, want: []string{"the time-out of a check is 0s, not more than 0 and up to 10m0s"}},
		{
			name: "too much time", base: tlsFeed, options: []Option{WithTimeout(10*time.Minute + 1)},
			want: []string{"the time-out of a check is 10m0.000000001s, not more than 0 and up to 10m0s"},
		},
		{
			name: "everything at once", base: "http://feed.example", options: []Option{WithToken(""), WithTries(-1), WithTries(4)},
			want: []string{notHTTPS, token, "the tries of a check are -1, not 1 to 10"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, err := New(test.base, test.options...)
			require.Nil(t, client)
			require.EqualError(t, err, strings.Join(test.want, "\n"))
			require.NotContains(t, err.Error(), testToken)
		})
	}
}

// TestTokenIsNotPrinted: a client in a log or in a struct that is printed does
// not give its token away.
func TestTokenIsNotPrinted(t *testing.T) {
	client, err := New(tlsFeed+"/x", WithToken(testToken))
	require.NoError(t, err)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		require.Contains(t, fmt.Sprintf(format, client), "license feed https://feed.example/x", format)
		require.NotContains(t, fmt.Sprintf(format, struct{ Source source.Source }{client}), testToken, format)
	}
}

// TestHTTPClient: only the transport of the host's client is used, and the
// client is as it was.
func TestHTTPClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cookies []string
		answering := network{"127.0.0.1:80": serveHTTP(func(w http.ResponseWriter, r *http.Request) {
			cookies = append(cookies, r.Header.Get("Cookie"))
			w.Header().Set("Set-Cookie", "new=1")
			if r.URL.Path != "/x" {
				http.Redirect(w, r, "/x", http.StatusFound)
				return
			}
			w.WriteHeader(http.StatusNotModified)
		})}
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		address := &url.URL{Scheme: "http", Host: "127.0.0.1"}
		jar.SetCookies(address, []*http.Cookie{{Name: "old", Value: "1"}}) //nolint:gosec // it must not be sent at all
		transport := answering.transport()
		host := &http.Client{
			Transport: transport, Jar: jar, Timeout: time.Nanosecond,
			CheckRedirect: func(*http.Request, []*http.Request) error { panic("not ours to ask") },
		}
		client, err := New(plainFeed, WithHTTPClient(host))
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		require.Equal(t, isCurrent(), got)
		require.Equal(t, []string{"", ""}, cookies)
		require.Len(t, jar.Cookies(address), 1)
		require.Same(t, transport, host.Transport)
		require.Equal(t, time.Nanosecond, host.Timeout)
	})
}

// TestDefaultTransport: without a transport, the host's client means the one of
// net/http.
func TestDefaultTransport(t *testing.T) {
	client, err := New(tlsFeed, WithHTTPClient(&http.Client{}))
	require.NoError(t, err)
	require.Same(t, http.DefaultTransport, client.transport)
}

// TestLoopback asks a real server with nothing replaced, and a host's own client
// one with TLS and HTTP/2.
func TestLoopback(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", EnvelopeType)
		w.Header().Set("ETag", `"`+r.Proto+`"`)
		_, _ = w.Write([]byte(envelope))
	}
	t.Run("plain", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(answer))
		defer server.Close()
		client, err := New(server.URL)
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		require.Equal(t, isNew(`"HTTP/1.1"`), got)
	})
	t.Run("HTTP/2", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(answer))
		server.EnableHTTP2 = true
		server.StartTLS()
		defer server.Close()
		client, err := New(server.URL, WithHTTPClient(server.Client()))
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		require.Equal(t, isNew(`"HTTP/2.0"`), got)
	})
	t.Run("a certificate that nobody vouches for", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(answer))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		client, err := New(server.URL, WithTries(1))
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		require.Contains(t, got.Problem.Detail, "certificate")
		got.Problem.Detail = anyDetail
		require.Equal(t, unavailable("the feed can't be reached", 0), got)
	})
	t.Run("nobody listens", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		client, err := New(server.URL, WithTries(2))
		require.NoError(t, err)
		got, err := client.Check(t.Context(), ask)
		require.NoError(t, err)
		require.Contains(t, got.Problem.Detail, "refused")
		want := clientCase{want: unavailable("the feed can't be reached", 0), tries: 2}
		require.Equal(t, want.expected(), masked(got))
	})
}

// TestValidETag: the tags of RFC 9110, section 8.8.3, in visible ASCII.
func TestValidETag(t *testing.T) {
	for tag, want := range map[string]bool{
		`""`: true, `"x"`: true, `W/"x"`: true, `"a,b"`: true, `"` + strings.Repeat("x", 254) + `"`: true,
		``: false, `x`: false, `"`: false, `W/`: false, `w/"x"`: false, `"x`: false, `"a"b"`: false, `"a b"`: false,
		"\"\x7f\"": false, `"é"`: false, `"` + strings.Repeat("x", 255) + `"`: false,
	} {
		require.Equal(t, want, validETag(tag), tag)
	}
}
