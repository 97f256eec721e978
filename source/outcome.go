package source

import (
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Kind is what a source has to say.
type Kind string

// The kinds of outcomes, by the words of docs/spec/feed.md, Answers.
const (
	// KindCurrent: the active license is the current one.
	KindCurrent Kind = "current"
	// KindNew: here are envelopes. The engine, having verified them, makes it
	// current when none has a number above the active one.
	KindNew Kind = "new"
	// KindIdentityChanged: the licensee has another company or serial now, to
	// be confirmed by an administrator and fetched by the new serial.
	KindIdentityChanged Kind = "identity-changed"
	// KindProblem: there is no answer that helps. The active license stays
	// active.
	KindProblem Kind = "problem"
)

// Outcome is the answer of a source. Which fields are set depends on its kind.
// All texts but the licensee are fit to be shown as plain text, see [CleanText].
type Outcome struct {
	// Kind is what the source has to say.
	Kind Kind `json:"kind"`
	// Envelopes are the bytes of signed envelopes as they came, for KindNew:
	// one, or more when a folder holds several. Nothing has looked into them.
	Envelopes [][]byte `json:"envelopes,omitempty"`
	// FromFile says that the envelopes were read from files. Their messages
	// are not shown then; see docs/spec/format.md.
	FromFile bool `json:"fromFile,omitzero"`
	// ETag is what to ask with the next time. It may be empty. With KindCurrent it
	// is the one of the request, if what that stands for is still there, as a 304
	// says it; otherwise the source says that the active license is what it has.
	ETag string `json:"etag,omitzero"`
	// Licensee is who the licensee is now, for KindIdentityChanged: the names as
	// they were sent, since they will be compared with those of a license. Clean
	// them where they are shown.
	Licensee license.Licensee `json:"licensee,omitzero"`
	// Message is what the source wants people to know, with any kind. It may
	// be empty, and never decides anything.
	Message Message `json:"message,omitzero"`
	// Problem says what is wrong, for KindProblem.
	Problem Problem `json:"problem,omitzero"`
	// Retried is what was wrong before, with any kind: the problems after which
	// the source tried again within the same check, in their order. They are
	// for the log, and decide nothing.
	Retried []Problem `json:"retried,omitempty"`
}

// Reason says what kind of a problem there is, so that a host can choose the
// words that it shows.
type Reason string

// The reasons.
const (
	// ReasonRefused: the feed refuses to answer this request, as for a serial
	// that it does not know or a token that does not count.
	ReasonRefused Reason = "refused"
	// ReasonReported: the feed says that there is a problem with the license.
	// The message of the outcome is about it.
	ReasonReported Reason = "reported"
	// ReasonUnavailable: the feed can't be reached or can't answer now; the
	// file is not there or can't be read.
	ReasonUnavailable Reason = "unavailable"
	// ReasonUnusable: what came is nothing that could be a license, such as a
	// page of HTML, more than 1 MiB, or a redirect to an address without TLS. A
	// proxy or a sign-in may have answered rather than the feed.
	ReasonUnusable Reason = "unusable"
)

// Problem is why a source has no answer that helps. See docs/spec/feed.md.
type Problem struct {
	// Reason is the kind of problem.
	Reason Reason `json:"reason"`
	// Title and Detail are texts for an administrator: those of the feed, in
	// whatever language, where it sent some, or else what went wrong, in
	// English. Each has at most [MaxTextLength] characters.
	Title  string `json:"title,omitzero"`
	Detail string `json:"detail,omitzero"`
	// Status is the status of the HTTP answer, 0 when there was none.
	Status int `json:"status,omitzero"`
	// MediaType is the type of the HTTP answer, in lower case and without
	// parameters. It is empty when there was none, or none that is valid.
	MediaType string `json:"mediaType,omitzero"`
	// Temporary says that the problem is likely to go away by itself. The
	// source has tried more than once already, where that makes sense.
	Temporary bool `json:"temporary,omitzero"`
	// RetryAfter is how long the source asks to be left alone, 0 when it does
	// not say. It is at most [MaxRetryAfter]. In JSON it is in nanoseconds.
	RetryAfter time.Duration `json:"retryAfter,omitzero"`
}

// MaxRetryAfter is how long a source can ask to be left alone, 30 days. A
// longer wait is reported as this one.
const MaxRetryAfter = 30 * 24 * time.Hour

// NewProblem returns the outcome for a problem, with its texts cleaned and
// RetryAfter within its limits.
func NewProblem(problem Problem) Outcome {
	problem.Title, problem.Detail = CleanText(problem.Title), CleanText(problem.Detail)
	problem.MediaType = CleanText(problem.MediaType)
	problem.RetryAfter = min(max(problem.RetryAfter, 0), MaxRetryAfter)
	return Outcome{Kind: KindProblem, Problem: problem}
}

// String returns the problem in one line, for logs.
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
