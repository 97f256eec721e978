package online

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
)

// visit is a request as a server saw it.
type visit struct {
	URL, Authorization, IfNoneMatch string
}

// visitedNetwork is a network in which every address answers with the redirect
// that is noted for its host and path, or else with an envelope.
func visitedNetwork(redirects map[string]string) (network, *[]visit) {
	visits := new([]visit)
	handler := func(scheme string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			*visits = append(*visits, visit{
				URL:           scheme + "://" + r.Host + r.RequestURI,
				Authorization: r.Header.Get("Authorization"), IfNoneMatch: r.Header.Get("If-None-Match"),
			})
			if location, ok := redirects[r.Host+r.URL.Path]; ok {
				w.Header().Set("Location", location)
				w.WriteHeader(http.StatusFound)
				return
			}
			w.Header().Set("Content-Type", EnvelopeType)
			_, _ = w.Write([]byte(envelope))
		}
	}
	secure, plain := serveTLS(serveHTTP(handler("https"))), serveHTTP(handler("http"))
	return network{
		"feed.example:443": secure, "feed.example:8443": secure, "sub.feed.example:443": secure, "other.example:443": secure,
		"127.0.0.1:80": plain, "127.0.0.1:8080": plain, "[::1]:80": plain, "feed.example:80": plain,
	}, visits
}

func TestRedirects(t *testing.T) {
	const (
		asked = "/licenses/acme/4711?have=7"
		path  = "/licenses/acme/4711"
		b     = "Bearer " + testToken
	)
	notHTTPS := notUsable("the feed redirects to an address that is not https, perhaps that of a sign-in", 0)
	notAddress := notUsable("the feed redirects to something that is not an address", 0)
	for _, test := range []struct {
		name, base string
		redirects  map[string]string
		want       source.Outcome
		visits     []visit
	}{
		{
			name: "to another path", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "/moved?x=1#y"}, want: isNew(""),
			visits: []visit{{tlsFeed + asked, b, oldTag}, {tlsFeed + "/moved?x=1", b, oldTag}},
		},
		{
			name: "with another spelling of the host", base: tlsFeed,
			redirects: map[string]string{"feed.example" + path: "https://FEED.example:443/moved"}, want: isNew(""),
			visits: []visit{{tlsFeed + asked, b, oldTag}, {"https://FEED.example:443/moved", b, oldTag}},
		},
		{
			name: "to another host", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "https://other.example/x"}, want: isNew(""),
			visits: []visit{{tlsFeed + asked, b, oldTag}, {"https://other.example/x", "", oldTag}},
		},
		{
			name: "to another host without a scheme", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "//other.example/x"},
			want: isNew(""), visits: []visit{{tlsFeed + asked, b, oldTag}, {"https://other.example/x", "", oldTag}},
		},
		{
			name: "to another port", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "https://feed.example:8443/x"}, want: isNew(""),
			visits: []visit{{tlsFeed + asked, b, oldTag}, {"https://feed.example:8443/x", "", oldTag}},
		},
		{
			name: "to a subdomain", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "https://sub.feed.example/x"}, want: isNew(""),
			visits: []visit{{tlsFeed + asked, b, oldTag}, {"https://sub.feed.example/x", "", oldTag}},
		},
		{
			name: "to another host and back", base: tlsFeed,
			redirects: map[string]string{"feed.example" + path: "https://other.example/x", "other.example/x": "https://feed.example/y"},
			want:      isNew(""),
			visits:    []visit{{tlsFeed + asked, b, oldTag}, {"https://other.example/x", "", oldTag}, {tlsFeed + "/y", "", oldTag}},
		},
		{
			name: "to http", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "http://feed.example/x"}, want: notHTTPS,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "to http on a loopback host", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "http://127.0.0.1/x"}, want: notHTTPS,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "to a file", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "file:///etc/passwd"}, want: notAddress,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "to another protocol", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "ftp://feed.example/x"}, want: notHTTPS,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "with a user name", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "https://user@feed.example/x"}, want: notAddress,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "to nonsense", base: tlsFeed, redirects: map[string]string{"feed.example" + path: "https://%zz/"}, want: notAddress,
			visits: []visit{{tlsFeed + asked, b, oldTag}},
		},
		{
			name: "from loopback to another loopback", base: plainFeed, redirects: map[string]string{"127.0.0.1" + path: "http://[::1]/x"},
			want: isNew(""), visits: []visit{{plainFeed + asked, b, oldTag}, {"http://[::1]/x", "", oldTag}},
		},
		{
			name: "from loopback to another port", base: plainFeed, redirects: map[string]string{"127.0.0.1" + path: "http://127.0.0.1:8080/x"},
			want: isNew(""), visits: []visit{{plainFeed + asked, b, oldTag}, {"http://127.0.0.1:8080/x", "", oldTag}},
		},
		{
			name: "from loopback to https", base: plainFeed, redirects: map[string]string{"127.0.0.1" + path: "https://feed.example/x"},
			want: isNew(""), visits: []visit{{plainFeed + asked, b, oldTag}, {"https://feed.example/x", "", oldTag}},
		},
		{
			name: "from loopback to http elsewhere", base: plainFeed, redirects: map[string]string{"127.0.0.1" + path: "http://feed.example/x"},
			want: notHTTPS, visits: []visit{{plainFeed + asked, b, oldTag}},
		},
		{
			name: "from loopback to https and back", base: plainFeed,
			redirects: map[string]string{"127.0.0.1" + path: "https://feed.example/x", "feed.example/x": "http://127.0.0.1/y"},
			want:      notHTTPS, visits: []visit{{plainFeed + asked, b, oldTag}, {"https://feed.example/x", "", oldTag}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answering, visits := visitedNetwork(test.redirects)
				client := newTestClient(t, test.base, answering, WithToken(testToken))
				got, err := client.Check(t.Context(), ask)
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(test.want, got))
				require.Equal(t, test.visits, *visits)
			})
		})
	}
}

