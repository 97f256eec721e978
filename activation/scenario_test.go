package activation_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestScenarioIsPlannedAlike: what is exported has the plan that the installation
// makes itself, for an offer that waits, whatever the installation is.
func TestScenarioIsPlannedAlike(t *testing.T) {
	seen := make(map[planner.Status]int)
	rapid.Check(t, func(r *rapid.T) {
		allowed := true
		s := newStage(t, activation.WithPolicy(func(*planner.Plan) bool { return allowed }))
		s.begin(acme(2, quantity("plan", 9)), rapid.IntRange(0, 6).Draw(r, "holders"))
		allowed = false // so that the next license waits
		drawInstallation(r, s)
		offered := drawOffer(r)
		came, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader(envelope(t, offered, spareKey)))
		require.NoError(r, err)
		if came.Activated || came.Plan.Status == planner.Current { // a copy of the active license is not planned
			return
		}
		want := came.Plan
		if came.Waiting != "" {
			drawInstallation(r, s)
			if want = planOf(r, s); want == nil {
				return
			}
		}

		got, err := exported(r, s, offered).Plan()
		require.NoError(r, err)
		if slices.Contains(want.Rejections, planner.RejectionWrongSerial) { // the highest number of that serial was not exported
			for _, plan := range []*planner.Plan{want, got} {
				plan.Rejections = slices.DeleteFunc(plan.Rejections, func(r planner.Rejection) bool { return r == planner.RejectionOlder })
			}
		}
		require.Empty(r, cmp.Diff(want, got,
			cmpopts.IgnoreUnexported(planner.Plan{}, planner.Blocker{}), cmpopts.IgnoreFields(planner.Blocker{}, "Holders")))
		seen[got.Status]++
	})
	for _, status := range []planner.Status{planner.Ready, planner.Blocked, planner.Rejected} {
		assert.NotZero(t, seen[status], "%s", status)
	}
}

// planOf is the plan of what waits, also where it would be rejected by now; nil
// where it waits no more.
func planOf(r *rapid.T, s *stage) *planner.Plan {
	preview, err := s.crm.Plan(s.Context(), "acme")
	if rejected := (*activation.NotActivatedError)(nil); errors.As(err, &rejected) {
		return rejected.Fresh.Plan
	}
	if errors.Is(err, activation.ErrNoOffer) {
		return nil
	}
	require.NoError(r, err)
	return preview.Plan
}

// drawInstallation lets more be as it may be, at times with an active license that
// does not verify any more.
func drawInstallation(r *rapid.T, s *stage) {
	ctx, eva := s.Context(), s.crm.As("eva")
	for _, h := range []seat.Holder{
		{ID: "u1", Kind: license.User, Type: "external"},
		{ID: "u8", Kind: license.User, Type: "guest"},
		{ID: "s1", Kind: license.Satellite},
	} {
		if rapid.Bool().Draw(r, h.ID) {
			_, err := eva.Admit(ctx, h)
			require.NoError(r, err)
		}
	}
	if rapid.Bool().Draw(r, "addon") {
		_, err := eva.Assign(ctx, gives("acme.addon", "u2")...)
		_ = err // there may be no such holder
	}
	if rapid.IntRange(0, 3).Draw(r, "expects another") == 3 {
		require.NoError(r, eva.Expect(ctx, "acme", rapid.SampledFrom([]planner.Expected{
			{Company: "Other AS", Serial: "S-1"}, {Serial: "S-2"}, {Product: "erp"},
		}).Draw(r, "expected")))
	}
	if rapid.IntRange(0, 3).Draw(r, "key gone") == 3 {
		s.crm = s.startAlone(s.store, trusting(s, spareKey)).Tenant("tenant-42")
	}
}

func drawOffer(r *rapid.T) *license.License {
	return acme(rapid.SampledFrom([]int64{3, 2, 1, 2_000_000}).Draw(r, "number"), func(l *license.License) {
		l.Licensee.Serial = rapid.SampledFrom([]string{"S-1", "S-1", "S-2"}).Draw(r, "serial")
		l.Licensee.Company = rapid.SampledFrom([]string{"Example AS", "Example AS", "Other AS"}).Draw(r, "company")
		if rapid.IntRange(0, 3).Draw(r, "begins") == 3 {
			l.ValidFrom = at(today.Add(day))
		}
		quantity("plan", int64(rapid.IntRange(1, 9).Draw(r, "plan")))(l)
		if rapid.IntRange(0, 3).Draw(r, "assignable") == 3 {
			l.Modules[1].AssignableTo = []string{"internal"}
		}
		if rapid.IntRange(0, 3).Draw(r, "requires") == 3 {
			l.Modules[1].Requires = []string{"addon"}
		}
	})
}

// exported is what a vendor reads of an export, for a license.
func exported(t rapid.TB, s *stage, offered *license.License) *scenario.Scenario {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.crm.Scenario(s.Context(), "ACME", &out))
	read, err := scenario.ReadOffering(out.Bytes(), offered)
	require.NoError(t, err)
	return read
}

// TestScenarioNamesNobody: the vendor learns who holds what, and nobody's name.
func TestScenarioNamesNobody(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	_, err := s.crm.As("eva").Admit(t.Context(), seat.Holder{ID: "joe@example.com", Kind: license.User, Type: "external"})
	require.NoError(t, err)
	s.load(acme(7, quantity("plan", 1)))
	before := everything(s)
	var out bytes.Buffer
	require.NoError(t, s.crm.Scenario(t.Context(), "acme", &out))

	for _, name := range []string{"tenant-42", `"u1"`, `"u2"`, `"u3"`, "joe", "eva", "host"} {
		assert.NotContains(t, out.String(), name)
	}
	document, err := json.Marshal(acme(6))
	require.NoError(t, err)
	said := content.Of(acme(6))
	assert.Equal(t, `{"name":"Who holds what, for the next license of acme.","now":"2026-06-01T09:00:00Z","active":[`+string(document)+`],`+
		`"highest":6,"activated":[{"serial":"S-1","number":6,"content":"`+hex.EncodeToString(said[:])+`"}],"bindTo":{"serial":"S-1","company":"Example AS"},"holders":[
{"id":"h1","kind":"user","type":"external","assigned":[]},
{"id":"h2","kind":"user","type":"internal","assigned":["acme.plan"]},
{"id":"h3","kind":"user","type":"internal","assigned":["acme.plan"]},
{"id":"h4","kind":"user","type":"internal","assigned":["acme.plan"]}]}
`, out.String())
	assert.Equal(t, before, everything(s), "it only reads")
}

// TestScenarioOfNobody: an owner of whom nothing is known can be asked about its
// first license.
func TestScenarioOfNobody(t *testing.T) {
	s := newStage(t)
	plan, err := exported(t, s, acme(1)).Plan()
	require.NoError(t, err)
	assert.Equal(t, planner.Ready, plan.Status)
	err = s.crm.Scenario(t.Context(), "no name", &bytes.Buffer{})
	require.ErrorIs(t, err, activation.ErrInvalid)
	require.ErrorContains(t, err, "activation: scenario: the owner's name")
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestScenarioCantBeWritten(t *testing.T) {
	s := newStage(t)
	require.ErrorIs(t, s.crm.Scenario(t.Context(), "acme", fullDisk{}), errFull)
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		return w.PutHolders(t.Context(), seat.Holder{ID: "u1", Kind: license.Site})
	}))
	var out bytes.Buffer
	require.EqualError(t, s.crm.Scenario(t.Context(), "acme", &out),
		`activation: scenario: "site", the kind of 1 holder, is neither user nor satellite`)
	require.Empty(t, out.String())
}
