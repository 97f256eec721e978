package mistaken

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const envelope = `{"license":"eyJhbGciOiJFZERTQSJ9.eyJvd25lciI6e319.c2lnbmF0dXJl","message":{"text":"Hello"}}`

func inUTF16(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		low, high := byte(unit), byte(unit>>8)
		if big {
			low, high = high, low
		}
		b.WriteByte(low)
		b.WriteByte(high)
	}
	return b.String()
}

// broken has its lines broken after so many characters.
func broken(text string, after int, with string) string {
	var b strings.Builder
	for len(text) > after {
		b.WriteString(text[:after] + with)
		text = text[after:]
	}
	return b.String() + text
}

func TestName(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"an envelope", envelope, ""},
		{"an envelope with a byte order mark", "\ufeff\r\n" + envelope, ""},
		{"an envelope with another member", `{"license":"a.b.c","extra":1}`, ""},
		{"nothing", "", empty},
		{"white space", " \r\n", empty},
		{"a byte order mark", "\ufeff", empty},
		{"UTF-16, as Windows saves it", "\xff\xfe" + inUTF16(envelope, false), utf16Name},
		{"UTF-16, big end first", "\xfe\xff" + inUTF16(envelope, true), utf16Name},
		{"UTF-16 without a mark", inUTF16(envelope, false), utf16Name},
		{"UTF-16 without a mark, big end first", inUTF16(envelope, true), utf16Name},
		{"some NULs", "a\x00b\x00cdefghijklmnopq", ""},
		{"a page", "<!DOCTYPE html>\n<html><title>Sign in</title>", page},
		{"a page without doctype", "\ufeff \n<HTML lang=en>", page},
		{"a page that begins with a comment", "<!-- a proxy --><html>", page},
		{"XML", `<?xml version="1.0"?><license/>`, ""},
		{"ZIP", "PK\x03\x04rest", packed},
		{"gzip", "\x1f\x8b\x08rest", packed},
		{"PDF", "%PDF-1.7\n", pdf},
		{"a license file of Keygen", "-----BEGIN LICENSE FILE-----\neyJ9\n-----END LICENSE FILE-----\n", keygenFile},
		{"a machine file of Keygen", "-----BEGIN MACHINE FILE-----\n", keygenFile},
		{"a private key in PEM", "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n", privateKey},
		{"an encrypted private key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", privateKey},
		{"a public key in PEM", "-----BEGIN PUBLIC KEY-----\nMCo=\n", publicKey},
		{"a certificate", "-----BEGIN CERTIFICATE-----\nMII=\n", otherPEM},
		{"a private key as JWK", `{"kty":"OKP","crv":"Ed25519","x":"eA","d":"ZA"}`, privateKey},
		{"a public key as JWK", `{"kty":"OKP","crv":"Ed25519","x":"eA"}`, publicKey},
		{"a JWK Set or a trust file", `{"keys":[{"kty":"OKP"}]}`, keyFile},
		{"a license document", `{"owner":{"name":"acme"},"licensee":{"company":"x","serial":"1"},"modules":[]}`, unsigned},
		{"a status", `{"status":"current"}`, feedStatus},
		{"a token", "eyJhbGciOiJFZERTQSJ9.eyJvd25lciI6e319.c2ln\n", token},
		{"another object", `{"a":1}`, ""},
		{"a list", `[1]`, ""},
		{"a text", `hello`, ""},
		{"cut off", envelope[:40], cutOff},
		{"wrapped", broken(envelope, 30, "\r\n"), wrapped},
		{"quoted-printable", broken(envelope, 30, "=\r\n"), wrapped},
		{"a reply", "> " + broken(envelope, 30, "\n> "), wrapped},
		{"base64, as mail has it", broken(base64.StdEncoding.EncodeToString([]byte(envelope)), 76, "\r\n"), mailEncoded},
		{"base64 of something else", base64.StdEncoding.EncodeToString([]byte("hello")), ""},
		{"a broken object", `{"license":"x",}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, Name([]byte(test.file)))
		})
	}
}

func TestIsEnvelope(t *testing.T) {
	for file, want := range map[string]bool{
		envelope: true, "\ufeff" + envelope: true, " " + envelope + "\n": true,
		"": false, "{}": false, `{"license":""}`: false, `{"license":{}}`: false, `{"license":null}`: false,
		`["license"]`: false, envelope + "x": false, `{"License":"x"}`: false,
	} {
		require.Equal(t, want, IsEnvelope([]byte(file)), file)
	}
}

// FuzzName: whatever the file, the words are ours, nothing is changed, and an
// envelope is never called anything else.
func FuzzName(f *testing.F) {
	for _, file := range []string{
		envelope, "", "\xff\xfe", "{", "<html>", "-----BEGIN ", "eyJ..", "PK\x03\x04", broken(envelope, 9, "\n"), inUTF16("{}", true),
	} {
		f.Add([]byte(file))
	}
	known := map[string]bool{"": true}
	for _, name := range []string{
		empty, utf16Name, page, packed, pdf, keygenFile, privateKey, publicKey, keyFile, otherPEM, token, unsigned,
		feedStatus, mailEncoded, wrapped, cutOff,
	} {
		known[name] = true
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		before := string(file)
		name := Name(file)
		require.True(t, known[name], name)
		require.True(t, utf8.ValidString(name))
		if IsEnvelope(file) {
			require.Empty(t, name)
			require.False(t, IsPage(file))
		}
		require.Equal(t, before, string(file))
	})
}
