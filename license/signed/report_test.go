package signed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license/signed"
)

const reportDocument = `{"tenant": "tenant-42", "owners": []}`

func TestReport(t *testing.T) {
	compact, err := signed.SignReport([]byte(reportDocument), acme)
	require.NoError(t, err)
	document, err := signed.OpenReport(compact, public(stranger), public(acme))
	require.NoError(t, err)
	assert.Equal(t, reportDocument, string(document))
}

func TestReportRefused(t *testing.T) {
	good, err := signed.SignReport([]byte(reportDocument), acme)
	require.NoError(t, err)
	parts := strings.Split(good, ".")
	for name, test := range map[string]struct {
		compact string
		code    signed.Code
	}{
		"too large":         {strings.Repeat("a", signed.MaxEnvelopeSize+1), signed.CodeTooLarge},
		"as large as it is": {strings.Repeat("a", signed.MaxEnvelopeSize), signed.CodeMalformedToken},
		"nothing":           {"", signed.CodeMalformedToken},
		"a license":         {licenseToken(reportDocument, acme), signed.CodeUnsupportedType},
		"a grant":           {grantToken(reportDocument, acme), signed.CodeUnsupportedType},
		"another algorithm": {forge(`{"alg":"none","typ":"seatwright-report+jws","kid":"x"}`, "{}", acme), signed.CodeUnsupportedAlgorithm},
		"a stranger":        {forge(headerOf("seatwright-report+jws", stranger), "{}", stranger), signed.CodeUnknownKey},
		"in another's name": {forge(headerOf("seatwright-report+jws", acme), "{}", stranger), signed.CodeBadSignature},
		"another document":  {parts[0] + "." + encode(`{"tenant": "tenant-43"}`) + "." + parts[2], signed.CodeBadSignature},
	} {
		t.Run(name, func(t *testing.T) {
			document, err := signed.OpenReport(test.compact, public(acme))
			require.ErrorIs(t, err, test.code)
			assert.Nil(t, document)
		})
	}
	_, err = signed.OpenReport(good)
	require.ErrorIs(t, err, signed.CodeUnknownKey, "no key is no trust")
	_, err = newTrust(t).Open([]byte(wrap(good)), granted)
	require.ErrorIs(t, err, signed.CodeUnsupportedType, "a report is no license")
}

func TestReportNotSigned(t *testing.T) {
	for _, document := range []string{"", "{", `"` + strings.Repeat("a", signed.MaxEnvelopeSize) + `"`} {
		_, err := signed.SignReport([]byte(document), acme)
		require.EqualError(t, err, "signed: a report is JSON of at most 1 MiB")
	}
	_, err := signed.SignReport([]byte(reportDocument), nil)
	require.Error(t, err)
}

// TestReportChanged changes a character of a report.
func TestReportChanged(t *testing.T) {
	good, err := signed.SignReport([]byte(reportDocument), acme)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(good)-1).Draw(t, "place")
		changed := good[:i] + rapid.StringMatching("[A-Za-z0-9_.-]").Draw(t, "character") + good[i+1:]
		document, err := signed.OpenReport(changed, public(acme))
		if changed == good {
			return
		}
		if err == nil || document != nil {
			t.Fatalf("%q was opened", changed)
		}
	})
}
