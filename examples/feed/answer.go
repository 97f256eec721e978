package feed

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

// Answer is how an owner's license server answers. It answers so for every serial,
// unless the answer says otherwise.
type Answer string

// The answers.
const (
	// Honest: the license that was published last, only for its serial.
	Honest Answer = ""
	// Message is that license, with a message and a link.
	Message Answer = "message"
	// Identity: the company has another name now.
	Identity Answer = "identity"
	// Problem: there is a problem with the license, with a message.
	Problem Answer = "problem"
	// Silence: the connection is closed without an answer.
	Silence Answer = "silence"
	// Wrong: the license of somebody else.
	Wrong Answer = "wrong"
)

// Answers lists all answers, the good one first.
func Answers() []Answer { return []Answer{Honest, Message, Identity, Problem, Silence, Wrong} }

// Play sets how an owner's license server answers from now on. The error is
// [ErrNoOwner] if the server has no such owner or no such answer.
func (s *Server) Play(ctx context.Context, owner string, answer Answer) error {
	if s.keys[owner] == nil || !slices.Contains(Answers(), answer) {
		return ErrNoOwner
	}
	return s.store.Put(ctx, "answer "+owner, []byte(answer))
}

// Desk is what the issuer of an owner's licenses sees.
type Desk struct {
	Owner   string
	License *license.License // the one that was published last
	Answer  Answer           // the one that Play has set
	Answers []Answer
}

// Desks returns the desks of all owners. If nothing is published, the error is
// [online.ErrNotFound].
func (s *Server) Desks(ctx context.Context) (desks []Desk, err error) {
	for _, owner := range s.Owners {
		desk, _, err := s.desk(ctx, owner)
		if err != nil {
			return nil, err
		}
		desks = append(desks, desk)
	}
	return desks, nil
}

// desk returns an owner's desk, and what was published last.
func (s *Server) desk(ctx context.Context, owner string) (Desk, []byte, error) {
	l, envelope, err := s.Published(ctx, owner)
	if err != nil {
		return Desk{}, nil, err
	}
	plays, err := s.store.Get(ctx, "answer "+owner)
	return Desk{owner, l, Answer(plays), Answers()}, envelope, err
}

// Lookup implements [online.Catalog]. It returns what [Server.Play] has set, or the
// license that was published last.
func (s *Server) Lookup(ctx context.Context, owner, serial string) (online.Content, error) {
	desk, body, err := s.desk(ctx, owner)
	if err != nil {
		return online.Content{}, err
	}
	mediaType, l := online.EnvelopeType, desk.License
	switch answer := desk.Answer; {
	case answer == Silence:
		panic(http.ErrAbortHandler) // net/http then closes the connection
	case answer == Identity:
		now := license.Licensee{Company: l.Licensee.Company + " Group", Serial: l.Licensee.Serial}
		mediaType = online.StatusType
		body, err = json.Marshal(online.StatusDocument{Status: source.KindIdentityChanged, Licensee: &now})
	case answer == Problem:
		said := source.Message{Text: "The last invoice is not paid.", URL: l.ShopURL}
		mediaType = online.StatusType
		body, err = json.Marshal(online.StatusDocument{Status: source.KindProblem, Message: &said})
	case answer == Wrong:
		body, err = s.wrong(l)
	case l.Licensee.Serial != serial:
		err = online.ErrNotFound
	case answer == Message:
		body, err = withMessage(body, "The price list for next year is out.", l.ShopURL)
	}
	return online.Content{Type: mediaType, Read: func(context.Context) ([]byte, error) { return body, nil }}, err
}

// wrong signs a license like the given one, for somebody whose serial is a digit
// longer.
func (s *Server) wrong(l *license.License) ([]byte, error) {
	l.Number++
	l.Licensee.Serial = "9" + l.Licensee.Serial
	return s.Sign(l.Owner.Name, l, l.IssuedAt)
}

// withMessage adds a message to an envelope. The message is not signed.
func withMessage(envelope []byte, text, url string) ([]byte, error) {
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	parsed.Message, parsed.MessageURL = text, url
	return parsed.Marshal()
}
