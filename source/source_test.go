package source_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

func TestRequestValidate(t *testing.T) {
	const (
		owner  = "is not the name of an owner in lower case"
		number = "is not from 0 to 9007199254740991"
	)
	good := source.Request{Owner: "acme", Serial: "4711"}
	with := func(change func(*source.Request)) source.Request {
		request := good
		change(&request)
		return request
	}
	ofOwner := func(name string) source.Request { return with(func(r *source.Request) { r.Owner = name }) }
	ofSerial := func(serial string) source.Request { return with(func(r *source.Request) { r.Serial = serial }) }
	have := func(number int64) source.Request { return with(func(r *source.Request) { r.Have = number }) }
	for _, test := range []struct {
		name    string
		request source.Request
		want    []source.RequestError
	}{
		{name: "good", request: good},
		{name: "the longest owner", request: ofOwner(strings.Repeat("a", 63))},
		{name: "digits and hyphens", request: ofOwner("1-2-")},
		{name: "no owner", request: ofOwner(""), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "an owner that is too long", request: ofOwner(strings.Repeat("a", 64)), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "an owner in upper case", request: ofOwner("Acme"), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "an owner with a dot", request: ofOwner("a.b"), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "an owner with a letter of another script", request: ofOwner("аcme"), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "a hyphen in front", request: ofOwner("-a"), want: []source.RequestError{{Field: "Owner", Problem: owner}}},
		{name: "any serial", request: ofSerial("Ä/../ 4711\\")},
		{name: "the longest serial", request: ofSerial(strings.Repeat("é", 127) + "x")},
		{name: "no serial", request: ofSerial(""), want: []source.RequestError{{Field: "Serial", Problem: "is blank"}}},
		{name: "a blank serial", request: ofSerial(" \t"), want: []source.RequestError{{Field: "Serial", Problem: "is blank"}}},
		{name: "a space behind", request: ofSerial("4711 "), want: []source.RequestError{{Field: "Serial", Problem: "has white space around it"}}},
		{
			name: "a serial that is too long", request: ofSerial(strings.Repeat("é", 128)),
			want: []source.RequestError{{Field: "Serial", Problem: "is longer than 255 bytes"}},
		},
		{name: "a serial that is not UTF-8", request: ofSerial("\xff"), want: []source.RequestError{{Field: "Serial", Problem: "is not valid UTF-8"}}},
		{name: "a serial with NUL", request: ofSerial("a\x00b"), want: []source.RequestError{{Field: "Serial", Problem: "has control characters"}}},
		{name: "a step of a path", request: ofSerial(".."), want: []source.RequestError{{Field: "Serial", Problem: "can't be part of an address"}}},
		{name: "a negative number", request: have(-1), want: []source.RequestError{{Field: "Have", Problem: number}}},
		{name: "the highest number", request: have(1<<53 - 1)},
		{name: "a higher number", request: have(1 << 53), want: []source.RequestError{{Field: "Have", Problem: number}}},
		{name: "everything", request: source.Request{Have: -1}, want: []source.RequestError{
			{Field: "Owner", Problem: owner}, {Field: "Serial", Problem: "is blank"}, {Field: "Have", Problem: number},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []source.RequestError
			if err := test.request.Validate(); err != nil {
				var all interface{ Unwrap() []error }
				require.ErrorAs(t, err, &all)
				for _, err := range all.Unwrap() {
					var one *source.RequestError
					require.ErrorAs(t, err, &one)
					require.EqualError(t, err, "the request to a license source can't be asked: "+one.Field+" "+one.Problem)
					got = append(got, *one)
				}
			}
			require.Empty(t, cmp.Diff(test.want, got))
		})
	}
}

// TestLimitsAgree: the limits that stand here as well, because this package knows
// no other, are the same.
func TestLimitsAgree(t *testing.T) {
	require.EqualValues(t, license.MaxNumber, source.MaxNumber)
	require.Equal(t, license.MaxNameLength, source.MaxOwnerLength)
	require.Equal(t, license.MaxSerialLength, source.MaxSerialLength)
	require.Equal(t, signed.MaxEnvelopeSize, source.MaxEnvelopeSize)
	require.Equal(t, signed.MaxMessageLength, source.MaxTextLength)
	for _, name := range []string{"a", "0-", "-a", "", "a.b", "a_b", "é", strings.Repeat("a", 63), strings.Repeat("a", 64)} {
		_, valid := license.FoldName(name)
		require.Equal(t, valid, source.Request{Owner: name, Serial: "1"}.Validate() == nil, name)
	}
}

