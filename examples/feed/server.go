package feed

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

// Server is the license server of some owners, each with a key of its own. It may
// be used by many goroutines at once.
type Server struct {
	// Owners are the owners of its licenses, in the order of the documents.
	Owners []string
	// First has the licenses of these documents, by owner.
	First map[string]*license.License
	// Trust has the keys that a host of this server trusts.
	Trust *signed.Trust

	store   Store
	keys    map[string]ed25519.PrivateKey
	handler http.Handler
}

// ErrNoOwner says that a server has no such owner, or no such answer.
var ErrNoOwner = errors.New("there is no such owner")

// New returns the server of the owners of some license documents. It makes their
// keys, unless the store has them. Nothing is published before [Server.Begin].
func New(ctx context.Context, store Store, documents ...[]byte) (*Server, error) {
	s := &Server{First: make(map[string]*license.License), store: store, keys: make(map[string]ed25519.PrivateKey)}
	var trusted []signed.TrustedKey
	for _, document := range documents {
		l, err := license.Parse(document)
		if err != nil {
			return nil, err
		}
		owner := l.Owner.Name
		if s.keys[owner], err = s.key(ctx, owner); err != nil {
			return nil, err
		}
		s.Owners, s.First[owner] = append(s.Owners, owner), l
		public := s.keys[owner].Public().(ed25519.PublicKey) //nolint:errcheck,forcetypeassert // an ed25519.PrivateKey always has one
		trusted = append(trusted, signed.TrustedKey{Key: public, Owners: []string{owner}})
	}
	var err error
	if s.Trust, err = signed.NewTrust(trusted...); err != nil {
		return nil, err
	}
	s.handler, err = online.NewHandler(s)
	return s, err
}

// key returns an owner's key. If several servers make one at once, all take the first.
func (s *Server) key(ctx context.Context, owner string) (ed25519.PrivateKey, error) {
	_, fresh, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	jwk, err := signed.MarshalKey(fresh)
	if err != nil {
		return nil, err
	}
	if jwk, err = s.store.Add(ctx, "key "+owner, jwk); err != nil {
		return nil, err
	}
	return signed.ParsePrivateKey(jwk)
}

// Published returns the license of an owner that was published last, and its
// envelope. Without one, the error is [online.ErrNotFound].
func (s *Server) Published(ctx context.Context, owner string) (*license.License, []byte, error) {
	envelope, err := s.store.Get(ctx, "license "+owner)
	if err == nil && envelope == nil {
		err = fmt.Errorf("%w of %s", online.ErrNotFound, owner)
	}
	if err != nil {
		return nil, nil, err
	}
	l, err := issuing.Read(envelope)
	return l, envelope, err
}

// ServeHTTP implements [http.Handler]. It answers for all owners, as
// docs/spec/feed.md says.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// RoundTrip implements [http.RoundTripper]: a client in the same process asks
// without a network.
func (s *Server) RoundTrip(r *http.Request) (response *http.Response, err error) {
	defer func() {
		switch panicked := recover(); panicked {
		case nil:
		case http.ErrAbortHandler:
			err = errors.New("the connection was closed")
		default:
			panic(panicked)
		}
	}()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}
