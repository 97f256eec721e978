package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license/signed"
)

// reportQuarter returns what the vendor is sent after a quarter, signed with the
// installation's key.
func reportQuarter(ctx context.Context, crm *activation.Tenant, begins time.Time, key crypto.Signer) (string, error) {
	used, err := crm.Usage(ctx, begins, begins.AddDate(0, 3, -1)) // both days are in it
	if err != nil {
		return "", err
	}
	return used.Sign("acme", key)
}

func TestReportQuarter(t *testing.T) {
	s := newStory(t)
	s.load(issue(t, vendorKey(t), 1, 2))
	s.seated("ann")
	require.NoError(t, s.engine.RenewDue(t.Context()))

	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	report, err := reportQuarter(t.Context(), s.crm, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), private)
	require.NoError(t, err)
	document, err := signed.OpenReport(report, public)
	require.NoError(t, err)
	var used activation.Usage
	require.NoError(t, json.Unmarshal(document, &used))
	assert.Equal(t, int64(91), used.Days)
	assert.Equal(t, "2026-06-30", used.To.Format(time.DateOnly))
	sales := used.Owners[0].Modules[0]
	assert.Equal(t, int64(1), sales.Days)
	assert.Equal(t, int64(1), sales.Peak)
}
