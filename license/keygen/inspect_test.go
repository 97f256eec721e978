package keygen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

func TestInspect(t *testing.T) {
	said, err := keygen.Inspect([]byte(plain("LICENSE", licensePayload())))
	require.NoError(t, err)
	require.Equal(t, &keygen.Unverified{Kind: "license", Algorithm: "base64+ed25519", Payload: []byte(licensePayload())}, said)
	said, err = keygen.Inspect([]byte(encrypted("MACHINE", machinePayload(), licenseKey+fingerprint)))
	require.NoError(t, err)
	require.Equal(t, &keygen.Unverified{Kind: "machine", Algorithm: "aes-256-gcm+ed25519"}, said)
	_, err = keygen.Inspect([]byte("license"))
	requireCode(t, signed.CodeNotADocument, err)
}
