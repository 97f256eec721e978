package online

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// shelf is a catalog in memory that counts what it is asked.
type shelf struct {
	entries        map[string]Content // by owner and serial
	failure        error
	lookups, reads int
}

func (s *shelf) Lookup(_ context.Context, owner, serial string) (Content, error) {
	s.lookups++
	if s.failure != nil {
		return Content{}, s.failure
	}
	entry, ok := s.entries[owner+" "+serial]
	if !ok {
		return Content{}, ErrNotFound
	}
	return entry, nil
}

func (s *shelf) put(serial, mediaType, body, tag string) {
	if s.entries == nil {
		s.entries = make(map[string]Content)
	}
	s.entries["acme "+serial] = Content{Type: mediaType, ETag: tag, Read: func(context.Context) ([]byte, error) {
		s.reads++
		return []byte(body), nil
	}}
}

// request returns one as a server would have read it.
func request(t *testing.T, method, uri string, header ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, uri, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// answered is what came back, but for the body.
type answered struct {
	status int
	header http.Header
	length int64
}

// answerOf serves a request over a connection of its own, as HEAD and 304 need it.
func answerOf(t *testing.T, handler http.Handler, r *http.Request) (answered, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	sent, err := http.NewRequestWithContext(t.Context(), r.Method, server.URL, nil)
	require.NoError(t, err)
	sent.URL.Opaque, sent.Header = r.RequestURI, r.Header // to send the path as it is spelled
	if strings.HasPrefix(r.RequestURI, "//") {
		sent.URL.Opaque = "//" + sent.URL.Host + r.RequestURI
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(sent)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	response.Header.Del("Date")
	response.Header.Del("Connection")
	return answered{status: response.StatusCode, header: response.Header, length: response.ContentLength}, string(body)
}

func problemBody(status int, title string) string {
	return `{"type":"about:blank","title":"` + title + `","status":` + strconv.Itoa(status) + `}`
}

func TestHandler(t *testing.T) {
	const (
		current   = `{"status":"current"}`
		missing   = "there is no such license"
		cantNow   = "the feed can't answer now"
		wanted    = "/licenses/acme/4711?have=7"
		other     = `"c6ca7a0a4fd1ec1b6fb1a8b4ab1c6ba0c1ef3aee33bd06a9fc8b7a6ca5dd8e6d"`
		elsewhere = "/feed/licenses/acme/4711"
	)
	tag := ETag([]byte(envelope))
	for _, test := range []struct {
		name           string
		request        *http.Request
		failure        error
		status         int
		header         http.Header // besides those of every answer
		body           string
		lookups, reads int
	}{
		{name: "GET", request: request(t, "GET", wanted), status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1},
		{name: "HEAD", request: request(t, "HEAD", wanted), status: 200, header: http.Header{"Etag": {tag}}, lookups: 1, reads: 1},
		{
			name: "another tag", request: request(t, "GET", wanted, "If-None-Match", other),
			status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1,
		},
		{name: "the tag", request: request(t, "GET", wanted, "If-None-Match", tag), status: 304, header: http.Header{"Etag": {tag}}, lookups: 1},
		{name: "the tag, HEAD", request: request(t, "HEAD", wanted, "If-None-Match", tag), status: 304, header: http.Header{"Etag": {tag}}, lookups: 1},
		{name: "the tag made weak", request: request(t, "GET", wanted, "If-None-Match", "W/"+tag), status: 304, header: http.Header{"Etag": {tag}}, lookups: 1},
		{
			name: "the tag among others", request: request(t, "GET", wanted, "If-None-Match", other+" , "+tag, "If-None-Match", `"x"`),
			status: 304, header: http.Header{"Etag": {tag}}, lookups: 1,
		},
		{name: "any tag", request: request(t, "GET", wanted, "If-None-Match", "*"), status: 304, header: http.Header{"Etag": {tag}}, lookups: 1},
		{
			name: "the tag without quotes", request: request(t, "GET", wanted, "If-None-Match", strings.Trim(tag, `"`)),
			status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1,
		},
		{
			name: "the tag, where the catalog does not know it", request: request(t, "GET", "/licenses/acme/untagged", "If-None-Match", tag),
			status: 304, header: http.Header{"Etag": {tag}}, lookups: 1, reads: 1,
		},
		{
			name: "a range", request: request(t, "GET", wanted, "Range", "bytes=0-1"),
			status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1,
		},
		{name: "a status", request: request(t, "GET", "/licenses/acme/status"), status: 200, body: current, lookups: 1, reads: 1},
		{
			name: "a status that the client has", request: request(t, "GET", "/licenses/acme/status", "If-None-Match", ETag([]byte(current))+", *"),
			status: 200, body: current, lookups: 1, reads: 1,
		},
		{
			name: "an encoded serial", request: request(t, "GET", "/licenses/acme/a%2Fb%20%C3%A9"),
			status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1,
		},
		{name: "another serial", request: request(t, "GET", "/licenses/acme/4712"), status: 404, body: problemBody(404, missing), lookups: 1},
		{name: "another path", request: request(t, "GET", elsewhere), status: 404, body: problemBody(404, missing)},
		{name: "the root", request: request(t, "GET", "/"), status: 404, body: problemBody(404, missing)},
		{name: "no serial", request: request(t, "GET", "/licenses/acme/"), status: 404, body: problemBody(404, missing)},
		{name: "a path that goes on", request: request(t, "GET", "/licenses/acme/4711/"), status: 404, body: problemBody(404, missing)},
		{name: "no owner", request: request(t, "GET", "/licenses//4711"), status: 404, body: problemBody(404, missing)},
		{name: "an owner in upper case", request: request(t, "GET", "/licenses/ACME/4711"), status: 404, body: problemBody(404, missing)},
		{name: "an encoded owner", request: request(t, "GET", "/licenses/%61cme/4711"), status: 404, body: problemBody(404, missing)},
		{name: "an owner that is too long", request: request(t, "GET", "/licenses/"+strings.Repeat("a", 64)+"/4711"), status: 404, body: problemBody(404, missing)},
		{name: "a serial that is too long", request: request(t, "GET", "/licenses/acme/"+strings.Repeat("a", 256)), status: 404, body: problemBody(404, missing)},
		{name: "a serial that is not UTF-8", request: request(t, "GET", "/licenses/acme/%ff"), status: 404, body: problemBody(404, missing)},
		{name: "a serial with NUL", request: request(t, "GET", "/licenses/acme/a%00"), status: 404, body: problemBody(404, missing)},
		{name: "a serial with a line end", request: request(t, "GET", "/licenses/acme/a%0d%0ab"), status: 404, body: problemBody(404, missing)},
		{name: "a blank serial", request: request(t, "GET", "/licenses/acme/%20"), status: 404, body: problemBody(404, missing)},
		{name: "steps", request: request(t, "GET", "/licenses/acme/../4711"), status: 404, body: problemBody(404, missing)},
		{
			name: "a path of 1024 bytes", request: request(t, "GET", "/licenses/acme/"+strings.Repeat("a", 1009)),
			status: 404, body: problemBody(404, missing),
		},
		{
			name: "a path of 1025 bytes", request: request(t, "GET", "/licenses/acme/"+strings.Repeat("a", 1010)),
			status: 414, body: problemBody(414, "the address is too long"),
		},
		{
			name: "a query of 1024 bytes", request: request(t, "GET", "/licenses/acme/4711?"+strings.Repeat("a", 1024)),
			status: 200, header: http.Header{"Etag": {tag}}, body: envelope, lookups: 1, reads: 1,
		},
		{
			name: "a query of 1025 bytes", request: request(t, "GET", "/licenses/acme/4711?"+strings.Repeat("a", 1025)),
			status: 414, body: problemBody(414, "the address is too long"),
		},
		{
			name: "POST", request: request(t, "POST", wanted), status: 405, header: http.Header{"Allow": {"GET, HEAD"}},
			body: problemBody(405, "only GET and HEAD are allowed"),
		},
		{
			name: "OPTIONS", request: request(t, "OPTIONS", wanted), status: 405, header: http.Header{"Allow": {"GET, HEAD"}},
			body: problemBody(405, "only GET and HEAD are allowed"),
		},
		{name: "HEAD of nothing", request: request(t, "HEAD", "/licenses/acme/4712"), status: 404, lookups: 1},
		{
			name: "a catalog that fails", request: request(t, "GET", wanted), failure: errors.New("password of the database is wrong"),
			status: 500, body: problemBody(500, cantNow), lookups: 1,
		},
		{
			name: "an entry that is too large", request: request(t, "GET", "/licenses/acme/large"),
			status: 500, body: problemBody(500, cantNow), lookups: 1, reads: 1,
		},
		{
			name: "an entry of no type", request: request(t, "GET", "/licenses/acme/typeless"),
			status: 500, body: problemBody(500, "the catalog has something else than a license"), lookups: 1,
		},
		{name: "an entry that went", request: request(t, "GET", "/licenses/acme/gone"), status: 404, body: problemBody(404, missing), lookups: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			catalog := &shelf{failure: test.failure}
			catalog.put("4711", EnvelopeType, envelope, tag)
			catalog.put("a/b é", EnvelopeType, envelope, tag)
			catalog.put("untagged", EnvelopeType, envelope, "")
			catalog.put("status", StatusType, current, ETag([]byte(current)))
			catalog.put("large", EnvelopeType, strings.Repeat(" ", source.MaxEnvelopeSize+1), "")
			catalog.put("typeless", "", envelope, tag)
			catalog.entries["acme gone"] = Content{Type: EnvelopeType, Read: func(context.Context) ([]byte, error) { return nil, ErrNotFound }}
			handler, err := NewHandler(catalog)
			require.NoError(t, err)
			answer, body := answerOf(t, handler, test.request)
			require.Equal(t, test.status, answer.status)
			require.Equal(t, test.body, body)
			require.Empty(t, cmp.Diff(withCommon(test.header, test.status, test.request.Method, test.body, answer), answer.header))
			require.Equal(t, [2]int{test.lookups, test.reads}, [2]int{catalog.lookups, catalog.reads}, "lookups and reads")
		})
	}
}

// withCommon adds the header that every answer has.
func withCommon(header http.Header, status int, method, body string, answer answered) http.Header {
	all := http.Header{"Cache-Control": {"no-cache"}, "X-Content-Type-Options": {"nosniff"}}
	for name, values := range header {
		all[name] = values
	}
	if status == http.StatusNotModified {
		return all
	}
	all.Set("Content-Length", strconv.Itoa(len(body)))
	if method == http.MethodHead {
		all.Set("Content-Length", strconv.FormatInt(answer.length, 10))
	}
	all.Set("Content-Type", problemType)
	if status == http.StatusOK {
		all.Set("Content-Type", EnvelopeType)
	}
	if strings.HasPrefix(body, `{"status"`) {
		all.Set("Content-Type", StatusType)
	}
	return all
}

// TestHeadLength: HEAD tells the length that GET would have.
func TestHeadLength(t *testing.T) {
	catalog := &shelf{}
	catalog.put("4711", EnvelopeType, envelope, "")
	handler, err := NewHandler(catalog)
	require.NoError(t, err)
	for uri, want := range map[string]int{
		"/licenses/acme/4711": len(envelope),
		"/licenses/acme/4712": len(problemBody(404, "there is no such license")),
	} {
		answer, body := answerOf(t, handler, request(t, "HEAD", uri))
		require.EqualValues(t, want, answer.length)
		require.Empty(t, body)
	}
}

func TestTokens(t *testing.T) {
	sum := func(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }
	tokens := func(_ context.Context, owner, serial string) ([][sha256.Size]byte, error) {
		switch owner + " " + serial {
		case "acme 4711":
			return [][sha256.Size]byte{sum("old"), sum("new")}, nil
		case "acme zero":
			return [][sha256.Size]byte{{}}, nil
		case "acme none":
			return nil, nil
		case "acme broken":
			return nil, errors.New("password of the database is wrong")
		}
		return nil, ErrNotFound
	}
	for _, test := range []struct {
		name, serial  string
		authorization []string
		status        int
		lookups       int
	}{
		{name: "one", serial: "4711", authorization: []string{"Bearer old"}, status: 200, lookups: 1},
		{name: "the other", serial: "4711", authorization: []string{"bearer  new"}, status: 200, lookups: 1},
		{name: "a third", serial: "4711", authorization: []string{"Bearer third"}, status: 401},
		{name: "the beginning of one", serial: "4711", authorization: []string{"Bearer ol"}, status: 401},
		{name: "none", serial: "4711", status: 401},
		{name: "an empty one", serial: "4711", authorization: []string{"Bearer "}, status: 401},
		{name: "the scheme alone", serial: "4711", authorization: []string{"Bearer"}, status: 401},
		{name: "another scheme", serial: "4711", authorization: []string{"Basic old"}, status: 401},
		{name: "two", serial: "4711", authorization: []string{"Bearer old", "Bearer new"}, status: 401},
		{name: "that of another serial", serial: "4712", authorization: []string{"Bearer old"}, status: 401},
		{name: "a serial without tokens", serial: "none", authorization: []string{"Bearer old"}, status: 401},
		{name: "a digest of zeros", serial: "zero", authorization: []string{"Bearer old"}, status: 401},
		{name: "an error", serial: "broken", authorization: []string{"Bearer old"}, status: 500},
	} {
		t.Run(test.name, func(t *testing.T) {
			catalog := &shelf{}
			catalog.put("4711", EnvelopeType, envelope, "")
			handler, err := NewHandler(catalog, WithTokens(tokens))
			require.NoError(t, err)
			r := request(t, "GET", "/licenses/acme/"+test.serial)
			r.Header["Authorization"] = test.authorization
			answer, body := answerOf(t, handler, r)
			require.Equal(t, test.status, answer.status)
			require.Equal(t, test.lookups, catalog.lookups)
			require.Equal(t, "Authorization", answer.header.Get("Vary"))
			require.NotContains(t, body, "password")
			challenge := ""
			if test.status == http.StatusUnauthorized {
				challenge = "Bearer"
				require.Equal(t, problemBody(401, "a token of this license is needed"), body)
			}
			require.Equal(t, challenge, answer.header.Get("WWW-Authenticate"))
		})
	}
}

func TestNewHandlerErrors(t *testing.T) {
	handler, err := NewHandler(nil, WithTokens(nil))
	require.Nil(t, handler)
	require.EqualError(t, err, "the catalog of the feed is nil\nthe function for the tokens of the feed is nil")
}

// TestClientAndHandler: what a handler answers, a client understands, below a
// path and through a mux.
func TestClientAndHandler(t *testing.T) {
	changed, err := json.Marshal(StatusDocument{
		Status:   source.KindIdentityChanged,
		Licensee: &license.Licensee{Company: "Example AS", Serial: "4712"},
		Message:  &source.Message{Text: "Moved", URL: "https://acme.example/4712"},
	})
	require.NoError(t, err)
	catalog := &shelf{}
	catalog.put("4711", EnvelopeType, envelope, "")
	catalog.put("a/b é", StatusType, string(changed), "")
	handler, err := NewHandler(catalog, WithTokens(func(context.Context, string, string) ([][sha256.Size]byte, error) {
		return [][sha256.Size]byte{sha256.Sum256([]byte(testToken))}, nil
	}))
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/feed/", http.StripPrefix("/feed", handler))
	server := httptest.NewServer(mux)
	defer server.Close()
	client, err := New(server.URL+"/feed", WithToken(testToken))
	require.NoError(t, err)
	tag := ETag([]byte(envelope))
	denied := source.Problem{Reason: source.ReasonRefused, Status: 401, MediaType: problemType, Title: "a token of this license is needed"}
	unknown := source.Problem{Reason: source.ReasonRefused, Status: 404, MediaType: problemType, Title: "there is no such license"}
	for _, test := range []struct {
		name    string
		options []Option
		request source.Request
		want    source.Outcome
	}{
		{name: "new", request: source.Request{Owner: "acme", Serial: "4711"}, want: isNew(tag)},
		{
			name: "current", request: source.Request{Owner: "acme", Serial: "4711", Have: 1, ETag: tag},
			want: source.Outcome{Kind: source.KindCurrent, ETag: tag},
		},
		{
			name: "identity-changed", request: source.Request{Owner: "acme", Serial: "a/b é", Have: 1, ETag: tag},
			want: source.Outcome{
				Kind: source.KindIdentityChanged, ETag: tag, Licensee: license.Licensee{Company: "Example AS", Serial: "4712"},
				Message: source.Message{Text: "Moved", URL: "https://acme.example/4712"},
			},
		},
		{
			name: "unknown", request: source.Request{Owner: "acme", Serial: "4713"},
			want: source.Outcome{Kind: source.KindProblem, Problem: unknown},
		},
		{
			name: "denied", options: []Option{WithToken("another")}, request: source.Request{Owner: "acme", Serial: "4711"},
			want: source.Outcome{Kind: source.KindProblem, Problem: denied},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			asking := client
			if test.options != nil {
				asking, err = New(server.URL+"/feed", test.options...)
				require.NoError(t, err)
			}
			got, err := asking.Check(t.Context(), test.request)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, got))
		})
	}
}
