package online

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

const (
	envelope  = `{"license":"x.y.z"}`
	testToken = "s3cret-t0ken"
	oldTag    = `"old"`
)

var ask = source.Request{Owner: "acme", Serial: "4711", Have: 7, ETag: oldTag}

// feed answers the n-th request, from 1.
type feed func(w http.ResponseWriter, r *http.Request, n int)

// always answers every request alike.
func always(status int, body string, header ...string) feed {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func statusAnswer(body string) feed {
	return always(http.StatusOK, body, "Content-Type", StatusType, "ETag", `"status"`)
}

// first answers the first requests in one way, and the others with an envelope.
func first(n int, before feed) feed {
	after := always(http.StatusOK, envelope, "Content-Type", EnvelopeType, "ETag", `"new"`)
	return func(w http.ResponseWriter, r *http.Request, i int) {
		if i <= n {
			before(w, r, i)
			return
		}
		after(w, r, i)
	}
}

func isNew(tag string) source.Outcome {
	return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{[]byte(envelope)}, ETag: tag}
}

func isCurrent() source.Outcome { return source.Outcome{Kind: source.KindCurrent, ETag: oldTag} }

func isProblem(problem source.Problem) source.Outcome {
	return source.Outcome{Kind: source.KindProblem, Problem: problem, ETag: oldTag}
}

// hebrew is the name of a company that ends with a right-to-left mark.
const hebrew = "דוגמה בע״מ\u200f"

// anyDetail stands for texts of the standard library.
const anyDetail = "*"

func unavailable(title string, status int) source.Outcome {
	problem := source.Problem{
		Reason: source.ReasonUnavailable, Title: title, Detail: anyDetail, Status: status, Temporary: true,
	}
	if status == http.StatusOK {
		problem.MediaType = EnvelopeType
	}
	return isProblem(problem)
}

// notUsable is an answer of a type that is named behind the status, if it has one.
func notUsable(detail string, status int, media ...string) source.Outcome {
	return isProblem(source.Problem{
		Reason: source.ReasonUnusable, Title: "the feed's answer can't be used", Detail: detail,
		Status: status, MediaType: strings.Join(media, ""),
	})
}

func refused(status int, media ...string) source.Problem {
	said := textsFor(status)
	return source.Problem{
		Reason: source.ReasonRefused, Title: said.title, Detail: said.detail,
		Status: status, MediaType: strings.Join(media, ""),
	}
}

func busy(status int, media ...string) source.Problem {
	problem := refused(status, media...)
	problem.Reason, problem.Temporary = source.ReasonUnavailable, true
	return problem
}

func retryIn(problem source.Problem, after time.Duration) source.Outcome {
	problem.RetryAfter = after
	return isProblem(problem)
}

// allPauses is how long a client waits between four tries that fail at once:
// half of 250, 500 and 1000 ms.
const allPauses = 875 * time.Millisecond

// clientCase is a feed, and what a client makes of it.
type clientCase struct {
	name    string
	feed    feed
	raw     func(net.Conn) // serves in place of feed
	silent  bool           // nobody accepts connections
	options []Option
	want    source.Outcome
	tries   int            // how many tries the feed has seen
	retried source.Problem // the problem of each earlier try; empty if it is that of want
	elapsed time.Duration  // by the fake clock
}

// expected is the outcome with what went wrong before the last try.
func (test clientCase) expected() source.Outcome {
	before, tries := test.retried, test.tries
	if test.want.Kind == source.KindProblem {
		before = test.want.Problem
	}
	if test.silent {
		tries = DefaultTries // all of them, although the feed has seen none
	}
	if tries > 1 {
		test.want.Retried = slices.Repeat([]source.Problem{before}, tries-1)
	}
	return test.want
}

// masked is an outcome without the texts of the standard library.
func masked(outcome source.Outcome) source.Outcome {
	if outcome.Problem.Detail != "" {
		outcome.Problem.Detail = anyDetail
	}
	for i := range outcome.Retried {
		outcome.Retried[i].Detail = anyDetail
	}
	return outcome
}

