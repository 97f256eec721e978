package online

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/source"
)

const (
	// maxWireSize is how much of a body is read before it is inflated. It leaves
	// an envelope room that compression makes larger, and ends a body that
	// inflates to nothing.
	maxWireSize = 2 * source.MaxEnvelopeSize
	// maxProblemSize is how much of a problem is read for its texts.
	maxProblemSize = 64 << 10
	// problemTimeout is how long they are waited for. What the outcome will be
	// is known without them.
	problemTimeout = 2 * time.Second
)

// read returns the answer that a response is, see docs/spec/feed.md, Answers.
// cancel ends the response.
func (c *Client) read(response *http.Response, etag string, cancel context.CancelFunc) answer {
	switch status := response.StatusCode; {
	case status == http.StatusOK:
		return readDocument(response)
	case status == http.StatusNotModified && etag != "":
		return answer{outcome: source.Outcome{Kind: source.KindCurrent}}
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
	media := mediaType(response.Header.Get("Content-Type"))
	if media != EnvelopeType && media != StatusType {
		return unusable("what the feed sends is neither a license nor a status", response.StatusCode)
	}
	body, err := readBody(response)
	if err != nil {
		return failed(err, response.StatusCode)
	}
	if media == StatusType {
		return readStatus(body)
	}
	outcome := source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{body}}
	if tag := response.Header.Get("ETag"); validETag(tag) {
		outcome.ETag = tag
	}
	return answer{outcome: outcome}
}

// errEncoding says that a body is encoded in a way that was not asked for.
var errEncoding = errors.New("is encoded in another way than gzip")

// readBody reads a body, inflated where it is compressed, within the limits for
// both.
func readBody(response *http.Response) ([]byte, error) {
	wire := http.MaxBytesReader(nil, response.Body, maxWireSize)
	switch response.Header.Get("Content-Encoding") {
	case "", "identity":
		return source.ReadEnvelope(wire)
	case "gzip":
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

// isBroken reports whether an error lies in what was sent, which will be the
// same the next time, and not in how it came.
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

// problemOf returns an outcome whose texts are still to be cleaned, which is done
// once for all, where the token is known as well: a text that is cut first may
// end with a part of it.
func problemOf(problem source.Problem) source.Outcome {
	return source.Outcome{Kind: source.KindProblem, Problem: problem}
}

// readProblem reads an answer with a status from 400 on. Its texts are taken
// from a problem document where there is one that can be read.
func readProblem(response *http.Response) answer {
	status := response.StatusCode
	problem := source.Problem{Reason: source.ReasonRefused, Title: "the feed refuses to answer", Status: status}
	again := isTemporary(status)
	if again {
		problem.Reason, problem.Title = source.ReasonUnavailable, "the feed can't answer now"
		problem.Temporary = true
	}
	if title, detail := problemTexts(response); title != "" || detail != "" {
		problem.Title, problem.Detail = title, detail
	}
	return answer{outcome: problemOf(problem), again: again}
}

// isTemporary reports whether a status is one after which to ask again.
func isTemporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// problemTexts reads title and detail of a problem document (RFC 9457). Members
// that it does not know belong there, and a wrong one is as good as none.
func problemTexts(response *http.Response) (title, detail string) {
	if mediaType(response.Header.Get("Content-Type")) != problemType {
		return "", ""
	}
	body, err := readBody(response)
	if err != nil || len(body) > maxProblemSize {
		return "", ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return "", ""
	}
	text := func(name string) (s string) {
		if json.Unmarshal(members[name], &s) != nil {
			return ""
		}
		return s
	}
	return text("title"), text("detail")
}
