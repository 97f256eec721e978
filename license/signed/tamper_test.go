package signed_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestBitFlips flips each bit of small envelopes. None is accepted with
// another content than was signed, by another key, or by another grant.
func TestBitFlips(t *testing.T) {
	trust := newTrust(t)
	message := `{"message":{"text":"Hello","url":"https://example.com/"},`
	for name, envelope := range map[string]string{
		"trusted": replaceOnce(direct(), `{`, message),
		"granted": replaceOnce(viaGrant(), `{`, message),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := trust.Open([]byte(envelope), now)
			require.NoError(t, err)
			accepted := 0
			flipped := []byte(envelope)
			for bit := range 8 * len(flipped) {
				flipped[bit/8] ^= 1 << (bit % 8)
				opened, err := trust.Open(flipped, now)
				flipped[bit/8] ^= 1 << (bit % 8)
				require.True(t, (opened == nil) != (err == nil))
				if err != nil {
					continue
				}
				accepted++
				requireSameContent(t, want, opened)
			}
			require.Less(t, accepted, 8*len("Hellohttps://example.com/"), "only the message is unsigned")
		})
	}
}

// requireSameContent compares all but what is unsigned.
func requireSameContent(tb testing.TB, want, got *signed.Opened) {
	tb.Helper()
	unsigned := *got
	unsigned.Message, unsigned.MessageURL, unsigned.Digest = want.Message, want.MessageURL, want.Digest
	require.Empty(tb, cmp.Diff(want, &unsigned))
}

// TestVerificationComesFirst: no byte of a payload is parsed before its
// signature held. A parser that looked at payloads would allocate for the
// members of a license and not for noise, and would refuse noise otherwise. So
// the allocations and the answer are compared, of a license and of noise of
// the same length, with the same signature that is not theirs.
func TestVerificationComesFirst(t *testing.T) {
	trust := newTrust(t)
	rich := documentOf(100)
	bytes := make([]byte, len(rich))
	_, _ = rand.NewChaCha8([32]byte{1}).Read(bytes)
	noise := string(bytes)
	deep := strings.Repeat(`{"a":[`, len(rich)/6) + strings.Repeat(" ", len(rich)%6)
	_, _, signature := splitToken(licenseToken("another", acme))
	_, _, grantSignature := splitToken(grantTo("acme", partner, root))
	parsing := func(payload string) float64 {
		return testing.AllocsPerRun(5, func() { _, _ = license.Parse([]byte(payload)) })
	}
	const slack = 50 // pools of the standard library are emptied at times, by the race detector at random
	require.Greater(t, parsing(rich), parsing(noise)+10*slack, "what is measured depends on parsing")
	forms := map[string]func(payload string) string{
		"license": func(payload string) string {
			return wrap(encode(headerOf(licenseHeader, acme)) + "." + encode(payload) + "." + signature)
		},
		"grant": func(payload string) string {
			return wrap(licenseToken(document("acme", issued), partner),
				encode(headerOf(grantHeader, root))+"."+encode(payload)+"."+grantSignature)
		},
		"license of a granted key": func(payload string) string {
			return wrap(encode(headerOf(licenseHeader, partner))+"."+encode(payload)+"."+signature, grantTo("acme", partner, root))
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			measure := func(payload string) float64 {
				envelope := []byte(form(payload))
				_, err := trust.Open(envelope, now)
				requireCode(t, signed.CodeBadSignature, err)
				return testing.AllocsPerRun(5, func() { _, _ = trust.Open(envelope, now) })
			}
			want := measure(rich)
			require.InDelta(t, want, measure(noise), slack)
			require.InDelta(t, want, measure(deep), slack)
		})
	}
}

// TestOnlyVerifyHandsOutPayloads: in the code of the package, an unverified
// payload is touched only where a token is made, verified or inspected.
func TestOnlyVerifyHandsOutPayloads(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(function, func(node ast.Node) bool {
				if identifier, ok := node.(*ast.Ident); ok && identifier.Name == "unverified" {
					found[function.Name.Name] = true
				}
				return true
			})
		}
	}
	require.Empty(t, cmp.Diff(map[string]bool{"parseToken": true, "verify": true, "inspectToken": true}, found))
}

// TestNothingIsEchoed: what came with a document is in no error.
func TestNothingIsEchoed(t *testing.T) {
	const marker = "Zq7Marker"
	trust := newTrust(t)
	good := document("acme", issued)
	key := encode(string(public(acme)))
	header := headerOf(licenseHeader, acme)
	marked := replaceOnce(good, "SN-1", marker)
	_, _, signature := splitToken(licenseToken(marked, acme))
	markedID := (marker + strings.Repeat("A", 43))[:43]
	for _, envelope := range []string{
		marker,
		`{"` + marker + `":1}`,
		`{"license":"` + marker + `"}`,
		`{"license":"a.` + marker + `.c"}`,
		wrap(licenseToken(good, acme), marker),
		wrap(forge(`{"`+marker+`":1}`, good, acme)),
		wrap(forge(replaceOnce(header, "EdDSA", marker), good, acme)),
		wrap(forge(replaceOnce(header, licenseHeader, marker), good, acme)),
		wrap(forge(replaceOnce(header, id(acme), marker), good, acme)),
		wrap(forge(replaceOnce(header, id(acme), markedID), good, acme)),
		wrap(licenseToken(good, partner), forge(replaceOnce(headerOf(grantHeader, root), id(root), markedID), grantPayload("acme", partner), root)),
		wrap(encode(header) + "." + encode(marked) + "." + signature[1:] + "A"),
		wrap(licenseToken(good, partner), grantToken(marker, root)),
		wrap(licenseToken(good, partner), grantToken(replaceOnce(grantPayload("acme", partner), `"acme"`, `"`+marker+`!"`), root)),
		wrap(licenseToken(replaceOnce(marked, `"acme"`, `"`+marker+`"`), acme)),
		wrap(licenseToken(document("acme", until), partner), grantTo("acme", partner, root)),
		wrap(licenseToken(marker, acme)),
		wrap(licenseToken(replaceOnce(good, `"number":7`, `"number":"`+marker+`"`), acme)),
		wrap(licenseToken(replaceOnce(good, `"number":7`, `"number":7,"`+marker+`":1,"`+marker+`":2`), acme)),
	} {
		for _, open := range []func() error{
			func() error { _, err := trust.Open([]byte(envelope), now); return err },
			func() error { _, err := trust.Reopen([]byte(envelope)); return err },
			func() error { _, err := signed.Inspect([]byte(envelope)); return err },
		} {
			err := open()
			if err == nil {
				continue // Inspect accepts what only verification refuses
			}
			for _, secret := range []string{marker, encode(marker), key, encode(good), encode(header)} {
				require.NotContains(t, err.Error(), secret)
			}
			require.NotContains(t, err.Error(), "\n")
		}
		_, err := trust.Open([]byte(envelope), now)
		require.Error(t, err)
	}
}
