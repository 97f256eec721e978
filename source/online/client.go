package online

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/seatwright/seatwright/source"
)

// Client asks a feed. It is a [source.Source]. It keeps no state and no open
// connection, and is safe for concurrent use: one client serves all tenants
// that have the same feed and token.
type Client struct {
	settings
	base *url.URL
}

var _ source.Source = (*Client)(nil)

// New returns a client for the feed at the address base. The address is https,
// or http on a loopback host (localhost, 127.0.0.0/8, ::1). It may have a path,
// but no query. The error joins everything that is wrong with the address and
// the options.
func New(base string, options ...Option) (*Client, error) {
	c := &Client{settings: defaults()}
	var problems []error
	var err error
	if c.base, err = parseBase(base); err != nil {
		problems = append(problems, err)
	}
	for _, option := range options {
		if err := option(&c.settings); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return c, nil
}

// Check asks the feed, as often as it may try, and returns its answer by
// docs/spec/feed.md, Answers:
//
//   - KindNew with one envelope and its ETag. An answer of type JSON, text or
//     bytes counts as an envelope if it has the form of one.
//   - KindCurrent, KindIdentityChanged, or KindProblem with ReasonReported,
//     as a status document says.
//   - KindProblem with ReasonRefused for a final status of 4xx or 5xx.
//   - KindProblem with ReasonUnavailable, marked as temporary, after a
//     network error or one of the statuses 408, 425, 429, 500, 502, 503 and
//     504. It is the answer when no try is left, or when the next one would
//     not fit into the time.
//   - KindProblem with ReasonUnusable for anything else. That includes a 304
//     if no ETag was sent, because then nothing is known to be current.
//
// Problems that were followed by another try are listed in Retried, whatever
// the final answer is.
//
// Every outcome except KindNew returns the ETag that was sent, if any. The ETag
// of a status document is not kept: a later 304 would read as current, whatever
// the status said.
//
// The error wraps that of ctx if ctx ends first, or is that of
// [source.Request.Validate]. Neither the error nor a text of the outcome
// contains the token, even if the feed repeats it.
func (c *Client) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	if err := validate(request); err != nil {
		return source.Outcome{}, err
	}
	if request.Have == 0 {
		request.ETag = ""
	}
	address, err := addressOf(c.base, request)
	if err != nil {
		return source.Outcome{}, err
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	last := c.tryAll(limited, address, request.ETag)
	if err := ctx.Err(); err != nil && last.again {
		return source.Outcome{}, fmt.Errorf("the check of the license feed was ended: %w", err)
	}
	return c.finished(last.outcome, request.ETag), nil
}

func validate(request source.Request) error {
	err := request.Validate()
	if request.ETag != "" && !validETag(request.ETag) {
		err = errors.Join(err, &source.RequestError{Field: "ETag", Problem: "is not an entity tag"})
	}
	return err
}

// answer is the result of one try.
type answer struct {
	outcome source.Outcome
	again   bool // whether another try may bring another answer
}

// tryAll asks until an answer is final, or no try or no time is left. It
// combines the rules of docs/spec/feed.md for a client's tries.
func (c *Client) tryAll(ctx context.Context, address *url.URL, etag string) answer {
	var retried []source.Problem
	for try := 1; ; try++ {
		last := c.try(ctx, address, etag)
		last.outcome.Retried = retried
		if !last.again || try == c.tries || ctx.Err() != nil {
			return last
		}
		pause := last.outcome.Problem.RetryAfter + c.backoff(try)
		if !c.wait(ctx, pause) {
			return last
		}
		retried = append(retried, last.outcome.Problem)
	}
}

// backoff returns how long to wait after a try: a random time up to a limit
// that doubles with each try, so that clients which failed together do not
// return together.
func (c *Client) backoff(try int) time.Duration {
	limit := maxBackoff
	if doubled := firstBackoff << (try - 1); try < 16 && doubled < limit {
		limit = doubled
	}
	return c.random(limit)
}

// wait waits, unless the remaining time is too short. It reports whether there
// is time for another try.
func (c *Client) wait(ctx context.Context, pause time.Duration) bool {
	deadline, _ := ctx.Deadline()
	if deadline.Sub(c.now()) <= pause {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// try makes one request and follows redirects.
func (c *Client) try(ctx context.Context, address *url.URL, etag string) answer {
	ctx, end := withTry(ctx)
	defer end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	response, err := c.exchange(ctx, address, etag)
	if err != nil {
		return failed(err, 0)
	}
	defer func() { _ = response.Body.Close() }()
	read := c.read(response, etag, cancel)
	if read.outcome.Kind == source.KindProblem {
		read.outcome.Problem.RetryAfter = retryAfter(response.Header.Get("Retry-After"), c.now())
		read.outcome.Problem.MediaType = mediaType(response.Header.Get("Content-Type"))
	}
	return read
}

// String returns a text for logs: the address, without the token.
func (c *Client) String() string { return "license feed " + c.base.String() }

// GoString returns the same as String, so that %#v does not show the token.
func (c *Client) GoString() string { return c.String() }

// finished cleans the outcome, and removes the token from it.
func (c *Client) finished(outcome source.Outcome, etag string) source.Outcome {
	if outcome.Kind != source.KindNew {
		outcome.ETag = etag
	}
	clean := func(text string) string { return c.hide(source.CleanText(c.hide(text))) }
	finish := func(p *source.Problem) {
		p.Title, p.Detail, p.MediaType = clean(p.Title), clean(p.Detail), c.typeWithoutToken(p.MediaType)
	}
	finish(&outcome.Problem)
	for i := range outcome.Retried {
		finish(&outcome.Retried[i])
	}
	outcome.Licensee.Company = c.hide(outcome.Licensee.Company)
	outcome.Message = source.Message{Text: clean(outcome.Message.Text), URL: outcome.Message.URL}.Clean()
	if c.token != "" && strings.Contains(outcome.Message.URL, c.token) {
		outcome.Message.URL = ""
	}
	return outcome
}

// hide replaces the token in a text, because a feed may repeat it.
func (c *Client) hide(text string) string {
	if c.token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.token, "[token]")
}

// typeWithoutToken drops a media type that contains the token in lower case, or
// that is longer than any real one.
func (c *Client) typeWithoutToken(media string) string {
	const longest = 127 // the longest type, and the longest subtype, see RFC 6838
	if len(media) > 2*longest+1 || c.token != "" && strings.Contains(media, strings.ToLower(c.token)) {
		return ""
	}
	return media
}
