package online

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seatwright/seatwright/source"
)

func TestRetryAfter(t *testing.T) {
	const year = 365 * 24 * time.Hour
	const day = 24 * time.Hour
	in := func(d time.Duration) feed { // by the feed's clock, which is also the client's
		return func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Retry-After", time.Now().Add(d).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	seconds := func(value string) feed { return always(503, "", "Retry-After", value) }
	for _, test := range []clientCase{
		{
			name: "fits once", feed: first(1, seconds("5")), want: isNew(`"new"`),
			tries: 2, retried: retryIn(busy(503), 5*time.Second).Problem, elapsed: 5125 * time.Millisecond,
		},
		{
			name: "fits twice, and is reported then", feed: seconds("12"),
			want: retryIn(busy(503), 12*time.Second), tries: 3, elapsed: 24375 * time.Millisecond,
		},
		{
			name: "a date that fits", feed: first(1, in(7*time.Second)), want: isNew(`"new"`),
			tries: 2, retried: retryIn(busy(503), 7*time.Second).Problem, elapsed: 7125 * time.Millisecond,
		},
		{name: "a date that does not", feed: in(time.Hour), want: retryIn(busy(503), time.Hour), tries: 1},
		{name: "a date that has passed", feed: in(-time.Hour), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "the time that is left", feed: seconds("30"), want: retryIn(busy(503), 30*time.Second), tries: 1},
		{name: "30 days", feed: seconds("2592000"), want: retryIn(busy(503), 30*day), tries: 1},
		{name: "a year", feed: seconds("31536000"), want: retryIn(busy(503), 30*day), tries: 1},
		{name: "a year as a date", feed: in(year), want: retryIn(busy(503), 30*day), tries: 1},
		{name: "the age of the universe", feed: seconds(strings.Repeat("9", 40)), want: retryIn(busy(503), source.MaxRetryAfter), tries: 1},
		{name: "the last year that there is", feed: seconds("Fri, 31 Dec 9999 23:59:59 GMT"), want: retryIn(busy(503), source.MaxRetryAfter), tries: 1},
		{name: "zero", feed: seconds("0"), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "negative", feed: seconds("-5"), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "a fraction", feed: seconds("1.5"), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "nonsense", feed: seconds("soon"), want: isProblem(busy(503)), tries: 4, elapsed: allPauses},
		{name: "a minute, and 429", feed: always(429, "", "Retry-After", "60"), want: retryIn(busy(429), time.Minute), tries: 1},
	} {
		t.Run(test.name, test.run)
	}
}