// TestRedirectLimit: five redirects are followed, and a loop ends after them; it
// is final.
func TestRedirectLimit(t *testing.T) {
	chain := func(n int) map[string]string {
		redirects := map[string]string{"feed.example/licenses/acme/4711": "/1"}
		for i := 1; i < n; i++ {
			redirects["feed.example/"+strconv.Itoa(i)] = "/" + strconv.Itoa(i+1)
		}
		return redirects
	}
	tooMany := notUsable("the feed redirects more than 5 times", 0)
	loop := map[string]string{"feed.example/licenses/acme/4711": "/licenses/acme/4711"}
	for _, test := range []struct {
		name      string
		redirects map[string]string
		want      source.Outcome
		visits    int
	}{
		{name: "4", redirects: chain(4), want: isNew(""), visits: 5},
		{name: "5", redirects: chain(5), want: isNew(""), visits: 6},
		{name: "6", redirects: chain(6), want: tooMany, visits: 6},
		{name: "loop", redirects: loop, want: tooMany, visits: 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answering, visits := visitedNetwork(test.redirects)
				got, err := newTestClient(t, tlsFeed, answering).Check(t.Context(), ask)
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(test.want, got))
				require.Len(t, *visits, test.visits)
			})
		})
	}
}

// TestRedirectStatuses: every status of a redirect is one, and each keeps GET.
func TestRedirectStatuses(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var methods []string
				answering := network{"127.0.0.1:80": serveHTTP(func(w http.ResponseWriter, r *http.Request) {
					methods = append(methods, r.Method+" "+r.URL.Path)
					if r.URL.Path != "/x" {
						w.Header().Set("Location", "/x")
						w.WriteHeader(status)
						return
					}
					w.WriteHeader(http.StatusNotModified)
				})}
				got, err := newTestClient(t, plainFeed, answering).Check(t.Context(), ask)
				require.NoError(t, err)
				require.Equal(t, isCurrent(), got)
				require.Equal(t, []string{"GET /licenses/acme/4711", "GET /x"}, methods)
			})
		})
	}
}
