package online

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/mistaken"
	"github.com/seatwright/seatwright/source"
)

// maxWireSize limits how much of a body is read before it is inflated. It
// leaves room for an envelope that compression makes larger, and ends a body
// that inflates to nothing.
const maxWireSize = 2 * source.MaxEnvelopeSize

// read turns a response into an answer, see docs/spec/feed.md, Answers. cancel
// ends the response.
func (c *Client) read(response *http.Response, etag string, cancel context.CancelFunc) answer {
	switch status := response.StatusCode; {
	case status == http.StatusOK:
		return readDocument(response)
	case status == http.StatusNotModified && etag != "":
		return answer{outcome: source.Outcome{Kind: source.KindCurrent, ETag: etag}}
	case status == http.StatusNotModified:
		return unusable("the feed says that nothing has changed, but was not told what there is", status)
	case status < 400:
		return unusable("the feed answers with status "+strconv.Itoa(status), status)
	}
	timer := time.AfterFunc(problemTimeout, cancel)
	defer timer.Stop()
	return readProblem(response)
}

func readDocument(response *http.Response) answer {
	const ok = http.StatusOK
	media := mediaType(response.Header.Get("Content-Type"))
	vague := isVague(response.Header.Get("Content-Type"), media)
	if media != EnvelopeType && media != StatusType && !vague {
		return unusable(wrongType(media), ok)
	}
	body, err := readBody(response)
	if err != nil {
		return failed(err, ok)
	}
	if media == StatusType {
		return readStatus(body)
	}
	if vague && !mistaken.IsEnvelope(body) {
		return unusable(wrongBody(body), ok)
	}
	outcome := source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{body}}
	if tag := response.Header.Get("ETag"); validETag(tag) {
		outcome.ETag = tag
	}
	return answer{outcome: outcome}
}

// errEncoding says that a body has an encoding that was not requested.
var errEncoding = errors.New("is encoded in another way than gzip")

// readBody reads a body within the limits, and inflates it if it is compressed.
func readBody(response *http.Response) ([]byte, error) {
	wire := http.MaxBytesReader(nil, response.Body, maxWireSize)
	switch strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return source.ReadEnvelope(wire)
	case "gzip", "x-gzip": // the same, see RFC 9110, section 8.4.1.3
		inflated, err := gzip.NewReader(wire)
		if err != nil {
			return nil, err
		}
		return source.ReadEnvelope(inflated)
	}
	return nil, errEncoding
}

// failed returns the answer for an error of the network or of the body.
func failed(err error, status int) answer {
	var redirect redirectError
	if errors.As(err, &redirect) {
		return unusable(err.Error(), status)
	}
	var proxy *proxyError
	if errors.As(err, &proxy) {
		return proxy.answer()
	}
	if isBroken(err) {
		return unusable("what the feed sends "+err.Error(), status)
	}
	problem := source.Problem{
		Reason:    source.ReasonUnavailable,
		Title:     "the feed can't be reached",
		Detail:    err.Error(),
		Status:    status,
		Temporary: true,
	}
	switch {
	case isTimeout(err):
		problem.Title = "the feed did not answer in time"
	case status != 0:
		problem.Title = "the feed's answer broke off"
	}
	return answer{outcome: problemOf(problem), again: true}
}

// isBroken reports whether an error is in the bytes that were sent, and would
// occur again, rather than in how they arrived.
func isBroken(err error) bool {
	var tooLarge *source.TooLargeError
	var tooLong *http.MaxBytesError
	var corrupt flate.CorruptInputError
	return errors.As(err, &tooLarge) || errors.As(err, &tooLong) || errors.As(err, &corrupt) ||
		errors.Is(err, errEncoding) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)
}

func unusable(detail string, status int) answer {
	return answer{outcome: problemOf(source.Problem{
		Reason: source.ReasonUnusable,
		Title:  "the feed's answer can't be used",
		Detail: detail,
		Status: status,
	})}
}

// problemOf returns an outcome with uncleaned texts. They are cleaned later,
// where the token is known: a text that was cut before might end with a part of
// the token, which nobody would recognize.
func problemOf(problem source.Problem) source.Outcome {
	return source.Outcome{Kind: source.KindProblem, Problem: problem}
}
