package activation_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

func TestStatus(t *testing.T) {
	s := newStage(t)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, &activation.TenantStatus{At: today, Owners: []activation.OwnerStatus{}}, status, "a tenant that was never written")

	l := acme(6, func(l *license.License) {
		l.WarnFrom, l.Expires, l.ShopURL = at(today), at(today.Add(30*day)), "https://shop.example/acme"
		l.Modules[3].Unrestricted = true
		l.Modules[1].Overdraft = 2
	})
	s.begin(l, 4)
	s.load(acme(7, quantity("plan", 1)))
	s.feed.say(source.Outcome{Kind: source.KindCurrent, Message: source.Message{Text: "Hello", URL: "https://acme.example/news"}})
	s.renew()

	owner := s.owner()
	assert.Nil(t, status.Licenses(), "nothing was active")
	status, err = s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []*license.License{owner.License}, status.Licenses().Licenses())
	assert.Equal(t, license.Warning, owner.State)
	assert.Equal(t, "https://shop.example/acme", owner.License.ShopURL)
	assert.Equal(t, license.Licensee{Company: "Example AS", Serial: "S-1"}, owner.Licensee)
	assert.Equal(t, planner.Expected{Serial: "S-1"}, owner.Expected)
	assert.True(t, owner.Unseen)
	assert.Equal(t, int64(7), owner.Pending.Plan.To)
	assert.Equal(t, activation.CheckRecord{
		LastTry: today, LastSuccess: today, Outcome: "current", Next: today.Add(day),
		Message: "Hello", MessageURL: "https://acme.example/news",
	}, owner.Check)
	type figures struct {
		Name        string
		InUse, Free int64
	}
	var got []figures
	for _, m := range owner.Modules {
		got = append(got, figures{m.Name, m.InUse, m.Free})
	}
	want := []figures{
		{"acme.travel", 0, 0}, {"acme.plan", 4, 1}, {"acme.user", 4, 5}, {"acme.web", 4, 0}, {"acme.addon", 0, 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
}

// Support sees figures and codes, and nobody's name.
func TestDiagnose(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	s.load(acme(7, quantity("plan", 1)))
	s.feed.say(source.NewProblem(source.Problem{Title: "unknown serial", Detail: "S-1 is not known"}))
	s.renew()
	before := everything(s)

	var out bytes.Buffer
	require.NoError(t, s.crm.Diagnose(t.Context(), &out))

	for _, id := range []string{"tenant-42", "u1", "eva", "Example AS", "S-1"} {
		assert.NotContains(t, out.String(), `"`+id)
		assert.NotContains(t, out.String(), id+" ")
	}
	var found struct {
		Holders int
		Owners  []struct {
			Active  struct{ Number, KeyID any }
			Pending []struct{ Plan struct{ Status string } }
			Check   struct{ Title string }
			Expects []string
			Seats   []activation.Sample
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &found))
	assert.Equal(t, 3, found.Holders)
	owner := found.Owners[0]
	assert.InEpsilon(t, 6, owner.Active.Number, 0)
	assert.Equal(t, "blocked", owner.Pending[0].Plan.Status)
	assert.Equal(t, "unknown serial", owner.Check.Title)
	assert.Equal(t, []string{"serial"}, owner.Expects)
	assert.Equal(t, activation.Sample{Module: "acme.plan", InUse: 3, Capacity: 3}, owner.Seats[1])
	assert.Equal(t, before, everything(s), "it only reads")
}

// encoded is each of a list as a host writes it to a file.
func encoded[T any](t *testing.T, list []T) []string {
	t.Helper()
	lines := make([]string, len(list))
	for i, one := range list {
		line, err := json.Marshal(one)
		require.NoError(t, err)
		lines[i] = string(line)
	}
	return lines
}

func TestExport(t *testing.T) {
	s := newStage(t)
	const many = 1100 // more than a page
	s.begin(acme(6, quantity("plan", many), quantity("user", many), quantity("web", many)), many)

	lines := encoded(t, collect(t, s.crm.AllLog(t.Context())))
	assert.Len(t, lines, many)
	assert.JSONEq(t, `{"id":1,"at":"2026-06-01T09:00:00Z","by":"eva","holder":"u1","module":"acme.plan","cause":"assigned"}`, lines[many-1])
	entries := encoded(t, collect(t, s.crm.AllHistory(t.Context())))
	require.Len(t, entries, 2)
	assert.JSONEq(t, `{"id":1,"at":"2026-06-01T09:00:00Z","kind":"identity-changed","by":"host","owner":"acme","from":0,"to":0,
		"fromLicensee":{"company":"","serial":""},"toLicensee":{"company":"","serial":"S-1"}}`, entries[1])
	assert.Contains(t, entries[0], `"kind":"activated","by":"eva","owner":"acme","source":"file","from":0,"to":6`)
}

func TestExpect(t *testing.T) {
	s := newStage(t)
	require.ErrorContains(t, s.crm.As("host").Expect(t.Context(), "no name", planner.Expected{}), "the owner's name")
	expected := planner.Expected{Serial: " S-1 ", Product: "crm"}
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "ACME", expected))
	assert.Equal(t, planner.Expected{Serial: "S-1", Product: "crm"}, s.owner().Expected)
	assert.Equal(t, today, s.owner().Check.Next, "the source can be asked")
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "acme", expected))
	expected.Product = "erp"
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "acme", expected))
	assert.Equal(t, []string{"identity-changed 0-0"}, s.history(), "only serial and company are an identity")
	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Company: "New AS", Serial: "S-2"}))
	assert.Equal(t, planner.Expected{Serial: "S-2", Company: "New AS", Product: "erp"}, s.owner().Expected)
}

// An offer that was none for a while must be sent again.
func TestExpectAndBack(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	s.feed.send(`"seven"`, s.sealed(acme(7, quantity("plan", 1))))
	s.renew()
	s.expect("S-2")
	s.expect("S-1")
	s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-1", Have: 6, ETag: `"seven"`}, s.feed.last())
	assert.NotNil(t, s.owner().Pending, "it waits again, and so need not be sent")
}

// A change of identity from a file, and only to the identity that is expected.
func TestChangeIdentityFromFile(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	moved := acme(1, licensee("New AS", "S-2"))
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "acme", planner.Expected{}))
	assert.Equal(t, []planner.Rejection{planner.RejectionWrongCompany, planner.RejectionWrongSerial}, s.load(moved).Plan.Rejections)

	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Company: "New AS", Serial: "S-2"}))
	assert.Equal(t, []planner.Rejection{planner.RejectionWrongSerial}, s.load(acme(9, licensee("New AS", "S-9"))).Plan.Rejections)
	assert.True(t, s.load(moved).Activated)
	assert.Len(t, s.assigned(), 2)
}

// A tenant of which nothing is known has a list of owners, which is empty.
func TestStatusOfNothing(t *testing.T) {
	s := newStage(t)
	status, err := s.engine.Tenant("nobody").Status(t.Context())
	require.NoError(t, err)
	text, err := json.Marshal(status)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"owners":[]`)
}

// What an administrator reads about an owner whose clock is wrong.
func TestStatusSaysThatTheClockWasSetBack(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	s.clock.set(today.Add(-time.Hour))
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today, status.Recorded)
	assert.Equal(t, today.Add(-5*time.Minute), status.At)
}