func (test clientCase) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		handler := serveHTTP(func(w http.ResponseWriter, r *http.Request) { test.feed(w, r, tries) })
		if test.raw != nil {
			handler = test.raw
		}
		answering := network{"127.0.0.1:80": func(conn net.Conn) {
			tries++
			handler(conn)
		}}
		if test.silent {
			answering["127.0.0.1:80"] = nil
		}
		client := newTestClient(t, plainFeed, answering, append(test.options, WithToken(testToken))...)
		began := time.Now()
		got, err := client.Check(t.Context(), ask)
		elapsed := time.Since(began)
		require.NoError(t, err)
		if test.want.Problem.Detail == anyDetail {
			got = masked(got)
		}
		require.Empty(t, cmp.Diff(test.expected(), got))
		require.Equal(t, test.elapsed, elapsed)
		synctest.Wait()
		require.Equal(t, test.tries, tries)
	})
}

func TestAnswers(t *testing.T) {
	const problemJSON = `{"type":"https://acme.example/p","title":"Unknown","detail":"No 4711 here.","status":404,"more":[1]}`
	moved := `"licensee":{"company":" Example AS ","serial":" 4712 "}`
	for _, test := range []clientCase{
		{name: "an envelope", feed: first(0, nil), want: isNew(`"new"`)},
		{
			name: "an envelope with parameters of the type",
			feed: always(200, envelope, "Content-Type", EnvelopeType+"; charset=utf-8", "ETag", `W/"weak"`), want: isNew(`W/"weak"`),
		},
		{name: "an envelope without ETag", feed: always(200, envelope, "Content-Type", EnvelopeType), want: isNew("")},
		{name: "an envelope with an ETag that is none", feed: always(200, envelope, "Content-Type", EnvelopeType, "ETag", `new`), want: isNew("")},
		{
			name: "an envelope with an ETag that is too long",
			feed: always(200, envelope, "Content-Type", EnvelopeType, "ETag", `"`+strings.Repeat("x", 256)+`"`), want: isNew(""),
		},
		{name: "a compressed envelope", feed: compressed(envelope, "gzip"), want: isNew("")},
		{name: "a compressed envelope, called so in another way", feed: compressed(envelope, "X-GZip"), want: isNew("")},
		{name: "a compressed envelope, in capitals", feed: compressed(envelope, " GZIP "), want: isNew("")},
		{name: "an envelope that is called as it is", feed: always(200, envelope, "Content-Type", EnvelopeType, "Content-Encoding", "Identity"), want: isNew("")},
		{name: "an envelope as JSON", feed: always(200, envelope, "Content-Type", "application/json; charset=utf-8", "ETag", `"j"`), want: isNew(`"j"`)},
		{name: "an envelope as bytes", feed: always(200, envelope, "Content-Type", "Application/Octet-Stream"), want: isNew("")},
		{name: "an envelope as text", feed: always(200, envelope, "Content-Type", "text/plain"), want: isNew("")},
		{name: "an envelope without a type", raw: serveRaw("HTTP/1.1 200 OK\r\n\r\n" + envelope), want: isNew("")},
		{name: "304", feed: always(304, "", "ETag", oldTag), want: isCurrent()},
		{name: "304 without ETag", feed: always(304, ""), want: isCurrent()},
		{name: "current", feed: statusAnswer(`{"status":"current"}`), want: isCurrent()},
		{
			name: "current with a message",
			feed: statusAnswer(`{"status":"current","message":{"text":"New\nprices\u0007","url":"https://acme.example/"}}`),
			want: source.Outcome{
				Kind: source.KindCurrent, ETag: oldTag,
				Message: source.Message{Text: "New prices", URL: "https://acme.example/"},
			},
		},
		{
			name: "identity-changed",
			feed: statusAnswer(`{"status":"identity-changed",` + moved + `,"message":{"text":"Moved","url":"http://acme.example/"}}`),
			want: source.Outcome{
				Kind: source.KindIdentityChanged, ETag: oldTag,
				Licensee: license.Licensee{Company: "Example AS", Serial: "4712"}, Message: source.Message{Text: "Moved"},
			},
		},
		{
			name: "identity-changed to names with marks", feed: statusAnswer(changedTo(hebrew, `47\u202e12`)),
			want: source.Outcome{
				Kind: source.KindIdentityChanged, ETag: oldTag,
				Licensee: license.Licensee{Company: hebrew, Serial: "47\u202e12"},
			},
		},
		{
			name: "identity-changed to a name with a tab", feed: statusAnswer(changedTo(`Example\tAS`, "4712")),
			want: source.Outcome{
				Kind: source.KindIdentityChanged, ETag: oldTag, Licensee: license.Licensee{Company: "Example\tAS", Serial: "4712"},
			},
		},
		{
			name: "identity-changed to a long name", feed: statusAnswer(changedTo(strings.Repeat("ä", 501), "4712")),
			want: source.Outcome{
				Kind: source.KindIdentityChanged, ETag: oldTag, Licensee: license.Licensee{Company: strings.Repeat("ä", 501), Serial: "4712"},
			},
		},
		{
			name: "problem", feed: statusAnswer(`{"status":"problem","message":{"text":"Unpaid"}}`),
			want: source.Outcome{
				Kind: source.KindProblem, ETag: oldTag, Message: source.Message{Text: "Unpaid"},
				Problem: source.Problem{
					Reason: source.ReasonReported, Title: "the feed reports a problem with the license", Status: 200, MediaType: StatusType,
				},
			},
		},
		{
			name: "a problem document", feed: always(404, problemJSON, "Content-Type", problemType),
			want: isProblem(source.Problem{Reason: source.ReasonRefused, Title: "Unknown", Detail: "No 4711 here.", Status: 404, MediaType: problemType}),
		},
		{
			name: "a problem document with members of a wrong type",
			feed: always(403, `{"title":5,"detail":"Ask\tus"}`, "Content-Type", problemType+"; charset=utf-8"),
			want: isProblem(source.Problem{Reason: source.ReasonRefused, Detail: "Ask us", Status: 403, MediaType: problemType}),
		},
		{name: "a problem document that is none", feed: always(400, `{`, "Content-Type", problemType), want: isProblem(refused(400, problemType))},
		{
			name: "a problem document that is too large",
			feed: always(400, `{"title":"x"}`+strings.Repeat(" ", 64<<10), "Content-Type", problemType), want: isProblem(refused(400, problemType)),
		},
		{
			name: "a problem document that repeats the token",
			feed: always(401, `{"title":"`+testToken+`?","detail":"`+testToken[:3]+`\u0000`+testToken[3:]+`"}`, "Content-Type", problemType),
			want: isProblem(source.Problem{Reason: source.ReasonRefused, Title: "[token]?", Detail: "[token]", Status: 401, MediaType: problemType}),
		},
		{
			name: "a problem document that repeats the token where it is cut",
			feed: always(401, `{"title":"`+strings.Repeat("x", 495)+testToken+`"}`, "Content-Type", problemType),
			want: isProblem(source.Problem{Reason: source.ReasonRefused, Title: strings.Repeat("x", 495) + "[toke", Status: 401, MediaType: problemType}),
		},
		{
			name: "a message that repeats the token",
			feed: statusAnswer(`{"status":"current","message":{"text":"` + testToken + `","url":"https://acme.example/` + testToken + `"}}`),
			want: source.Outcome{Kind: source.KindCurrent, ETag: oldTag, Message: source.Message{Text: "[token]"}},
		},
		{name: "401", feed: always(401, "no"), want: isProblem(refused(401, "text/plain"))},
		{name: "410", feed: always(410, "gone"), want: isProblem(refused(410, "text/plain"))},
		{
			name: "403 with a page", feed: always(403, "<html>", "Content-Type", "text/html"),
			want: isProblem(source.Problem{
				Reason: source.ReasonRefused, Title: "the feed forbids the request", Detail: pageDetail, Status: 403, MediaType: "text/html",
			}),
		},
		{
			name: "407 with a page", feed: always(407, "<html>", "Content-Type", "text/html"),
			want: isProblem(source.Problem{
				Reason: source.ReasonRefused, Title: "a proxy wants a sign-in", Detail: pageDetail, Status: 407, MediaType: "text/html",
			}),
		},
		{name: "418", feed: always(418, ""), want: isProblem(refused(418))},
		{name: "421", feed: always(421, ""), want: isProblem(refused(421))},
		{name: "501", feed: always(501, ""), want: isProblem(refused(501))},
		{name: "403 with Retry-After", feed: always(403, "", "Retry-After", "60"), want: retryIn(refused(403), time.Minute)},
		{name: "204", feed: always(204, ""), want: notUsable("the feed answers with status 204", 204)},
		{name: "206", feed: always(206, envelope, "Content-Type", EnvelopeType), want: notUsable("the feed answers with status 206", 206, EnvelopeType)},
		{name: "300", feed: always(300, ""), want: notUsable("the feed answers with status 300", 300)},
		{name: "302 to nowhere", feed: always(302, ""), want: notUsable("the feed answers with status 302", 302)},
	} {
		test.tries = 1
		t.Run(test.name, test.run)
	}
}

