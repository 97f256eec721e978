package signed

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRFC8037 verifies the token of RFC 8037, appendix A.4. Its header lacks two
// of the three members, so that it is no token of a license.
func TestRFC8037(t *testing.T) {
	const compact = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." +
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
	key, err := decodeBase64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	require.NoError(t, err)
	parts := strings.Split(compact, ".")
	payload, err := decodeBase64url(parts[1])
	require.NoError(t, err)
	rfc := &token{protected: parts[0], unverified: payload, signature: parts[2]}
	got, ok := rfc.verify(ed25519.PublicKey(key))
	require.True(t, ok)
	require.Equal(t, "Example of Ed25519 signing", string(got))

	rfc.unverified = []byte("Example of Ed25519 signing!")
	_, ok = rfc.verify(ed25519.PublicKey(key))
	require.False(t, ok)

	_, problem := parseToken(compact)
	require.Equal(t, "does not have a header of exactly alg, typ and kid", problem)
}
