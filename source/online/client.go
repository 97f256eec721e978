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

// Client asks a feed. It is a [source.Source], keeps no state and no open
// connection, and may be used by many goroutines at once.
type Client struct {
	settings
	base *url.URL
}

var _ source.Source = (*Client)(nil)

// New returns a client of the feed at that address: https, or http on a loopback
// host (localhost, 127.0.0.0/8, ::1), with or without a path, without a query.
// The error joins all that is wrong with the address and the options.
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

// Check asks the feed, with as many tries as it may make, and returns its answer
// as docs/spec/feed.md, Answers, has it:
//
//   - KindNew with the one envelope and its ETag. An answer of type JSON, text
//     or bytes that has the form of an envelope is one.
//   - KindCurrent, KindIdentityChanged, or KindProblem with ReasonReported, as a
//     status says.
//   - KindProblem with ReasonRefused for a 4xx or 5xx status that is final.
//   - KindProblem with ReasonUnavailable, marked as temporary, after a network
//     error or one of the statuses 408, 425, 429, 500, 502, 503 and 504, when no
//     try is left or the next one would not fit into the time.
//   - KindProblem with ReasonUnusable for whatever else comes. That includes a
//     304 where no ETag was sent, because then nothing is known to be current.
//
// Problems after which there was another try are listed as Retried, whatever the
// answer is at last.
//
// Other outcomes than KindNew hand back the ETag that was sent, if any was. That
// of a status is not kept: a 304 to it would read as current, whatever the status said.
//
// The error wraps the one of ctx when that ends first, or holds what
// [source.Request.Validate] says. Neither it nor a text of the outcome holds the
// token, not even when the feed repeats it.
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

// answer is what one try has brought.
type answer struct {
	outcome source.Outcome
	again   bool // whether another try may bring something else
}

// tryAll asks until there is an answer that is final, or no try or no time left.
// The rules of docs/spec/feed.md for a client's tries come together here.
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

// backoff returns how long to wait after a try: anything up to a limit that
// doubles with each, so that clients which failed together come back apart.
func (c *Client) backoff(try int) time.Duration {
	limit := maxBackoff
	if doubled := firstBackoff << (try - 1); try < 16 && doubled < limit {
		limit = doubled
	}
	return c.random(limit)
}

// wait waits, unless the time that is left is not longer than that. It reports
// whether there is time for another try.
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

// try makes one request, redirects included.
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

// String returns what may stand in a log: the address, and not the token.
func (c *Client) String() string { return "license feed " + c.base.String() }

// GoString returns the same for %#v.
func (c *Client) GoString() string { return c.String() }

// finished cleans what is handed out, and keeps the token out of it.
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

// hide replaces the token, which a feed may repeat.
func (c *Client) hide(text string) string {
	if c.token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.token, "[token]")
}

// typeWithoutToken drops a media type that holds the token, which is in lower
// case there, or is longer than any that there is.
func (c *Client) typeWithoutToken(media string) string {
	const longest = 127 // of a type and a subtype each, see RFC 6838
	if len(media) > 2*longest+1 || c.token != "" && strings.Contains(media, strings.ToLower(c.token)) {
		return ""
	}
	return media
}