func compressed(body, encoding string) feed {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, body)
	_ = w.Close()
	return always(200, b.String(), "Content-Type", EnvelopeType, "Content-Encoding", encoding)
}

func endless(mediaType string) feed {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", mediaType)
		for chunk := bytes.Repeat([]byte(" "), 32<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

func bomb(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", EnvelopeType)
	w.Header().Set("Content-Encoding", "gzip")
	packed := gzip.NewWriter(w)
	for chunk := make([]byte, 1<<20); ; {
		if _, err := packed.Write(chunk); err != nil {
			return
		}
	}
}

// emptyBomb sends gzip that inflates to nothing, for ever.
func emptyBomb(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", EnvelopeType)
	w.Header().Set("Content-Encoding", "gzip")
	var member bytes.Buffer
	_ = gzip.NewWriter(&member).Close()
	for chunk := bytes.Repeat(member.Bytes(), 1000); ; {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestTries(t *testing.T) {
	const away, late, broken = "the feed can't be reached", "the feed did not answer in time", "the feed's answer broke off"
	again := func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusServiceUnavailable) }
	for _, test := range []clientCase{
		{name: "408", feed: always(408, ""), want: isProblem(busy(408)), tries: 4, elapsed: allPauses},
		{name: "425", feed: always(425, ""), want: isProblem(busy(425)), tries: 4, elapsed: allPauses},
		{name: "429", feed: always(429, ""), want: isProblem(busy(429)), tries: 4, elapsed: allPauses},
		{name: "500", feed: always(500, ""), want: isProblem(busy(500)), tries: 4, elapsed: allPauses},
		{name: "502", feed: always(502, ""), want: isProblem(busy(502)), tries: 4, elapsed: allPauses},
		{name: "503", feed: always(503, ""), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "504", feed: always(504, ""), want: isProblem(busy(504)), tries: 4, elapsed: allPauses},
		{name: "503 once", feed: first(1, again), want: isNew(`"new"`), tries: 2, retried: busy(503), elapsed: 125 * time.Millisecond},
		{name: "503 three times", feed: first(3, again), want: isNew(`"new"`), tries: 4, retried: busy(503), elapsed: allPauses},
		{
			name: "503 with texts", feed: always(503, `{"title":"Busy","detail":"Upgrade"}`, "Content-Type", problemType),
			want: isProblem(source.Problem{
				Reason: source.ReasonUnavailable, Title: "Busy", Detail: "Upgrade", Status: 503, MediaType: problemType, Temporary: true,
			}),
			tries: 4, elapsed: allPauses,
		},
		{
			name: "503 once, with the token in its texts",
			feed: first(1, always(503, `{"title":"`+testToken+`?"}`, "Content-Type", problemType)), want: isNew(`"new"`), tries: 2,
			retried: source.Problem{Reason: source.ReasonUnavailable, Title: "[token]?", Status: 503, MediaType: problemType, Temporary: true},
			elapsed: 125 * time.Millisecond,
		},
		{name: "one try", feed: always(503, ""), options: []Option{WithTries(1)}, want: isProblem(busy(503)), tries: 1},
		{
			name: "ten tries", feed: always(503, ""), options: []Option{WithTries(10), WithTimeout(10 * time.Minute)},
			want: isProblem(busy(503)), tries: 10, elapsed: 19875 * time.Millisecond, // the last pauses have 4 s each
		},
		{name: "nobody accepts", silent: true, want: unavailable(late, 0), elapsed: 20875 * time.Millisecond}, // 4 × 5 s
		{name: "hangs before the header", raw: serveNothing, want: unavailable(late, 0), tries: 3, elapsed: 30 * time.Second},
		{
			name: "hangs in the header", raw: thenHang("HTTP/1.1 200 OK\r\nContent-"),
			want: unavailable(late, 0), tries: 3, elapsed: 30 * time.Second,
		},
		{
			name: "hangs in the body", raw: thenHang(head(100) + `{"lic`),
			want: unavailable(late, 200), tries: 1, elapsed: 30 * time.Second,
		},
		{
			name: "hangs in the body, with less time", raw: thenHang(head(100) + `{"lic`), options: []Option{WithTimeout(time.Second)},
			want: unavailable(late, 200), tries: 1, elapsed: time.Second,
		},
		{name: "trickles", feed: trickle(200, EnvelopeType), want: unavailable(late, 200), tries: 1, elapsed: 30 * time.Second},
		{name: "trickles a final problem", feed: trickle(404, problemType), want: isProblem(refused(404, problemType)), tries: 1, elapsed: problemTimeout},
		{
			name: "trickles a temporary problem", feed: trickle(503, problemType),
			want: isProblem(busy(503, problemType)), tries: 4, elapsed: 4*problemTimeout + allPauses,
		},
		{name: "a truncated body", raw: serveRaw(head(100) + `{"lic`), want: unavailable(broken, 200), tries: 4, elapsed: allPauses},
		{
			name:  "a truncated chunk",
			raw:   serveRaw("HTTP/1.1 200 OK\r\nContent-Type: " + EnvelopeType + "\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
			tries: 4, want: unavailable(broken, 200), elapsed: allPauses,
		},
		{
			name: "truncated gzip", feed: always(200, "\x1f\x8b\x08\x00\x00", "Content-Type", EnvelopeType, "Content-Encoding", "gzip"),
			want: unavailable(broken, 200), tries: 4, elapsed: allPauses,
		},
		{name: "hangs up", raw: serveRaw(""), want: unavailable(away, 0), tries: 4, elapsed: allPauses},
		{name: "is no HTTP", raw: serveRaw("SSH-2.0-" + testToken + "\r\n\r\n"), want: unavailable(away, 0), tries: 4, elapsed: allPauses},
		{
			name: "a header without end", raw: serveRaw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)),
			want: unavailable(away, 0), tries: 4, elapsed: allPauses,
		},
		{name: "panics", feed: func(http.ResponseWriter, *http.Request, int) { panic("oops") }, want: unavailable(away, 0), tries: 4, elapsed: allPauses},
		{
			name: "panics in the body", feed: func(w http.ResponseWriter, _ *http.Request, _ int) {
				always(200, `{"lic`, "Content-Type", EnvelopeType, "Content-Length", "100")(w, nil, 0)
				_ = http.NewResponseController(w).Flush()
				panic("oops")
			},
			want: unavailable(broken, 200), tries: 4, elapsed: allPauses,
		},
		{
			name: "HTTP/1.0", raw: serveRaw("HTTP/1.0 200 OK\r\nContent-Type: " + EnvelopeType + "\r\n\r\n" + envelope),
			want: isNew(""), tries: 1,
		},
		{
			name: "early hints", raw: serveRaw("HTTP/1.1 103 Early Hints\r\n\r\n" + head(len(envelope)) + envelope),
			want: isNew(""), tries: 1,
		},
	} {
		t.Run(test.name, test.run)
	}
}

// head is that of an answer with an envelope of so many bytes.
func head(length int) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: " + EnvelopeType + "\r\nContent-Length: " + strconv.Itoa(length) + "\r\n\r\n"
}