func TestNewProblem(t *testing.T) {
	got := source.NewProblem(source.Problem{
		Reason: source.ReasonRefused, Title: "No\r\n", Detail: strings.Repeat("x", 501), Status: 403, RetryAfter: time.Minute,
		MediaType: "text/html\n",
	})
	require.Empty(t, cmp.Diff(source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
		Reason: source.ReasonRefused, Title: "No  ", Detail: strings.Repeat("x", 500), Status: 403, RetryAfter: time.Minute,
		MediaType: "text/html ",
	}}, got))
	for asked, want := range map[time.Duration]time.Duration{
		-time.Minute: 0, 0: 0, source.MaxRetryAfter: 30 * 24 * time.Hour, source.MaxRetryAfter + 1: source.MaxRetryAfter, math.MaxInt64: source.MaxRetryAfter,
	} {
		require.Equal(t, want, source.NewProblem(source.Problem{RetryAfter: asked}).Problem.RetryAfter)
	}
}

func TestProblemString(t *testing.T) {
	for _, test := range []struct {
		problem source.Problem
		want    string
	}{
		{problem: source.Problem{Reason: source.ReasonUnavailable}, want: "unavailable"},
		{
			problem: source.Problem{Reason: source.ReasonRefused, Status: 403, MediaType: "text/html", Title: "No"},
			want:    "refused, HTTP status 403, text/html: No",
		},
		{problem: source.Problem{Reason: source.ReasonRefused, Status: 404, Detail: "Ask us."}, want: "refused, HTTP status 404: Ask us."},
		{
			problem: source.Problem{Reason: source.ReasonUnavailable, Status: 503, Title: "Busy", Detail: "Upgrade", RetryAfter: time.Hour},
			want:    "unavailable, HTTP status 503: Busy: Upgrade (asks to be left alone for 1h0m0s)",
		},
	} {
		require.Equal(t, test.want, test.problem.String())
	}
}

func TestMessageClean(t *testing.T) {
	require.Equal(t, source.Message{}, source.Message{Text: "\x07", URL: "javascript:alert(1)"}.Clean())
	require.Equal(t, source.Message{Text: "a b", URL: "https://acme.example/"},
		source.Message{Text: "a\nb", URL: "https://acme.example/"}.Clean())
}

func TestReadEnvelope(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, test := range []struct {
		name   string
		reader io.Reader
		length int
		err    error
	}{
		{name: "nothing", reader: strings.NewReader("")},
		{name: "1 MiB", reader: bytes.NewReader(make([]byte, 1<<20)), length: 1 << 20},
		{name: "a byte more", reader: bytes.NewReader(make([]byte, 1<<20+1)), err: &source.TooLargeError{Limit: 1 << 20}},
		{name: "in small pieces", reader: iotest.OneByteReader(strings.NewReader("{}")), length: 2},
		{name: "an error", reader: io.MultiReader(strings.NewReader("{"), iotest.ErrReader(broken)), err: broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			envelope, err := source.ReadEnvelope(test.reader)
			require.Equal(t, test.err, err)
			require.Len(t, envelope, test.length)
		})
	}
	require.EqualError(t, &source.TooLargeError{Limit: 1 << 20}, "is larger than 1048576 bytes")
}

// TestJSON: what a host stores or sends has stable names, and nothing that is
// not there.
func TestJSON(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{source.Outcome{Kind: source.KindCurrent}, `{"kind":"current"}`},
		{
			source.NewProblem(source.Problem{
				Reason: source.ReasonRefused, Title: "No", Status: 403, MediaType: "text/html", Temporary: true, RetryAfter: time.Second,
			}),
			`{"kind":"problem","problem":{"reason":"refused","title":"No","status":403,"mediaType":"text/html","temporary":true,"retryAfter":1000000000}}`,
		},
		{source.Request{Owner: "acme", Serial: "4711"}, `{"owner":"acme","serial":"4711","have":0}`},
		{&source.RequestError{Field: "Serial", Problem: "is blank"}, `{"field":"Serial","problem":"is blank"}`},
		{&source.TooLargeError{Limit: 7}, `{"limit":7}`},
	} {
		got, err := json.Marshal(test.value)
		require.NoError(t, err)
		require.Equal(t, test.want, string(got))
	}
}
