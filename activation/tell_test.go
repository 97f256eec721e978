package activation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// mailbox is a host that is told: "+" for what has begun, "-" for what is over.
type mailbox struct {
	mu   sync.Mutex
	got  []string
	fail error
}

func (m *mailbox) tell(_ context.Context, tenant string, began, ended []attention.Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for _, item := range began {
		m.got = append(m.got, fmt.Sprint("+", item.Severity, " ", item.Code, item.Module))
	}
	for _, item := range ended {
		m.got = append(m.got, fmt.Sprint("-", item.Code, item.Module))
	}
	if tenant != "tenant-42" {
		m.got = append(m.got, tenant)
	}
	return nil
}

// read returns what has come since.
func (m *mailbox) read() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	got := m.got
	m.got = nil
	return got
}

func newTellingStage(t *testing.T) (*stage, *mailbox) {
	t.Helper()
	box := &mailbox{}
	return newStage(t, activation.WithAttention(box.tell)), box
}

// pass lets the engine do what is due, and goes on to the next instant at which
// something is, until a while has passed.
func (s *stage) pass(wait time.Duration) {
	s.Helper()
	end := s.clock.read().Add(wait)
	for range 200 {
		require.NoError(s, s.engine.RenewDue(s.Context()))
		status, err := s.crm.Status(s.Context())
		require.NoError(s, err)
		next := status.NextCheck
		if next.IsZero() || next.After(end) {
			s.clock.set(end)
			require.NoError(s, s.engine.RenewDue(s.Context()))
			return
		}
		if next.After(s.clock.read()) {
			s.clock.set(next)
		}
	}
	s.Fatal("something is always due")
}

// The life of a license, told once each.
func TestAttentionIsToldOnce(t *testing.T) {
	s, box := newTellingStage(t)
	end := today.Add(60 * day)
	s.begin(acme(6, expires(end), graceUntil(end.Add(10*day))), 1)
	s.pass(29 * day)
	assert.Empty(t, box.read())
	s.pass(2 * day)
	assert.Equal(t, []string{"+warning expires-soon"}, box.read())

	s.engine = s.start(s.store, trusting(t, vendorKey), activation.WithAttention(box.tell))
	s.pass(27 * day)
	assert.Empty(t, box.read(), "another process knows what was told")
	s.pass(2*day - time.Hour)
	assert.Equal(t, []string{"+critical expires-soon"}, box.read(), "the last day")
	s.pass(time.Hour)
	assert.Equal(t, []string{"+critical in-grace", "-expires-soon"}, box.read())
	s.pass(10 * day)
	assert.Equal(t, []string{"+critical lapsed", "-in-grace"}, box.read())
	s.pass(40 * day)
	assert.Empty(t, box.read())
	require.True(t, s.load(acme(7)).Activated)
	s.pass(0)
	assert.Equal(t, []string{"-lapsed"}, box.read(), "at once, since the license has changed")
}

// Seats come and go: what is full is told once, and its end when it has been over
// for a day.
func TestAttentionToSeatsSettles(t *testing.T) {
	s, box := newTellingStage(t)
	s.begin(acme(6, quantity("plan", 20), quantity("user", 99), quantity("web", 99)), 16)
	s.pass(time.Hour)
	assert.Empty(t, box.read())
	give := func(holders ...string) {
		_, err := s.crm.As("eva").Assign(t.Context(), gives("acme.plan", holders...)...)
		require.NoError(t, err)
	}
	_, err := s.crm.As("eva").Admit(t.Context(), users(20)...)
	require.NoError(t, err)

	give("u17")
	s.pass(14 * time.Minute)
	assert.Empty(t, box.read(), "many changes are one look")
	s.pass(time.Minute)
	assert.Equal(t, []string{"+info seats-nearly-fullacme.plan"}, box.read())
	give("u18", "u19", "u20")
	s.pass(15 * time.Minute)
	assert.Equal(t, []string{"+info seats-fullacme.plan"}, box.read())
	for range 30 { // somebody goes and comes back for a month
		_, err := s.crm.As("eva").Retire(t.Context(), "u20")
		require.NoError(t, err)
		s.pass(12 * time.Hour)
		give("u20")
		s.pass(12 * time.Hour)
	}
	assert.Empty(t, box.read())
	full := s.attention()
	require.Len(t, full, 1)
	assert.Equal(t, today.Add(time.Hour+30*time.Minute), full[0].Since)
	_, err = s.crm.As("eva").Retire(t.Context(), "u20", "u19", "u18", "u17")
	require.NoError(t, err)
	s.pass(23 * time.Hour)
	assert.Empty(t, box.read())
	s.pass(2 * time.Hour)
	assert.ElementsMatch(t, []string{"-seats-fullacme.plan", "-seats-nearly-fullacme.plan"}, box.read())
}

