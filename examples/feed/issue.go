package feed

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
)

// Begin publishes the first license of an owner, with a change, unless one is
// published already.
func (s *Server) Begin(ctx context.Context, owner string, change Change, now time.Time) error {
	first, known := s.First[owner]
	if !known {
		return ErrNoOwner
	}
	next := change.after(first, now)
	envelope, err := s.Sign(owner, next, now)
	if err != nil {
		return err
	}
	_, err = s.store.Add(ctx, "license "+owner, envelope)
	return err
}

// Issue signs the license after the one that was published last, with a change. Its
// number is above those of all licenses that any server on the store has issued,
// published or not. If the change makes no valid license, the error has findings, as
// [license.FindingsOf] returns them.
func (s *Server) Issue(ctx context.Context, owner string, change Change, now time.Time) (*license.License, []byte, error) {
	if s.keys[owner] == nil {
		return nil, nil, ErrNoOwner
	}
	last, _, err := s.Published(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	next, claim := change.after(last, now), []byte(rand.Text())
	for {
		next.Number++
		envelope, err := s.Sign(owner, next, now)
		if err != nil {
			return nil, nil, err
		}
		by, err := s.store.Add(ctx, fmt.Sprintf("number %s %d", owner, next.Number), claim)
		if err != nil || bytes.Equal(by, claim) {
			return next, envelope, err
		}
	}
}

// Publish makes a license of an owner the one that the server sends from now on.
func (s *Server) Publish(ctx context.Context, owner string, envelope []byte) error {
	if s.keys[owner] == nil {
		return ErrNoOwner
	}
	return s.store.Put(ctx, "license "+owner, envelope)
}

// Sign signs a license with an owner's key, as issued now. If it never ends, it
// gets an end in a year.
func (s *Server) Sign(owner string, l *license.License, now time.Time) ([]byte, error) {
	l.IssuedAt = now.UTC().Truncate(time.Second)
	if l.Expires == nil {
		lasts(l, l.IssuedAt.AddDate(1, 0, 0))
	}
	document, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	issued, err := issuing.Issuer{Key: s.keys[owner]}.Issue(issuing.Draft{Document: document}, now)
	if err != nil {
		return nil, err
	}
	return issued.Envelope, nil
}
