package signed_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/suites"
	"github.com/seatwright/seatwright/license/signed"
)

// TestWycheproofJWS opens the tokens of Project Wycheproof as licenses and as
// grants. None is signed with Ed25519, so that each is refused for its form,
// before any key is looked at, whether it is a valid JWS or not.
func TestWycheproofJWS(t *testing.T) {
	var suite suites.Wycheproof
	require.NoError(t, suites.Read(suites.JWS, &suite))
	require.Equal(t, 401, suite.NumberOfTests)
	trust, seen := newTrust(t), 0
	refused := map[signed.Code]int{}
	good := licenseToken(document("acme", issued), acme)
	for _, group := range suite.Groups {
		for _, test := range group.Tests {
			seen++
			var compact string
			if json.Unmarshal(test.JWS, &compact) != nil {
				compact = string(test.JWS) // the JSON serialization, which an envelope can only hold as a text
			}
			for _, envelope := range []string{wrap(compact), wrap(good, compact)} {
				opened, err := trust.Open([]byte(envelope), now)
				require.Nil(t, opened, "%d: %s", test.ID, test.Comment)
				var refusal *signed.Error
				require.True(t, errors.As(err, &refusal), "%d: %s", test.ID, test.Comment)
				refused[refusal.Code]++
			}
		}
	}
	require.Equal(t, 401, seen)
	require.Equal(t, map[signed.Code]int{signed.CodeMalformedToken: 802}, refused)
}
