package activation_test

import (
	"context"
	"crypto/ed25519"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// vendorFeed answers as the feed of docs/spec/feed.md does: one license, with its
// ETag, and 304 to who has it.
type vendorFeed struct {
	*stage
	key     ed25519.PrivateKey
	answers source.Outcome
}

// serve makes the source of the stage such a feed. It has no license yet.
func (s *stage) serve() *vendorFeed {
	f := &vendorFeed{stage: s, key: vendorKey}
	f.fails(source.ReasonRefused)
	s.feed.answer = f.answer
	return f
}

func (f *vendorFeed) answer(_ context.Context, request source.Request) (source.Outcome, error) {
	if tag := f.answers.ETag; tag != "" && tag == request.ETag {
		return source.Outcome{Kind: source.KindCurrent, ETag: tag}, nil
	}
	return f.answers, nil
}

// has puts a license into the feed.
func (f *vendorFeed) has(l *license.License) {
	sealed := envelope(f, l, f.key)
	f.answers = source.Outcome{
		Kind: source.KindNew, Envelopes: [][]byte{sealed}, ETag: `"` + activation.DigestOf(sealed).String() + `"`,
	}
}

// says puts a status into the feed.
func (f *vendorFeed) says(kind source.Kind, to ...license.Licensee) {
	f.answers = source.Outcome{Kind: kind}
	if len(to) > 0 {
		f.answers.Licensee = to[0]
	}
}

func (f *vendorFeed) fails(reason source.Reason) {
	f.answers = source.NewProblem(source.Problem{Reason: reason, Title: string(reason)})
}