// Changes far from any limit make nobody look.
func TestSeatsFarFromALimitAreNotLookedAt(t *testing.T) {
	s, _ := newTellingStage(t)
	s.begin(acme(6, quantity("plan", 30), quantity("user", 99), quantity("web", 99), quantity("addon", 1), func(l *license.License) {
		l.Modules[4].Overdraft = 49
	}), 12)
	_, err := s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9")...)
	require.NoError(t, err)
	s.pass(time.Hour)
	_, err = s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u10")...)
	require.NoError(t, err)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today.Truncate(day).Add(day), status.NextCheck, "the next samples")
}

// A host that could not be told is told again.
func TestAttentionIsToldAgainAfterAnError(t *testing.T) {
	s, box := newTellingStage(t)
	box.fail = errors.New("the mail server is down")
	s.begin(acme(6, expires(today.Add(10*day))), 1)
	require.ErrorContains(t, s.engine.RenewDue(t.Context()), `tenant "tenant-42": tell of what needs attention: the mail server is down`)
	require.NoError(t, s.engine.RenewDue(t.Context()), "not at once")
	box.fail = nil
	s.pass(14 * time.Minute)
	assert.Empty(t, box.read())
	s.pass(time.Minute)
	assert.Equal(t, []string{"+warning expires-soon"}, box.read())

	box.fail = errors.New("the mail server is down")
	require.True(t, s.load(acme(7)).Activated)
	require.Error(t, s.crm.RenewDue(t.Context()))
	box.fail = nil
	s.pass(time.Hour)
	assert.Equal(t, []string{"-expires-soon"}, box.read(), "the end too")
}

// What nobody could be told of before it was over is forgotten.
func TestAttentionThatWasNeverToldIsForgotten(t *testing.T) {
	s, box := newTellingStage(t)
	box.fail = errors.New("the mail server is down")
	s.begin(acme(6, expires(today.Add(10*day))), 1)
	require.Error(t, s.engine.RenewDue(t.Context()))
	require.True(t, s.load(acme(7)).Activated)
	require.NoError(t, s.crm.RenewDue(t.Context()), "there is nothing to tell")
	require.NoError(t, s.store.View(t.Context(), "tenant-42", func(r activation.Reader) error {
		record, err := r.Tenant(t.Context())
		assert.Empty(t, record.Notes)
		return err
	}))
}

// A change that is looked at later does not put off what is to be looked at now.
func TestSeatsPutNothingOff(t *testing.T) {
	s, box := newTellingStage(t)
	s.begin(acme(6), 2)
	s.pass(time.Hour)
	s.load(acme(7, quantity("plan", 1)))
	_, err := s.crm.As("eva").Admit(t.Context(), seat.Holder{ID: "u3", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}})
	require.NoError(t, err)
	s.pass(0)
	assert.Contains(t, box.read(), "+warning offer-blocked")
}

// While one process tells, another one does not.
func TestAttentionIsToldByOne(t *testing.T) {
	box := &mailbox{}
	var s *stage
	var other *activation.Engine
	asked := 0
	s = newStage(t, activation.WithAttention(func(ctx context.Context, tenant string, began, ended []attention.Item) error {
		asked++
		s.clock.add(time.Minute)
		require.False(t, s.load(acme(7, quantity("plan", 1))).Activated) //nolint:contextcheck // the calls of the test use its own context
		require.NoError(t, other.Tenant(tenant).RenewDue(ctx))
		assert.Empty(t, box.read())
		_, err := s.crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u1", Module: "acme.addon"})
		require.NoError(t, err, "no transaction is open")
		return box.tell(ctx, tenant, began, ended)
	}))
	other = s.start(s.store, trusting(t, vendorKey), activation.WithAttention(box.tell))
	s.begin(acme(6, expires(today.Add(10*day))), 2)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	require.NoError(t, other.RenewDue(t.Context()))
	assert.Equal(t, []string{"+warning expires-soon", "+warning offer-blocked"}, box.read())
	assert.Equal(t, 1, asked)
}

