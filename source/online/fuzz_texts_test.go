package online

import (
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
)

// FuzzStatus reads whatever may be the body of a status, before its texts are
// cleaned.
func FuzzStatus(f *testing.F) {
	for _, body := range []string{
		`{"status":"current"}`,
		`{"status":"identity-changed","licensee":{"company":"Example AS","serial":"4712"},"message":{"text":"You have moved.","url":"https://x/"}}`,
		`{"status":"identity-changed","licensee":{"company":" ","serial":"4712"}}`,
		`{"status":"problem","message":{"text":"Pay"}}`,
		`{"status":"new"}`, `{"status":"current","other":1}`, `[]`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := readStatus(body)
		outcome := got.outcome
		require.False(t, got.again, "what was sent is the same the next time")
		require.Nil(t, outcome.Envelopes)
		require.Empty(t, outcome.ETag)
		switch outcome.Kind {
		case source.KindCurrent:
			require.Zero(t, outcome.Problem)
			require.Zero(t, outcome.Licensee)
		case source.KindIdentityChanged:
			require.NotEmpty(t, strings.TrimSpace(outcome.Licensee.Company))
			require.NoError(t, source.Request{Owner: "any", Serial: outcome.Licensee.Serial}.Validate())
		case source.KindProblem:
			require.Equal(t, http.StatusOK, outcome.Problem.Status)
			require.Contains(t, []source.Reason{source.ReasonReported, source.ReasonUnusable}, outcome.Problem.Reason)
			require.True(t, outcome.Problem.Reason == source.ReasonReported || outcome.Message == source.Message{}, "a status that can't be used says nothing")
		default:
			require.Fail(t, "unknown kind", outcome.Kind)
		}
	})
}

// FuzzHeaders reads a text as each of the headers that have a form: a number of
// seconds is compared with one of any size, a date with what net/http reads, an
// entity tag with the grammar of RFC 9110.
func FuzzHeaders(f *testing.F) {
	for _, text := range []string{
		"", " 5 ", "0", "2592000", "2592001", "99999999999999999999", "-1", "1.5", "٣",
		"Sun, 01 Mar 2026 12:00:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sunday, 01-Mar-26 11:59:59 GMT", "Sun Mar  1 12:01:00 2026",
		`"x"`, `W/"x"`, `w/"x"`, `""`, `"`, `x`, `"a b"`, `"a"b"`, `W/W/"x"`, "\"\x7f\"", `"é"`, `"` + strings.Repeat("x", 254) + `"`, "*",
	} {
		f.Add(text, `"y", `+text)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text, line string) {
		require.Equal(t, waitOf(strings.TrimSpace(text), now), retryAfter(text, now))
		checkETag(t, text, line)
	})
}

// waitOf returns what a Retry-After header without white space around asks for.
func waitOf(header string, now time.Time) time.Duration {
	if regexp.MustCompile(`^[0-9]+$`).MatchString(header) {
		if n, _ := new(big.Int).SetString(header, 10); n.Cmp(big.NewInt(30*24*3600)) < 0 {
			return time.Duration(n.Int64()) * time.Second
		}
		return source.MaxRetryAfter
	}
	if date, err := http.ParseTime(header); err == nil && date.After(now) {
		return min(date.Sub(now), source.MaxRetryAfter)
	}
	return 0
}

func checkETag(t *testing.T, tag, line string) {
	t.Helper()
	require.Equal(t, len(tag) <= maxETagLength && regexp.MustCompile(`^(W/)?"[!\x23-\x7e]*"$`).MatchString(tag), validETag(tag))
	if !validETag(tag) || !strings.HasPrefix(tag, `"`) || strings.Contains(tag, ",") {
		return // not one of ours
	}
	require.True(t, matchesAny([]string{line, "W/" + tag}, tag))
	require.True(t, matchesAny([]string{line + " ,\t" + tag + " "}, tag))
	if matchesAny([]string{line}, tag) {
		require.True(t, strings.Contains(line, tag) || strings.Contains(line, "*"), line)
	}
}
