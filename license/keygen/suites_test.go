package keygen

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/suites"
)

// TestWycheproof verifies the signatures of Project Wycheproof. Those of RSA-PSS
// are meant to have a salt of 32 bytes; the one with the longest salt is the one
// that counts here, and one is of PKCS #1 v1.5 in truth.
func TestWycheproof(t *testing.T) {
	for _, test := range []struct {
		name   string
		file   string
		scheme scheme
		total  int
		only   []int // which tests are accepted, if not all valid ones
	}{
		{name: "Ed25519", file: suites.Ed25519, scheme: ed25519Scheme, total: 151},
		{name: "ECDSA", file: suites.ECDSA, scheme: ecdsaScheme, total: 484},
		{name: "RSA", file: suites.RSA, scheme: rsaScheme, total: 259},
		{name: "RSA-PSS with a short salt", file: suites.RSAPSS, scheme: rsaPSSScheme, total: 108, only: []int{72}},
		{name: "RSA-PSS as PKCS #1 v1.5", file: suites.RSAPSS, scheme: rsaScheme, total: 108, only: []int{108}},
		{name: "PKCS #1 v1.5 as RSA-PSS", file: suites.RSA, scheme: rsaPSSScheme, total: 259, only: []int{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var suite suites.Wycheproof
			require.NoError(t, suites.Read(test.file, &suite))
			require.Equal(t, test.total, suite.NumberOfTests)
			seen := 0
			for _, group := range suite.Groups {
				key, err := ParsePublicKey([]byte(group.PublicKeyPEM))
				require.NoError(t, err)
				require.True(t, test.scheme.takes(key))
				for _, one := range group.Tests {
					seen++
					got := test.scheme.verify(key, unhex(t, one.Message), unhex(t, one.Signature))
					want := one.Result == "valid" || one.Result == "acceptable" && got
					if test.only != nil {
						want = slices.Contains(test.only, one.ID)
					}
					require.Equal(t, want, got, "%d: %s", one.ID, one.Comment)
				}
			}
			require.Equal(t, test.total, seen)
		})
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	require.NoError(t, err)
	return data
}

// TestRFC8032 verifies the signatures of RFC 8032, section 7.1, tests 1 to 3.
func TestRFC8032(t *testing.T) {
	for _, test := range []struct{ key, message, signature string }{
		{
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		},
		{
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		},
		{
			"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
		},
	} {
		key, err := ParsePublicKey([]byte(test.key))
		require.NoError(t, err)
		message, signature := unhex(t, test.message), unhex(t, test.signature)
		require.True(t, ed25519Scheme.verify(key, message, signature))
		require.False(t, ed25519Scheme.verify(key, append(message, 0), signature))
	}
}

// TestRFC7638 computes the thumbprints of RFC 7638, section 3.1, and of RFC 8037,
// appendix A.3.
func TestRFC7638(t *testing.T) {
	const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W" +
		"-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt" +
		"-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	decode := func(text string) []byte {
		data, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(t, err)
		return data
	}
	for want, key := range map[string]crypto.PublicKey{
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": &rsa.PublicKey{N: new(big.Int).SetBytes(decode(n)), E: 65537},
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k": ed25519.PublicKey(decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
	} {
		require.Equal(t, want, keyID(key))
	}
}
