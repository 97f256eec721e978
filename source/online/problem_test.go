package online

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
)

func TestUnusableAnswers(t *testing.T) {
	const typeDetail, ok = "what the feed sends is neither a license nor a status", 200
	unread := func(why string) source.Outcome {
		return notUsable("the feed's status can't be read: "+why, ok, StatusType)
	}
	tooLarge := func(media string) source.Outcome {
		return notUsable("what the feed sends is larger than 1048576 bytes", ok, media)
	}
	for _, test := range []clientCase{
		{name: "a page", feed: always(ok, envelope, "Content-Type", "text/html; charset=utf-8"), want: notUsable(page, ok, "text/html")},
		{name: "a page as XML", feed: always(ok, "<html>", "Content-Type", "application/xhtml+xml"), want: notUsable(page, ok, "application/xhtml+xml")},
		{name: "a page as text", feed: always(ok, " <!doctype HTML><p>", "Content-Type", "text/plain"), want: notUsable(page, ok, "text/plain")},
		{name: "a page without a type", raw: serveRaw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"), want: notUsable(page, ok)},
		{name: "an envelope as a picture", feed: always(ok, envelope, "Content-Type", "image/png"), want: notUsable(typeDetail, ok, "image/png")},
		{name: "another document as JSON", feed: always(ok, `{"a":1}`, "Content-Type", "application/json"), want: notUsable(typeDetail, ok, "application/json")},
		{
			name: "a status as JSON", feed: always(ok, `{"status":"current"}`, "Content-Type", "application/json"),
			want: notUsable("what the feed sends is no license; this is an answer of a license feed, and not the license; use the license file", ok, "application/json"),
		},
		{
			name: "nothing, as bytes", feed: always(ok, "", "Content-Type", "application/octet-stream"),
			want: notUsable("what the feed sends is no license; this is an empty file; get the license file once more", ok, "application/octet-stream"),
		},
		{
			name: "a problem with status 200", feed: always(ok, `{}`, "Content-Type", problemType),
			want: notUsable("what came is a problem, though its status says that all is well", ok, problemType),
		},
		{name: "a type that is none", feed: always(ok, envelope, "Content-Type", ";;"), want: notUsable(typeDetail, ok)},
		{name: "no type", raw: serveRaw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), want: notUsable(typeDetail, ok)},
		{name: "a type that repeats the token", feed: always(ok, envelope, "Content-Type", "text/"+testToken), want: notUsable(typeDetail, ok)},
		{name: "a type that is too long", feed: always(ok, envelope, "Content-Type", "text/"+strings.Repeat("x", 300)), want: notUsable(typeDetail, ok)},
		{name: "an endless body", feed: endless(EnvelopeType), want: tooLarge(EnvelopeType)},
		{name: "an endless status", feed: endless(StatusType), want: tooLarge(StatusType)},
		{name: "a gzip bomb", feed: bomb, want: tooLarge(EnvelopeType)},
		{name: "a gzip bomb of nothing", feed: emptyBomb, want: notUsable("what the feed sends http: request body too large", ok, EnvelopeType)},
		{
			name: "gzip that is none", feed: always(ok, envelope, "Content-Type", EnvelopeType, "Content-Encoding", "gzip"),
			want: notUsable("what the feed sends gzip: invalid header", ok, EnvelopeType),
		},
		{
			name: "another encoding", feed: always(ok, envelope, "Content-Type", EnvelopeType, "Content-Encoding", "br"),
			want: notUsable("what the feed sends is encoded in another way than gzip", ok, EnvelopeType),
		},
		{name: "a status that is no JSON", feed: statusAnswer(`{`), want: unread("JSON text: ends too early")},
		{name: "an unknown member", feed: statusAnswer(`{"status":"current","x":1}`), want: unread("JSON member /x: is unknown")},
		{name: "a member twice", feed: statusAnswer(`{"status":"problem","status":"current"}`), want: unread("JSON member /status: occurs twice")},
		{name: "new as a status", feed: statusAnswer(`{"status":"new"}`), want: notUsable("the feed's status is none that is known", ok, StatusType)},
		{name: "a status without status", feed: statusAnswer(`{}`), want: notUsable("the feed's status is none that is known", ok, StatusType)},
		{name: "a changed identity without licensee", feed: statusAnswer(`{"status":"identity-changed"}`), want: unnamed},
		{name: "a changed identity without serial", feed: statusAnswer(changedTo("Example AS", " ")), want: unnamed},
		{name: "a changed identity without company", feed: statusAnswer(changedTo("", "4712")), want: unnamed},
		{name: "a changed identity with a control character", feed: statusAnswer(changedTo("Example AS", `47\u000712`)), want: unnamed},
		{name: "a changed identity to a company that can't be seen", feed: statusAnswer(changedTo(`\u200f\u202e`, "4712")), want: unnamed},
	} {
		test.tries = 1
		t.Run(test.name, test.run)
	}
}

var unnamed = notUsable("the feed says that the identity has changed, and does not name company and serial", 200, StatusType)

func changedTo(company, serial string) string {
	return `{"status":"identity-changed","licensee":{"company":"` + company + `","serial":"` + serial + `"}}`
}

// TestStatusesReadDifferently: what an administrator reads says where to look,
// and no two of the statuses that mean different things read alike.
func TestStatusesReadDifferently(t *testing.T) {
	read := map[string]int{}
	for _, status := range []int{400, 401, 403, 404, 407, 408, 410, 429, 451, 500, 501, 502, 503, 504, 511} {
		said := textsFor(status)
		require.NotEmpty(t, said.title)
		require.Zero(t, read[said.title], "%d reads as %d does", status, read[said.title])
		read[said.title] = status
		problem := source.Problem{Reason: source.ReasonRefused, Status: status, MediaType: "text/html", Title: said.title}
		require.Contains(t, problem.String(), "HTTP status "+strconv.Itoa(status)+", text/html: "+said.title)
	}
}

// TestProxyStatus: a proxy that does not connect to the feed is not the feed.
func TestProxyStatus(t *testing.T) {
	for status, want := range map[int]source.Problem{
		407: refused(407),
		403: {Reason: source.ReasonRefused, Status: 403},
		502: {Reason: source.ReasonUnavailable, Status: 502, Temporary: true},
	} {
		if want.Title == "" {
			want.Title, want.Detail = "a proxy does not connect to the feed", "the feed was not reached; whoever runs the proxy can tell why"
		}
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := network{"proxy.example:3128": serveHTTP(alwaysStatus(status))}.transport()
				transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})
				client, err := New(tlsFeed, WithTries(1), WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				got, err := client.Check(t.Context(), ask)
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(isProblem(want), got))
			})
		})
	}
}

func alwaysStatus(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { always(status, "<html>")(w, r, 1) }
}
