package online_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"sync"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

// BySerial is a source for a host with many tenants, each of which has a token of
// its own at the vendor's feed. The engine asks one source for all tenants, and
// the serial says for whom.
type BySerial struct {
	Base string
	// Token returns the token of a serial, from the host's table, which has a row
	// for each serial that a tenant expects. A tenant whose serial changes keeps its
	// token: the host writes the same token into the row of the new serial, and the
	// vendor lets it count there.
	Token func(ctx context.Context, serial string) (token string, ok bool, err error)

	mu      sync.Mutex
	clients map[string]*online.Client // by token
}

// Check implements [source.Source].
func (s *BySerial) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	token, ok, err := s.Token(ctx, request.Serial)
	if err != nil {
		return source.Outcome{}, err
	}
	if !ok {
		return source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
			Reason: source.ReasonRefused, Title: "there is no token for this serial",
		}}, nil
	}
	client, err := s.client(token)
	if err != nil {
		return source.Outcome{}, err
	}
	return client.Check(ctx, request)
}

// client returns the client that presents a token. Clients share connections.
func (s *BySerial) client(token string) (*online.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if client := s.clients[token]; client != nil {
		return client, nil
	}
	client, err := online.New(s.Base, online.WithToken(token))
	if err != nil {
		return nil, err
	}
	if s.clients == nil {
		s.clients = make(map[string]*online.Client)
	}
	s.clients[token] = client
	return client, nil
}

// Two tenants with a token each. One of them moves to another serial, and its
// token goes with it.
func Example_tokenForEachTenant() {
	counting := online.Tokens{}
	counting.Add("acme", "4711", "token-of-ann")
	counting.Add("acme", "4712", "token-of-bob")
	feed, err := online.NewHandler(everybody{}, online.WithTokens(counting.Digests))
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(feed)
	defer server.Close()

	held := map[string]string{"4711": "token-of-ann", "4712": "token-of-bob"} // the host's table
	acme := &BySerial{Base: server.URL, Token: func(_ context.Context, serial string) (string, bool, error) {
		token, ok := held[serial]
		return token, ok, nil
	}}
	ask := func(serial string) {
		outcome, err := acme.Check(context.Background(), source.Request{Owner: "acme", Serial: serial})
		fmt.Println(serial, outcome.Kind, outcome.Problem.Title, err)
	}
	ask("4711")
	ask("4712")
	ask("4713")

	held["4713"] = held["4711"] // what the host does when Expect names the new serial
	ask("4713")
	counting.Add("acme", "4713", "token-of-ann") // what the vendor does
	ask("4713")
	// Output:
	// 4711 new  <nil>
	// 4712 new  <nil>
	// 4713 problem there is no token for this serial <nil>
	// 4713 problem a token of this license is needed <nil>
	// 4713 new  <nil>
}

// everybody is a catalog with the same envelope for all.
type everybody struct{}

func (everybody) Lookup(context.Context, string, string) (online.Content, error) {
	return online.Content{Type: online.EnvelopeType, Read: func(context.Context) ([]byte, error) {
		return []byte(`{"license":"…"}`), nil
	}}, nil
}
