package source

import (
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Kind tells what a source answers.
type Kind string

// The kinds of outcomes. See docs/spec/feed.md, Answers.
const (
	// KindCurrent: the active license is the current one; there is no other.
	KindCurrent Kind = "current"
	// KindNew: the outcome has envelopes. If none of them has a number above
	// that of the active license, the engine treats the outcome as current.
	KindNew Kind = "new"
	// KindIdentityChanged: the licensee has another company or serial now. An
	// administrator has to confirm it; then the license is fetched by the new
	// serial.
	KindIdentityChanged Kind = "identity-changed"
	// KindProblem: the source has no useful answer. The active license stays
	// active.
	KindProblem Kind = "problem"
)

// Outcome is the answer of a source. Its kind decides which fields are set. All
// texts except the licensee are safe to show as plain text, see [CleanText].
type Outcome struct {
	// Kind tells what the source answers.
	Kind Kind `json:"kind"`
	// Envelopes are signed envelopes, as bytes just as they came, for
	// KindNew. There is one, or more if a folder holds several. Nothing has
	// checked them yet.
	Envelopes [][]byte `json:"envelopes,omitempty"`
	// FromFile says that the envelopes were read from files. Their messages
	// are not shown then; see docs/spec/format.md.
	FromFile bool `json:"fromFile,omitzero"`
	// ETag is the tag for the next request, or empty. KindCurrent with the
	// ETag of the request means that what the tag stands for has not changed,
	// as a 304 says. KindCurrent with another ETag means that the source has
	// the active license.
	ETag string `json:"etag,omitzero"`
	// Licensee is who the licensee is now, for KindIdentityChanged. The names
	// are just as they were sent, because they will be compared with those of
	// a license. Clean them with [CleanText] before you show them.
	Licensee license.Licensee `json:"licensee,omitzero"`
	// Message is what the source wants people to know, with any kind. It may
	// be empty, and decides nothing.
	Message Message `json:"message,omitzero"`
	// Problem tells what is wrong, for KindProblem.
	Problem Problem `json:"problem,omitzero"`
	// Retried lists the problems after which the source tried again within
	// the same check, in order, with any kind. They are for the log and
	// decide nothing.
	Retried []Problem `json:"retried,omitempty"`
}

// Reason is the kind of a problem. A host uses it to choose the words that it
// shows.
type Reason string

// The reasons.
const (
	// ReasonRefused: the feed refuses to answer this request. It may not know
	// the serial, or not accept the token.
	ReasonRefused Reason = "refused"
	// ReasonReported: the feed reports a problem with the license. The
	// message of the outcome describes it.
	ReasonReported Reason = "reported"
	// ReasonUnavailable: the feed can't be reached or can't answer now, or
	// the file does not exist or can't be read.
	ReasonUnavailable Reason = "unavailable"
	// ReasonUnusable: the answer can't be a license, such as a page of HTML,
	// more than 1 MiB, or a redirect to an address without TLS. A proxy or a
	// sign-in page may have answered instead of the feed.
	ReasonUnusable Reason = "unusable"
)

// Problem tells why a source has no useful answer. See docs/spec/feed.md,
// Answers.
type Problem struct {
	// Reason is the kind of problem.
	Reason Reason `json:"reason"`
	// Title and Detail are texts for an administrator, of at most
	// [MaxTextLength] characters each. They are the feed's, in its language,
	// if it sent any. Otherwise they tell in English what went wrong.
	Title  string `json:"title,omitzero"`
	Detail string `json:"detail,omitzero"`
	// Status is the status of the HTTP answer, or 0 if there was none.
	Status int `json:"status,omitzero"`
	// MediaType is the type of the HTTP answer, in lower case and without
	// parameters. It is empty if there was no answer, or no valid type.
	MediaType string `json:"mediaType,omitzero"`
	// Temporary says that the problem is likely to go away by itself. Where
	// it makes sense, the source has already tried more than once.
	Temporary bool `json:"temporary,omitzero"`
	// RetryAfter is how long the source asks not to be asked again, at most
	// [MaxRetryAfter]. It is 0 if the source does not say. In JSON it is in
	// nanoseconds.
	RetryAfter time.Duration `json:"retryAfter,omitzero"`
}

// MaxRetryAfter is the longest wait that a source can ask for: 30 days. A
// longer one is cut to this.
const MaxRetryAfter = 30 * 24 * time.Hour

// NewProblem returns the outcome for a problem. It cleans the texts and limits
// RetryAfter. Use it in a source of your own instead of building the outcome.
func NewProblem(problem Problem) Outcome {
	problem.Title, problem.Detail = CleanText(problem.Title), CleanText(problem.Detail)
	problem.MediaType = CleanText(problem.MediaType)
	problem.RetryAfter = min(max(problem.RetryAfter, 0), MaxRetryAfter)
	return Outcome{Kind: KindProblem, Problem: problem}
}

// String returns the problem as one line for a log.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(string(p.Reason))
	if p.Status != 0 {
		b.WriteString(", HTTP status " + strconv.Itoa(p.Status))
	}
	if p.MediaType != "" {
		b.WriteString(", " + p.MediaType)
	}
	for _, text := range []string{p.Title, p.Detail} {
		if text != "" {
			b.WriteString(": " + text)
		}
	}
	if p.RetryAfter > 0 {
		b.WriteString(" (asks to be left alone for " + p.RetryAfter.String() + ")")
	}
	return b.String()
}
