package signed_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

func TestRefused(t *testing.T) {
	trust := newTrust(t)
	seen := map[string]bool{}
	all := vectors()
	require.GreaterOrEqual(t, len(all), 60)
	for _, v := range all {
		t.Run(v.name, func(t *testing.T) {
			require.False(t, seen[v.name], "the name is there twice")
			seen[v.name] = true
			before := strings.Clone(v.envelope)
			envelope := []byte(v.envelope)
			opened, err := trust.Open(envelope, v.now())
			require.Nil(t, opened)
			requireCode(t, v.code, err)
			require.Equal(t, before, string(envelope), "the input is read-only")
			if v.code == signed.CodeInvalid {
				require.NotEmpty(t, license.FindingsOf(err))
			} else {
				require.Empty(t, license.FindingsOf(err))
			}
		})
	}
}

// TestRefusedWhenStored reads the vectors again as stored ones: what depends on
// the present is accepted then, and nothing else.
func TestRefusedWhenStored(t *testing.T) {
	trust := newTrust(t)
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			opened, err := trust.Reopen([]byte(v.envelope))
			if v.code == signed.CodeKeyExpired && !v.at.IsZero() {
				require.NoError(t, err)
				require.Equal(t, document("acme", issued), string(opened.Document))
				return
			}
			require.Nil(t, opened)
			requireCode(t, v.code, err)
		})
	}
}

// TestRefusedByNobody: a Trust that trusts nobody opens nothing, and says so
// without a crash.
func TestRefusedByNobody(t *testing.T) {
	for name, trust := range map[string]*signed.Trust{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			for _, envelope := range []string{direct(), viaGrant()} {
				_, err := trust.Open([]byte(envelope), now)
				requireCode(t, signed.CodeUnknownKey, err)
				_, err = trust.Reopen([]byte(envelope))
				requireCode(t, signed.CodeUnknownKey, err)
			}
		})
	}
}

// TestFindings: what is wrong with an authentic license is to be had.
func TestFindings(t *testing.T) {
	payload := replaceOnce(document("acme", issued), `"number":7`, `"number":0`)
	payload = replaceOnce(payload, `"quantity":5`, `"quantity":0`)
	_, err := newTrust(t).Open([]byte(wrap(licenseToken(payload, acme))), now)
	requireCode(t, signed.CodeInvalid, err)
	var found []string
	for _, finding := range license.FindingsOf(err) {
		found = append(found, finding.Pointer)
	}
	require.Empty(t, cmp.Diff([]string{"/modules/0/quantity", "/number"}, found))
}

// requireCode asserts that err is an *Error with just this code.
func requireCode(tb testing.TB, code signed.Code, err error) {
	tb.Helper()
	require.Error(tb, err)
	var refused *signed.Error
	require.ErrorAs(tb, err, &refused)
	require.Equal(tb, code, refused.Code, err.Error())
	for _, other := range []signed.Code{
		signed.CodeTooLarge, signed.CodeNotADocument, signed.CodeMalformedToken, signed.CodeUnsupportedAlgorithm,
		signed.CodeUnsupportedType, signed.CodeUnknownKey, signed.CodeKeyRevoked, signed.CodeBadSignature,
		signed.CodeOwnerNotGranted, signed.CodeKeyExpired, signed.CodeInvalid,
	} {
		require.Equal(tb, other == code, errors.Is(err, other), string(other))
	}
}
