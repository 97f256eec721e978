package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// TestReportedFiles: an authentic license that is not valid is never called
// damaged, and one that needs a newer version says so, and which member.
func TestReportedFiles(t *testing.T) {
	reports := filepath.Join("..", "..", "license", "testdata", "reports")
	raw, err := os.ReadFile(filepath.Join(reports, "trust.json"))
	require.NoError(t, err)
	trust, err := signed.ParseTrust(raw)
	require.NoError(t, err)
	for name, want := range map[string][]string{
		"later-version-critical": {"authentic, but something in it is not valid", "/critical/0", "It needs a newer version of this program."},
		"date-only-expiry":       {"authentic, but something in it is not valid", "/expires"},
	} {
		envelope, err := os.ReadFile(filepath.Join(reports, name+".license.json"))
		require.NoError(t, err)
		_, err = trust.Reopen(envelope)
		require.ErrorIs(t, err, signed.CodeInvalid)
		text := wordsOnly(t).failure(err).Sentence
		for _, part := range want {
			assert.Contains(t, text, part)
		}
		assert.NotContains(t, text, "damaged")
	}
}