// thenHang answers with the beginning of an answer and keeps the connection.
func thenHang(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, answer)
		serveNothing(conn)
	}
}

// trickle sends a byte a second.
func trickle(status int, mediaType string) feed {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		for ticker := time.NewTicker(time.Second); ; {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				ticker.Stop()
				return
			}
		}
	}
}

// TestNotModifiedUnasked: a 304 to who has sent no tag says nothing, and is final.
func TestNotModifiedUnasked(t *testing.T) {
	for name, request := range map[string]source.Request{
		"no tag":            {Owner: "acme", Serial: "4711", Have: 7},
		"no active license": {Owner: "acme", Serial: "4711", ETag: oldTag},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				client := newTestClient(t, plainFeed, network{"127.0.0.1:80": serveHTTP(func(w http.ResponseWriter, _ *http.Request) {
					tries++
					w.WriteHeader(http.StatusNotModified)
				})})
				got, err := client.Check(t.Context(), request)
				require.NoError(t, err)
				want := notUsable("the feed says that nothing has changed, but was not told what there is", 304)
				want.ETag = ""
				require.Empty(t, cmp.Diff(want, got))
				require.Equal(t, 1, tries)
			})
		})
	}
}

// TestContext ends the context in each place where a client can be.
func TestContext(t *testing.T) {
	for _, test := range []struct {
		name  string
		serve func(net.Conn)
	}{
		{name: "connecting"},
		{name: "waiting for the header", serve: serveNothing},
		{name: "reading the body", serve: thenHang(head(100))},
		{name: "pausing", serve: serveHTTP(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusServiceUnavailable)
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newTestClient(t, plainFeed, network{"127.0.0.1:80": test.serve})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				began := time.Now()
				got, err := client.Check(ctx, ask)
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, source.Outcome{}, got)
				require.Equal(t, time.Second, time.Since(began))
			})
		})
	}
}

// TestDeadline: a pause that does not fit into the time of the caller is not
// begun.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, plainFeed, network{"127.0.0.1:80": serveHTTP(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusServiceUnavailable)
		})})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		got, err := client.Check(ctx, ask)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(retryIn(busy(503), 20*time.Second), got))
		require.Zero(t, time.Since(began))
	})
}

// TestBackoff: the pause is drawn from up to 250 ms, then twice that, and so on.
func TestBackoff(t *testing.T) {
	client, err := New(plainFeed)
	require.NoError(t, err)
	var limits []time.Duration
	client.random = func(limit time.Duration) time.Duration {
		limits = append(limits, limit)
		return 0
	}
	for try := 1; try <= 8; try++ {
		require.Zero(t, client.backoff(try))
	}
	ms := time.Millisecond
	require.Equal(t, []time.Duration{250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 8000 * ms, 8000 * ms}, limits)
	client, err = New(plainFeed)
	require.NoError(t, err)
	for range 1000 {
		pause := client.backoff(1)
		require.GreaterOrEqual(t, pause, time.Duration(0))
		require.Less(t, pause, firstBackoff)
	}
}
