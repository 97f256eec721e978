package signed_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-multierror"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// problemsOf returns the texts of all that is wrong.
func problemsOf(tb testing.TB, err error) []string {
	tb.Helper()
	var all *multierror.Error
	require.True(tb, errors.As(err, &all), "%v", err)
	texts := make([]string, len(all.Errors))
	for i, problem := range all.Errors {
		texts[i] = problem.Error()
	}
	return texts
}

func TestNewTrustReportsAll(t *testing.T) {
	key := public(root)
	const name = "the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}"
	for _, test := range []struct {
		name string
		keys []signed.TrustedKey
		want []string
	}{
		{name: "no keys", want: []string{"there is no trusted key"}},
		{
			name: "a zero key",
			keys: []signed.TrustedKey{{}},
			want: []string{"trusted key 1: not an Ed25519 public key of 32 bytes"},
		},
		{
			name: "a private key",
			keys: []signed.TrustedKey{{Key: ed25519.PublicKey(root), Owners: signed.AnyOwner()}},
			want: []string{"trusted key 1: not an Ed25519 public key of 32 bytes"},
		},
		{
			name: "a point of low order",
			keys: []signed.TrustedKey{{Key: make([]byte, 32), Owners: signed.AnyOwner()}},
			want: []string{"trusted key 1: the public key is a point of low order, for which signatures can be forged"},
		},
		{
			name: "no owners",
			keys: []signed.TrustedKey{{Key: key, MayGrant: true}},
			want: []string{"trusted key 1: no owners: name them, or use AnyOwner"},
		},
		{
			name: "any owner beside others",
			keys: []signed.TrustedKey{{Key: key, Owners: []string{"acme", "*"}}},
			want: []string{"trusted key 1: owner 2: " + name},
		},
		{
			name: "an owner twice",
			keys: []signed.TrustedKey{{Key: key, Owners: []string{"acme", "beta", "ACME"}}},
			want: []string{"trusted key 1: owner 3: is there twice"},
		},
		{
			name: "a key twice",
			keys: []signed.TrustedKey{{Key: key, Owners: []string{"acme"}}, {Key: key, Owners: []string{"beta"}}},
			want: []string{"trusted key 2: the key is there twice"},
		},
		{
			name: "all at once",
			keys: []signed.TrustedKey{
				{Key: key, Owners: []string{"acme.web"}},
				{Key: public(acme), Owners: []string{"acme"}},
				{Key: key[:31], Owners: signed.AnyOwner()},
				{Key: public(partner), Owners: []string{strings.Repeat("a", 64)}},
			},
			want: []string{
				"trusted key 1: owner 1: " + name,
				"trusted key 3: not an Ed25519 public key of 32 bytes",
				"trusted key 4: owner 1: " + name,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			trust, err := signed.NewTrust(test.keys...)
			require.Nil(t, trust)
			require.Equal(t, test.want, problemsOf(t, err))
			require.Equal(t, "signed: "+strings.Join(test.want, "; "), err.Error())
		})
	}
}

// TestTrustIsImmutable: neither the caller's slices nor Revoke change it.
func TestTrustIsImmutable(t *testing.T) {
	key := append(ed25519.PublicKey(nil), public(acme)...)
	owners := []string{"acme"}
	trust, err := signed.NewTrust(signed.TrustedKey{Key: key, Owners: owners})
	require.NoError(t, err)
	clear(key)
	owners[0] = "beta"
	revoking, err := trust.Revoke(id(acme))
	require.NoError(t, err)

	_, err = trust.Open([]byte(direct()), now)
	require.NoError(t, err)
	_, err = revoking.Open([]byte(direct()), now)
	requireCode(t, signed.CodeKeyRevoked, err)
	_, err = revoking.Reopen([]byte(direct()))
	requireCode(t, signed.CodeKeyRevoked, err)
}

