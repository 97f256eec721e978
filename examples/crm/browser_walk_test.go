package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFirstActivation enters what the vendor has told.
func TestFirstActivation(t *testing.T) {
	s := newSite(t, sqliteFile(t), "demo")
	eva := s.windowOf(t, "eva")
	require.Equal(t, "/licenses/superoffice", eva.path())
	eva.sees("No license of superoffice is active.", "In this demo: company Example AS, serial number 1234567890.")
	eva.press("Change serial number")
	eva.fill("Company (license owner)", "Example AS")
	eva.fill("Serial number", "1234567890")
	eva.press("OK")
	require.Equal(t, "/licenses/superoffice?done=activated", eva.path())
	eva.sees("The new license is active.", "Active until 1 Jun 2027", "superoffice.ten-sales")
	require.Len(t, eva.all("Purchase new licenses", "link"), 1)
}