// What Verify finds is told, and that it finds nothing any more.
func TestDriftIsTold(t *testing.T) {
	s, box := newTellingStage(t)
	s.begin(acme(6), 2)
	s.pass(time.Hour)
	stray := seat.Holder{ID: "u9", Kind: license.User, Assigned: []string{"acme.gone"}}
	put := func(holders ...seat.Holder) {
		require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
			return w.PutHolders(t.Context(), holders...)
		}))
	}
	put(stray)
	found, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, found, 1)
	s.pass(0)
	assert.Equal(t, []string{"+critical drift-found", "+critical unlicensedacme.gone"}, box.read())
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[activation.DriftCode]int64{activation.DriftUnlicensed: 1}, status.Drift)
	assert.Equal(t, s.clock.read(), status.Verified)

	stray.Assigned = nil
	put(stray)
	s.pass(time.Hour)
	assert.Empty(t, box.read(), "nobody has looked")
	found, err = s.crm.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, found)
	s.pass(0)
	assert.Equal(t, []string{"-drift-found", "-unlicensedacme.gone"}, box.read())
	status, err = s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Zero(t, status.Verified)
}

// A feed that fails is told after three checks, and when it is there again.
func TestFailingSourceIsTold(t *testing.T) {
	s, box := newTellingStage(t)
	s.begin(acme(6), 1)
	s.pass(time.Hour)
	s.feed.say(source.NewProblem(source.Problem{Title: "no route to host"}))
	s.pass(day)
	box.read()
	s.pass(3 * day)
	assert.Empty(t, box.read())
	items := s.attention()
	require.Len(t, items, 1)
	assert.Equal(t, "acme: 9 checks in a row failed: no route to host", items[0].String())
	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	s.pass(day)
	assert.Equal(t, []string{"-source-failing"}, box.read())
}

// Log and observer hear of it also where no host is told.
func TestAttentionIsLoggedAndObserved(t *testing.T) {
	var log bytes.Buffer
	watching := &observer{}
	s := newStage(t, activation.WithObserver(watching), activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	s.begin(acme(6, expires(today.Add(10*day))), 3)
	for range 3 {
		s.pass(0)
	}
	looks := watching.of(activation.OperationAttention)
	require.Len(t, looks, 1)
	assert.Len(t, looks[0].Began, 2)
	assert.Equal(t, today, looks[0].Began[1].Since)
	assert.Contains(t, log.String(), `level=WARN msg="license: needs attention" operation=renew-due tenant=tenant-42 code=expires-soon`)
	assert.Contains(t, log.String(), `says="acme: the license expires in 10 days"`)
	assert.Contains(t, log.String(), `level=INFO msg="license: needs attention" operation=renew-due tenant=tenant-42 code=seats-full`)
	require.True(t, s.load(acme(7, quantity("plan", 9))).Activated)
	s.pass(2 * day)
	looks = watching.of(activation.OperationAttention)
	require.Len(t, looks, 3)
	assert.Equal(t, attention.ExpiresSoon, looks[1].Ended[0].Code)
	assert.Equal(t, attention.SeatsFull, looks[2].Ended[0].Code)
	assert.Equal(t, today, looks[2].Ended[0].Since)
}

func (o *observer) of(operation activation.Operation) (seen []activation.Observation) {
	for _, one := range o.seen {
		if one.Operation == operation {
			seen = append(seen, one)
		}
	}
	return seen
}

func TestWithAttentionRefusesNil(t *testing.T) {
	_, err := activation.New(nil, nil, activation.WithAttention(nil))
	require.ErrorContains(t, err, "WithAttention: the function is nil")
}
