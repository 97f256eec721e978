package attention_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// TestString has each code once, and each figure that a sentence has.
func TestString(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	blocker := planner.Blocker{Kind: planner.NotAssignable, Module: "acme.web", Affected: 2}
	for want, item := range map[string]attention.Item{
		"the clock is behind what was recorded, until 2026-06-01T12:00:00Z":              {Code: attention.ClockInDoubt, Until: noon},
		"verifying found 3 differences: census, oversold":                                {Code: attention.DriftFound, Count: 3, Reasons: []string{"census", "oversold"}},
		"acme: the license does not verify (key-revoked), so nobody may use its modules": {Code: attention.Unverified, Owner: "acme", Reasons: []string{"key-revoked"}},
		"acme: the license is not valid before 2026-06-01T12:00:00Z":                     {Code: attention.NotYetValid, Owner: "acme", Until: noon},
		"acme: the license expires in 20 days":                                           {Code: attention.ExpiresSoon, Owner: "acme", Days: 20},
		"acme: the license expires in 1 day; license 7 is here already":                  {Code: attention.ExpiresSoon, Owner: "acme", Days: 1, Renewal: 7},
		"acme: the license expires in 24 hours":                                          {Code: attention.ExpiresSoon, Owner: "acme", Hours: 24},
		"acme: the license expires in less than an hour":                                 {Code: attention.ExpiresSoon, Owner: "acme", Hours: 1},
		"acme: the license has expired, and everything will be read-only in 3 days":      {Code: attention.InGrace, Owner: "acme", Days: 3},
		"acme: the license has ended, and everything is read-only":                       {Code: attention.Lapsed, Owner: "acme"},
		"acme: maintenance ends in 3 days":                                               {Code: attention.MaintenanceEndsSoon, Owner: "acme", Days: 3},
		"acme.web: assigned to 2 holders, and not in a license":                          {Code: attention.Unlicensed, Owner: "acme", Module: "acme.web", Count: 2},
		"acme: maintenance has ended; releases built later are not covered":              {Code: attention.MaintenanceEnded, Owner: "acme"},
		"acme: the next license will be blocked: 2 holders may not have acme.web":        {Code: attention.WouldBlock, Owner: "acme", Blockers: []planner.Blocker{blocker}},
		"acme: license 7 waits to be activated by somebody (policy)":                     {Code: attention.OfferReady, Owner: "acme", Number: 7, Reasons: []string{"policy"}},
		"acme: license 7 is blocked: 2 holders may not have acme.web; 2 holders may not have acme.web": {
			Code: attention.OfferBlocked, Owner: "acme", Number: 7, Blockers: []planner.Blocker{blocker, blocker},
		},
		"acme: license 7 will be activated at 2026-06-01T12:00:00Z": {Code: attention.OfferScheduled, Owner: "acme", Number: 7, Until: noon},
		"acme: license 7 is blocked: u1 has gone":                   {Code: attention.OfferBlocked, Owner: "acme", Number: 7, Text: "u1 has gone"},
		"acme: license 7 will be blocked at 2026-06-01T12:00:00Z: 2 holders may not have acme.web": {
			Code: attention.OfferScheduled, Owner: "acme", Number: 7, Until: noon, Blockers: []planner.Blocker{blocker},
		},
		"acme: license 7 is not what the source has any more, and is not activated by itself":      {Code: attention.OfferWithdrawn, Owner: "acme", Number: 7},
		"acme: license 7 was refused: it is for another serial":                                    {Code: attention.RenewalRefused, Owner: "acme", Number: 7, Text: "it is for another serial"},
		"acme: license 7 was refused: older":                                                       {Code: attention.RenewalRefused, Owner: "acme", Number: 7, Reasons: []string{"older"}},
		"acme: the source does not know the serial number that is expected, which may be mistyped": {Code: attention.SerialInDoubt, Owner: "acme"},
		`acme: the licensee is said to be "New AS" with the serial "S-2" now`: {
			Code: attention.IdentityChange, Owner: "acme", Licensee: &license.Licensee{Company: "New AS", Serial: "S-2"},
		},
		"acme: the licensee is said to have changed":       {Code: attention.IdentityChange, Owner: "acme"},
		"acme: 3 checks in a row failed: no route to host": {Code: attention.SourceFailing, Owner: "acme", Count: 3, Text: "no route to host"},
		"acme: 3 checks in a row failed":                   {Code: attention.SourceFailing, Owner: "acme", Count: 3},
		"acme: no check has been made since one was due":   {Code: attention.SourceNotAsked, Owner: "acme"},
		"acme.plan: 17 of 20 seats in use":                 {Code: attention.SeatsNearlyFull, Owner: "acme", Module: "acme.plan", InUse: 17, Capacity: 20},
		"acme.plan: 1 of 1 seat in use of acme.web, which it includes": {
			Code: attention.SeatsFull, Owner: "acme", Module: "acme.plan", InUse: 1, Capacity: 1, HeldBackBy: "acme.web",
		},
		"acme.plan: 8 in use of 7 seats bought": {Code: attention.SeatsOverdraft, Module: "acme.plan", InUse: 8, Quantity: 7, Capacity: 10},
		"acme: of-a-later-version":              {Code: "of-a-later-version", Owner: "acme"},
	} {
		assert.Equal(t, want, item.String())
	}
}

func TestSeverityAbove(t *testing.T) {
	ordered := []attention.Severity{"", attention.Info, attention.Warning, attention.Critical}
	for i, a := range ordered {
		for j, b := range ordered {
			assert.Equal(t, i > j, a.Above(b), "%q above %q", a, b)
		}
	}
	assert.False(t, attention.Severity("odd").Above(""))
}

// TestJSON is what a webhook sends: codes, and no figure that says nothing.
func TestJSON(t *testing.T) {
	text, err := json.Marshal(attention.Item{
		Code: attention.SeatsFull, Severity: attention.Info, Owner: "acme", Module: "acme.plan",
		Since: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), InUse: 3, Quantity: 3, Capacity: 3,
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"code":"seats-full","severity":"info","owner":"acme","module":"acme.plan",
		"since":"2026-06-01T12:00:00Z","inUse":3,"quantity":3,"capacity":3}`, string(text))
}
