package signed_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestAccepted: what format.md tolerates, and what does not matter.
func TestAccepted(t *testing.T) {
	good := direct()
	token := licenseToken(document("acme", issued), acme)
	header, payload, signature := splitToken(token)
	swapped := `{ "kid": "` + id(acme) + `",` + "\r\n\t" + `"typ": "seatwright-license+jws", "alg": "EdDSA" }`
	byPartner := licenseToken(document("acme", issued), partner)
	grant := grantTo("acme", partner, root)
	sixteen := make([]string, 15, 16)
	for i := range sixteen {
		sixteen[i] = grantTo("beta", partner, root)
	}
	pretty := "{\r\n  \"license\": \"" + token + "\",\r\n  \"keys\": []\r\n}\r\n"
	for _, test := range []struct {
		name     string
		envelope string
		at       time.Time
	}{
		{name: "a trusted key", envelope: good},
		{name: "a key for any owner", envelope: wrap(licenseToken(document("acme", issued), root))},
		{name: "a granted key", envelope: viaGrant()},
		{name: "white space around", envelope: " \t\r\n" + good + " \t\r\n"},
		{name: "CRLF line ends", envelope: pretty},
		{name: "a byte order mark", envelope: "\ufeff" + good},
		{name: "a byte order mark, white space and CRLF", envelope: "\ufeff\r\n " + pretty},
		{name: "exactly 1 MiB", envelope: good + strings.Repeat(" ", 1<<20-len(good))},
		{name: "escapes in the envelope", envelope: strings.Replace(good, "license", `licens\u0065`, 1)},
		{name: "a header in another order", envelope: wrap(forge(swapped, document("acme", issued), acme))},
		{name: "no grants", envelope: replaceOnce(good, `{`, `{"keys":[],`)},
		{name: "an empty message", envelope: replaceOnce(good, `{`, `{"message":{},`)},
		{name: "a message that is too long", envelope: replaceOnce(good, `{`, `{"message":{"text":"`+strings.Repeat("x", 501)+`"},`)},
		{name: "a message with a URL that is not https", envelope: replaceOnce(good, `{`, `{"message":{"url":"javascript:alert(1)"},`)},
		{name: "16 grants, the last of which fits", envelope: wrap(byPartner, append(sixteen, grant)...)},
		{name: "the same grant twice", envelope: wrap(byPartner, grant, grant)},
		{name: "a grant by a key for this owner only", envelope: wrap(byPartner, grantTo("acme", partner, acmeRoot))},
		{name: "a grant with the owner in capitals", envelope: wrap(byPartner, grantTo("ACME", partner, root))},
		{name: "a grant by a stranger beside a good one", envelope: wrap(byPartner, grantTo("acme", partner, stranger), grant)},
		{name: "a grant by a revoked key beside a good one", envelope: wrap(byPartner, grantTo("acme", partner, revokedRoot), grant)},
		{name: "a grant that does not verify beside a good one", envelope: wrap(byPartner, header+"."+payload+"."+signature)},
		{name: "an expired grant beside a good one", envelope: wrap(byPartner,
			grantToken(replaceOnce(grantPayload("acme", partner), `"notAfter":"2027`, `"notAfter":"2025`), root), grant)},
		{name: "a trusted key with a grant of another owner", envelope: wrap(token, grantTo("beta", acme, root))},
		{name: "a trusted key with an expired grant", envelope: wrap(token,
			grantToken(replaceOnce(grantPayload("acme", acme), `"notAfter":"2027`, `"notAfter":"2025`), root))},
		{name: "issued at the beginning of the window", envelope: wrap(licenseToken(document("acme", granted), partner), grant)},
		{name: "issued a second before the end of the window", envelope: wrap(licenseToken(document("acme", until.Add(-time.Second)), partner), grant)},
		{name: "opened at the beginning of the window", envelope: viaGrant(), at: granted},
		{name: "opened a nanosecond before the end of the window", envelope: viaGrant(), at: until.Add(-time.Nanosecond)},
		{name: "a trusted key at any time", envelope: good, at: instant("9999-12-31T23:59:59Z")},
		{name: "a license from the future", envelope: wrap(licenseToken(document("acme", until), acme))},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := test.at
			if at.IsZero() {
				at = now
			}
			if test.name == "a grant that does not verify beside a good one" {
				head, _, sig := splitToken(grant)
				test.envelope = wrap(byPartner, head+"."+encode(grantPayload("acme", stranger))+"."+sig, grant)
			}
			opened, err := newTrust(t).Open([]byte(test.envelope), at)
			require.NoError(t, err)
			require.Equal(t, "acme", opened.License.Owner.Name)
			require.Equal(t, sha256.Sum256([]byte(test.envelope)), opened.Digest)
			again, err := newTrust(t).Reopen([]byte(test.envelope))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(opened, again))
		})
	}
}