func TestRevoke(t *testing.T) {
	trust := newTrust(t)
	t.Run("adds up", func(t *testing.T) {
		once, err := trust.Revoke(id(acme))
		require.NoError(t, err)
		twice, err := once.Revoke(id(root), id(root))
		require.NoError(t, err)
		for _, envelope := range []string{direct(), viaGrant(), wrap(licenseToken(document("acme", issued), revokedSign))} {
			_, err = twice.Open([]byte(envelope), now)
			requireCode(t, signed.CodeKeyRevoked, err)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		same, err := trust.Revoke()
		require.NoError(t, err)
		_, err = same.Open([]byte(viaGrant()), now)
		require.NoError(t, err)
	})
	t.Run("of nobody's trust", func(t *testing.T) {
		var nobody *signed.Trust
		trust, err := nobody.Revoke(id(acme))
		require.NoError(t, err)
		_, err = trust.Open([]byte(direct()), now)
		requireCode(t, signed.CodeKeyRevoked, err)
	})
	t.Run("what is no id", func(t *testing.T) {
		trust, err := trust.Revoke("acme", id(acme), id(acme)+"=", "", withTrailingBits(id(acme)), encode("short"))
		require.Nil(t, trust)
		var want []string
		for _, place := range []int{1, 3, 4, 5, 6} {
			want = append(want, fmt.Sprintf("revoked key %d: not an RFC 7638 thumbprint in base64url", place))
		}
		require.Equal(t, want, problemsOf(t, err))
	})
}

// TestTrustIsConcurrent is for the race detector.
func TestTrustIsConcurrent(t *testing.T) {
	trust := newTrust(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				_, err := trust.Open([]byte(viaGrant()), now)
				assert.NoError(t, err)
				_, err = trust.Revoke(id(stranger))
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
}

func jwkOf(key ed25519.PublicKey, more string) string {
	return fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":%q%s}`, encode(string(key)), more)
}

func TestParseTrust(t *testing.T) {
	data := fmt.Sprintf(`{"keys":[%s,%s,%s],"revoked":[%q]}`,
		jwkOf(public(root), `,"owners":["*"],"grant":true,"kid":"`+id(root)+`"`),
		jwkOf(public(acme), `,"owners":["Acme"],"grant":false,"use":"sig","alg":"EdDSA","key_ops":["verify"]`),
		jwkOf(public(anyNoGrant), `,"owners":["*"]`),
		id(revokedRoot))
	trust, err := signed.ParseTrust([]byte(data))
	require.NoError(t, err)
	for _, test := range []struct {
		name     string
		envelope string
		code     signed.Code // empty if it is accepted
	}{
		{name: "trusted", envelope: direct()},
		{name: "granted", envelope: viaGrant()},
		{name: "any owner", envelope: wrap(licenseToken(document("beta", issued), root))},
		{name: "another owner", envelope: wrap(licenseToken(document("beta", issued), acme)), code: signed.CodeOwnerNotGranted},
		{
			name:     "may not grant",
			envelope: wrap(licenseToken(document("acme", issued), partner), grantTo("acme", partner, anyNoGrant)),
			code:     signed.CodeOwnerNotGranted,
		},
		{name: "revoked", envelope: wrap(licenseToken(document("acme", issued), revokedRoot)), code: signed.CodeKeyRevoked},
		{name: "unknown", envelope: wrap(licenseToken(document("acme", issued), stranger)), code: signed.CodeUnknownKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := trust.Open([]byte(test.envelope), now)
			if test.code == "" {
				require.NoError(t, err)
				return
			}
			requireCode(t, test.code, err)
		})
	}
}

func TestParseTrustRefuses(t *testing.T) {
	good := jwkOf(public(root), `,"owners":["*"],"grant":true`)
	keys := func(key string) string { return `{"keys":[` + key + `]}` }
	for _, test := range []struct{ name, data, want string }{
		{"nothing", "", "signed: file of trusted keys: the JSON text ends too early"},
		{"a list", "[" + good + "]", "signed: file of trusted keys: the JSON text must be an object"},
		{"a key", good, "signed: file of trusted keys: /kty: is unknown"},
		{"an unknown member", `{"keys":[` + good + `],"revokd":[]}`, "signed: file of trusted keys: /revokd: is unknown"},
		{"revoked twice", `{"keys":[` + good + `],"revoked":[],"revoked":[]}`, "signed: file of trusted keys: /revoked: occurs twice"},
		{"keys in another case", `{"Keys":[` + good + `]}`, "signed: file of trusted keys: /Keys: must be spelled keys"},
		{"owner instead of owners", keys(jwkOf(public(root), `,"owner":["*"]`)), "signed: file of trusted keys: /keys/0/owner: is unknown"},
		{"owners as a string", keys(jwkOf(public(root), `,"owners":"*"`)), "signed: file of trusted keys: /keys/0/owners: must be an array"},
		{"grant as a string", keys(jwkOf(public(root), `,"owners":["*"],"grant":"true"`)), "signed: file of trusted keys: /keys/0/grant: must be true or false"},
		{"grant null", keys(jwkOf(public(root), `,"owners":["*"],"grant":null`)), "signed: file of trusted keys: /keys/0/grant: must not be null"},
		{"no keys", `{"keys":[]}`, "signed: /keys: there is no trusted key"},
		{"only revoked ones", `{"revoked":["` + id(root) + `"]}`, "signed: /keys: there is no trusted key"},
		{"no owners", keys(jwkOf(public(root), ``)), `signed: /keys/0/owners: is missing or empty: name the owners, or ["*"] for any`},
		{"no owners at all", keys(jwkOf(public(root), `,"owners":[]`)), `signed: /keys/0/owners: is missing or empty: name the owners, or ["*"] for any`},
		{
			"a private key among them", `{"keys":[` + good + `,` + jwkOf(public(acme), `,"owners":["*"],"d":"`+encode(string(acme.Seed()))+`"`) + `]}`,
			"signed: /keys/1/d: a private key where a public one belongs",
		},
		{"an RSA key", keys(`{"kty":"RSA","crv":"","x":"","owners":["*"]}`), `signed: /keys/0/kty: is not "OKP"`},
		{"the id of another key", keys(jwkOf(public(root), `,"owners":["*"],"kid":"`+id(acme)+`"`)), "signed: /keys/0/kid: is not the key's RFC 7638 thumbprint"},
		{
			"what is no id", `{"keys":[` + good + `],"revoked":["acme"]}`,
			"signed: /revoked/0: not an RFC 7638 thumbprint in base64url",
		},
		{"too large", keys(good) + strings.Repeat(" ", 1<<20), "signed: a file of keys has at most 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			trust, err := signed.ParseTrust([]byte(test.data))
			require.Nil(t, trust)
			require.EqualError(t, err, test.want)
		})
	}
}

