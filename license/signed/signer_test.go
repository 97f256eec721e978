package signed_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// device is a key that is out of reach, and what it does to signatures.
type device struct {
	public crypto.PublicKey
	sign   func(message []byte) ([]byte, error)
}

func (d device) Public() crypto.PublicKey { return d.public }

func (d device) Sign(_ io.Reader, message []byte, options crypto.SignerOpts) ([]byte, error) {
	if options.HashFunc() != 0 {
		return nil, errors.New("a digest was asked for")
	}
	return d.sign(message)
}

func deviceOf(key ed25519.PrivateKey) device {
	return device{key.Public(), func(message []byte) ([]byte, error) { return ed25519.Sign(key, message), nil }}
}

// TestSignersOutOfReach: a device makes the very bytes that its key makes.
func TestSignersOutOfReach(t *testing.T) {
	grant, err := goodGrant().Sign(root)
	require.NoError(t, err)
	ofDevice, err := goodGrant().Sign(deviceOf(root))
	require.NoError(t, err)
	require.Equal(t, grant, ofDevice)

	envelope, err := signed.Sign([]byte(document("acme", issued)), partner, grant)
	require.NoError(t, err)
	envelopeOfDevice, err := signed.Sign([]byte(document("acme", issued)), deviceOf(partner), grant)
	require.NoError(t, err)
	require.Equal(t, string(envelope), string(envelopeOfDevice))
	_, err = newTrust(t).Open(envelopeOfDevice, now)
	require.NoError(t, err)
}

func TestSignersThatCannotSign(t *testing.T) {
	broken := errors.New("the token is locked")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	noPoint := ed25519.PublicKey(make([]byte, 32))
	noPoint[0] = 2
	for _, test := range []struct {
		name   string
		signer crypto.Signer
		want   string
	}{
		{"none", nil, "signed: there is no signer"},
		{"of another kind", ec, "signed: the signer's key is not an Ed25519 key"},
		{"without a key", device{}, "signed: the signer's key is not an Ed25519 key"},
		{"of no point", device{public: noPoint}, "signed: the signer's key: the public key is not the one encoding of a point of the curve"},
		{"of another key", device{root.Public(), deviceOf(acme).sign}, "signed: sign a token: what the signer returned is no signature of its public key"},
		{"that fails", device{root.Public(), func([]byte) ([]byte, error) { return nil, broken }}, "signed: sign a token: the token is locked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			envelope, err := signed.Sign([]byte(document("acme", issued)), test.signer)
			require.Nil(t, envelope)
			require.EqualError(t, err, test.want)
			token, err := goodGrant().Sign(test.signer)
			require.Empty(t, token)
			require.EqualError(t, err, test.want)
		})
	}
	_, err = signed.Sign([]byte(document("acme", issued)), device{root.Public(), func([]byte) ([]byte, error) { return nil, broken }})
	require.ErrorIs(t, err, broken)
}

func TestOpenGrant(t *testing.T) {
	trust := newTrust(t)
	grant, err := trust.OpenGrant(grantTo("acme", partner, root))
	require.NoError(t, err)
	require.Equal(t, "acme", grant.Owner)
	require.Equal(t, public(partner), grant.Key)
	require.Equal(t, id(root), grant.Grantor)

	revoking, err := trust.Revoke(id(partner))
	require.NoError(t, err)
	for _, test := range []struct {
		name  string
		trust *signed.Trust
		grant string
		code  signed.Code
	}{
		{"of a key that may not grant", trust, grantTo("acme", partner, acme), signed.CodeOwnerNotGranted},
		{"of a key that may not grant anybody", trust, grantTo("acme", partner, anyNoGrant), signed.CodeOwnerNotGranted},
		{"of a granted key", trust, grantTo("acme", stranger, partner), signed.CodeUnknownKey},
		{"nobody's", nil, grantTo("acme", partner, root), signed.CodeUnknownKey},
		{"of a revoked grantor", trust, grantTo("acme", partner, revokedRoot), signed.CodeKeyRevoked},
		{"to a revoked key", revoking, grantTo("acme", partner, root), signed.CodeKeyRevoked},
		{"a license", trust, licenseToken(document("acme", issued), acme), signed.CodeUnsupportedType},
		{"no token", trust, "grant", signed.CodeMalformedToken},
		{"no grant", trust, grantToken(`{"owner":"acme"}`, root), signed.CodeMalformedToken},
		{"tampered with", trust, replaceOnce(grantTo("acme", partner, root), ".ey", ".eY"), signed.CodeBadSignature},
	} {
		t.Run(test.name, func(t *testing.T) {
			grant, err := test.trust.OpenGrant(test.grant)
			require.Nil(t, grant)
			requireCode(t, test.code, err)
		})
	}
}

func TestInspectGrant(t *testing.T) {
	said, err := signed.InspectGrant(grantTo("acme", partner, stranger))
	require.NoError(t, err)
	require.Equal(t, id(stranger), said.KeyID)
	require.JSONEq(t, grantPayload("acme", partner), string(said.Payload))
	_, err = signed.InspectGrant("grant")
	requireCode(t, signed.CodeMalformedToken, err)
}

// TestEnvelopeIsPutTogether: with another grant and a message, and the license as
// it was signed.
func TestEnvelopeIsPutTogether(t *testing.T) {
	parsed, err := signed.ParseEnvelope([]byte(wrap(licenseToken(document("acme", issued), partner), grantTo("beta", partner, root))))
	require.NoError(t, err)
	parsed.Grants = append(parsed.Grants, grantTo("acme", partner, root))
	parsed.Message, parsed.MessageURL = "Pay", "https://acme.example/pay"
	data, err := parsed.Marshal()
	require.NoError(t, err)
	opened, err := newTrust(t).Open(data, now)
	require.NoError(t, err)
	require.Equal(t, document("acme", issued), string(opened.Document))
	require.Equal(t, "Pay", opened.Message)
	require.Equal(t, "https://acme.example/pay", opened.MessageURL)
	again, err := signed.ParseEnvelope(data)
	require.NoError(t, err)
	require.Equal(t, parsed, again)
}

func TestEnvelopeThatNobodyWouldRead(t *testing.T) {
	const message = "signed: a message is one line of at most 500 printable characters, its link an absolute https URL"
	good := signed.Envelope{License: licenseToken(document("acme", issued), acme)}
	for _, test := range []struct {
		name   string
		change func(*signed.Envelope)
		want   string
	}{
		{"two lines", func(e *signed.Envelope) { e.Message = "a\nb" }, message},
		{"a link without TLS", func(e *signed.Envelope) { e.MessageURL = "http://acme.example" }, message},
		{"no license", func(e *signed.Envelope) { e.License = "" }, "signed license: malformed-token: the license does not have the three parts of a compact JWS"},
		{"a license for a grant", func(e *signed.Envelope) { e.Grants = []string{e.License} }, "signed license: unsupported-type: grant 1 is not of the type seatwright-key+jws"},
		{"too many grants", func(e *signed.Envelope) { e.Grants = make([]string, 17) }, "signed license: not-a-document: 17 grants, at most 16 are read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			envelope := good
			test.change(&envelope)
			data, err := envelope.Marshal()
			require.Nil(t, data)
			require.EqualError(t, err, test.want)
		})
	}
	_, err := signed.ParseEnvelope([]byte(`{"keys":[]}`))
	requireCode(t, signed.CodeNotADocument, err)
}