// TestOpened: everything that is to be kept of an envelope.
func TestOpened(t *testing.T) {
	payload := "  " + replaceOnce(document("acme", issued), `"number":7`, `"number" : 7, "future": {"a": [1, 2]}`) + "\n"
	grant := grantTo("acme", partner, root)
	envelope := replaceOnce(wrap(licenseToken(payload, partner), grant), `{`,
		`{"message":{"text":"New\r\nprices","url":"https://example.com/prices?q=1"},`)
	want, err := license.Parse([]byte(payload))
	require.NoError(t, err)

	opened, err := newTrust(t).Open([]byte(envelope), now)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(&signed.Opened{
		License:  want,
		Document: []byte(payload),
		Digest:   sha256.Sum256([]byte(envelope)),
		KeyID:    id(partner),
		Grant: &signed.Grant{
			Owner: "acme", Key: public(partner),
			NotBefore: granted, NotAfter: until, IssuedAt: granted, Grantor: id(root),
		},
		Message:    "New  prices",
		MessageURL: "https://example.com/prices?q=1",
	}, opened))

	opened, err = newTrust(t).Open([]byte(direct()), now)
	require.NoError(t, err)
	require.Nil(t, opened.Grant)
	require.Equal(t, id(acme), opened.KeyID)
}

// TestOpenedByTheTrustedKey: what a trusted key may sign it has not been
// granted, whatever grants come along.
func TestOpenedByTheTrustedKey(t *testing.T) {
	opened, err := newTrust(t).Open([]byte(wrap(licenseToken(document("acme", issued), acme), grantTo("acme", acme, root))), now)
	require.NoError(t, err)
	require.Nil(t, opened.Grant)
	opened, err = newTrust(t).Open([]byte(wrap(licenseToken(document("beta", issued), acme), grantTo("beta", acme, root))), now)
	require.NoError(t, err)
	require.Equal(t, "beta", opened.Grant.Owner)
}

// TestOpenedIsTheCallers: what Open returns shares no memory with what it got.
func TestOpenedIsTheCallers(t *testing.T) {
	envelope := []byte(viaGrant())
	opened, err := newTrust(t).Open(envelope, now)
	require.NoError(t, err)
	clear(envelope)
	require.Equal(t, document("acme", issued), string(opened.Document))
	require.Equal(t, public(partner), opened.Grant.Key)
}

// TestFoldedOwner: the owner's name is compared in lower case.
func TestFoldedOwner(t *testing.T) {
	opened, err := newTrust(t).Open([]byte(wrap(licenseToken(document("ACME-Labs", issued), acme))), now)
	require.NoError(t, err)
	require.Equal(t, "acme-labs", opened.License.Owner.Name)
}

func TestMessage(t *testing.T) {
	for _, test := range []struct{ name, message, text, url string }{
		{name: "none", message: `{}`},
		{name: "text", message: `{"text":"Pay <b>now</b> & 漢字"}`, text: "Pay <b>now</b> & 漢字"},
		{name: "500 characters", message: `{"text":"` + strings.Repeat("漢", 500) + `"}`, text: strings.Repeat("漢", 500)},
		{name: "501 characters", message: `{"text":"` + strings.Repeat("漢", 501) + `"}`, text: strings.Repeat("漢", 500)},
		{name: "control characters do not count", message: `{"text":"` + strings.Repeat(`\u0007`, 600) + `ring"}`, text: "ring"},
		{name: "line ends", message: `{"text":"a\nb\tc\u2028d"}`, text: "a b c d"},
		{name: "escape sequences", message: `{"text":"\u001b[31mred\u009b"}`, text: "[31mred"},
		{name: "direction of text", message: `{"text":"pay \u202e100\u2069"}`, text: "pay 100"},
		{name: "https", message: `{"url":"https://example.com:8443/a?b=c#d"}`, url: "https://example.com:8443/a?b=c#d"},
		{name: "HTTPS", message: `{"url":"HTTPS://example.com"}`, url: "HTTPS://example.com"},
		{name: "http", message: `{"url":"http://example.com"}`},
		{name: "javascript", message: `{"url":"javascript:alert(1)"}`},
		{name: "no host", message: `{"url":"https:///path"}`},
		{name: "a port and no host", message: `{"url":"https://:443/"}`},
		{name: "relative", message: `{"url":"//example.com"}`},
		{name: "opaque", message: `{"url":"https:example.com"}`},
		{name: "user information", message: `{"url":"https://bank.example@evil.example/"}`},
		{name: "a host that is not ASCII", message: `{"url":"https://exämple.com/"}`},
		{name: "a space", message: `{"url":"https://example.com/a b"}`},
		{name: "a line end", message: `{"url":"https://example.com/\r\nSet-Cookie:"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			envelope := replaceOnce(direct(), `{`, `{"message":`+test.message+`,`)
			opened, err := newTrust(t).Open([]byte(envelope), now)
			require.NoError(t, err)
			require.Equal(t, test.text, opened.Message)
			require.Equal(t, test.url, opened.MessageURL)
			inspected, err := signed.Inspect([]byte(envelope))
			require.NoError(t, err)
			require.Equal(t, test.text, inspected.Message)
			require.Equal(t, test.url, inspected.MessageURL)
		})
	}
}