// TestTrustIsWrittenAsItIsRead: what MarshalJSON writes is the same Trust.
func TestTrustIsWrittenAsItIsRead(t *testing.T) {
	trust, err := signed.NewTrust(
		signed.TrustedKey{Key: public(root), Owners: signed.AnyOwner(), MayGrant: true},
		signed.TrustedKey{Key: public(acme), Owners: []string{"beta", "ACME"}})
	require.NoError(t, err)
	trust, err = trust.Revoke(id(stranger), id(acme))
	require.NoError(t, err)
	data, err := json.Marshal(trust)
	require.NoError(t, err)
	read, err := signed.ParseTrust(data)
	require.NoError(t, err)
	require.Equal(t, trust, read)
	require.Equal(t, trust.Keys(), read.Keys())
	require.Equal(t, slices.Sorted(slices.Values([]string{id(stranger), id(acme)})), read.Revoked())
	again, err := signed.NewTrust(read.Keys()...)
	require.NoError(t, err)
	require.Equal(t, trust.Keys(), again.Keys())

	var nobody *signed.Trust
	require.Empty(t, nobody.Keys())
	require.Empty(t, nobody.Revoked())
}

// TestParseTrustReportsAll: each mistake has its place.
func TestParseTrustReportsAll(t *testing.T) {
	data := `{"keys":[` + jwkOf(public(root), `,"owners":["acme","Acme","a b"]`) + `,` +
		jwkOf(public(acme), `,"owners":["beta","gamma."]`) + `,{"kty":"OKP","crv":"Ed25519","owners":["x"]},` +
		jwkOf(public(partner), `,"owners":["*"]`) + `,` + jwkOf(public(partner), `,"owners":["*"]`) + `],
		"revoked":["` + id(root) + `","short"]}`
	_, err := signed.ParseTrust([]byte(data))
	require.Equal(t, []string{
		"/keys/0/owners/1: is there twice",
		"/keys/1/owners/1: the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}",
		"/keys/2/x: is missing or empty",
		"/keys/4: the key is there twice",
		"/revoked/1: not an RFC 7638 thumbprint in base64url",
	}, problemsOf(t, err))
}
