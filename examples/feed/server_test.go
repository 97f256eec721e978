package feed_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

const document = `{
	"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "1"},
	"number": 1, "issuedAt": "2026-01-01T00:00:00Z", "shopURL": "https://shop.example.com/acme",
	"modules": [
		{"name": "plan", "kind": "user", "quantity": 5, "bundle": true, "includes": ["web", "chat"]},
		{"name": "web", "kind": "user", "quantity": 5},
		{"name": "chat", "kind": "user", "quantity": 5, "requires": ["web", "other.web"]}
	]
}`

func newServer(t *testing.T, store feed.Store) *feed.Server {
	t.Helper()
	s, err := feed.New(t.Context(), store, []byte(document))
	require.NoError(t, err)
	require.NoError(t, s.Begin(t.Context(), "acme", feed.Change{}, start))
	return s
}

// TestAnswers has a real client ask, in the process and over the network.
func TestAnswers(t *testing.T) {
	s := newServer(t, feed.NewMemory())
	listening := httptest.NewServer(s)
	defer listening.Close()
	for name, how := range map[string]struct {
		address string
		client  *http.Client
	}{
		"in the process":   {"http://localhost", &http.Client{Transport: s}},
		"over the network": {listening.URL, listening.Client()},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := online.New(how.address, online.WithHTTPClient(how.client), online.WithTries(1))
			require.NoError(t, err)
			plays(t, s, client)
		})
	}
}

func plays(t *testing.T, s *feed.Server, client source.Source) {
	t.Helper()
	_, envelope, err := s.Published(t.Context(), "acme")
	require.NoError(t, err)
	honest := source.Request{Owner: "acme", Serial: "1", Have: 1, ETag: online.ETag(envelope)}
	for _, c := range []struct {
		answer  feed.Answer
		request source.Request
		kind    source.Kind
		reason  source.Reason
		message string
	}{
		{feed.Honest, source.Request{Owner: "acme", Serial: "1"}, source.KindNew, "", ""},
		{feed.Honest, honest, source.KindCurrent, "", ""},
		{feed.Honest, source.Request{Owner: "acme", Serial: "2"}, source.KindProblem, source.ReasonRefused, ""},
		{feed.Honest, source.Request{Owner: "other", Serial: "1"}, source.KindProblem, source.ReasonRefused, ""},
		{feed.Message, honest, source.KindNew, "", "The price list for next year is out."},
		{feed.Identity, honest, source.KindIdentityChanged, "", ""},
		{feed.Problem, honest, source.KindProblem, source.ReasonReported, "The last invoice is not paid."},
		{feed.Silence, honest, source.KindProblem, source.ReasonUnavailable, ""},
		{feed.Wrong, honest, source.KindNew, "", ""},
		{feed.Honest, honest, source.KindCurrent, "", ""},
	} {
		require.NoError(t, s.Play(t.Context(), "acme", c.answer))
		outcome, err := client.Check(t.Context(), c.request)
		require.NoError(t, err)
		require.Equal(t, c.kind, outcome.Kind, "%s: %+v", c.answer, outcome)
		require.Equal(t, c.reason, outcome.Problem.Reason, c.answer)
		require.Equal(t, c.answer == feed.Silence, outcome.Problem.Temporary, c.answer)
		if c.answer == feed.Identity {
			require.Equal(t, license.Licensee{Company: "Example AS Group", Serial: "1"}, outcome.Licensee)
		}
		if c.kind != source.KindNew {
			require.Equal(t, c.message, outcome.Message.Text)
			continue
		}
		opened, err := s.Trust.Open(outcome.Envelopes[0], start)
		require.NoError(t, err)
		require.Equal(t, c.message, opened.Message)
		require.Equal(t, c.answer == feed.Wrong, opened.License.Licensee.Serial != "1")
	}
	desks, err := s.Desks(t.Context())
	require.NoError(t, err)
	require.Len(t, desks, 1)
	require.Equal(t, feed.Honest, desks[0].Answer)
	require.Equal(t, int64(1), desks[0].License.Number, "to answer wrongly changes nothing")
}

// TestNumbers: many servers on one store are one vendor, and use no number twice,
// whether the license is published or not.
func TestNumbers(t *testing.T) {
	store := feed.NewMemory()
	const servers, each = 4, 5
	var group sync.WaitGroup
	issued := make(chan *license.License, servers*each)
	for range servers {
		s := newServer(t, store)
		group.Go(func() {
			for i := range each {
				l, envelope, err := s.Issue(context.Background(), "acme", feed.Change{}, start)
				if err == nil && i == 2 {
					err = s.Publish(context.Background(), "acme", envelope)
				}
				if err != nil {
					t.Error(err)
					return
				}
				issued <- l
			}
		})
	}
	group.Wait()
	close(issued)
	numbers := make(map[int64]bool)
	for l := range issued {
		require.False(t, numbers[l.Number], l.Number)
		numbers[l.Number] = true
	}
	require.Len(t, numbers, servers*each)
	require.False(t, numbers[1], "which was the first one's")

	_, envelope, err := newServer(t, store).Published(t.Context(), "acme")
	require.NoError(t, err)
	_, err = newServer(t, store).Trust.Open(envelope, start)
	require.NoError(t, err, "they have one key")
}

// TestNothingPublished: before Begin there is nothing to send or to follow.
func TestNothingPublished(t *testing.T) {
	s, err := feed.New(t.Context(), feed.NewMemory(), []byte(document))
	require.NoError(t, err)
	_, _, err = s.Issue(t.Context(), "acme", feed.Change{}, start)
	require.ErrorIs(t, err, online.ErrNotFound)
	_, err = s.Desks(t.Context())
	require.ErrorIs(t, err, online.ErrNotFound)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/licenses/acme/1", nil))
	require.Equal(t, http.StatusNotFound, w.Code)

	_, err = feed.New(t.Context(), feed.NewMemory(), []byte(`{}`))
	require.NotEmpty(t, license.FindingsOf(err))
}
