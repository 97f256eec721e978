// Package mistaken tells what a file is that was taken for a signed license, so
// that who has sent or loaded it knows what to do. Nothing is decided by it: it
// is asked about what has been refused already. See docs/spec/format.md, What
// else a file may be.
package mistaken

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// The words of Name, each a sentence that goes on after "this is".
const (
	empty       = "an empty file; get the license file once more"
	utf16Name   = "a file in UTF-16; save it in UTF-8, or use the file as it came"
	page        = "a page of HTML, perhaps of a proxy or a sign-in; get the license file once more"
	packed      = "a packed file; unpack it and use the license file in it"
	pdf         = "a PDF file; use the license file that came with it"
	keygenFile  = "a license or machine file of Keygen, which is opened as such"
	privateKey  = "a private key, which stays with whoever signs; use the license that was signed with it"
	publicKey   = "a public key; use the license that was signed with it"
	keyFile     = "a file of keys; use the license that was signed with one of them"
	otherPEM    = "a certificate or another file in PEM; use the license file"
	token       = "a token without its envelope; use the whole license file"
	unsigned    = "a license document that nobody has signed; use what its owner has made of it"
	feedStatus  = "an answer of a license feed, and not the license; use the license file"
	mailEncoded = "a file that is still encoded for mail; save the attachment once more"
	wrapped     = "a license file whose lines were broken, as by a mail program; have it sent as an attachment"
	cutOff      = "a file that ends too early; get it once more, as a whole"
)

// Name says what the file is, and what to do, in words that go on after "this
// is". They hold nothing of the file. It returns the empty string for what it
// does not know, and for an envelope.
func Name(file []byte) string {
	for _, begin := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(file, []byte(begin)) {
			return utf16Name
		}
	}
	text := bytes.TrimSpace(strictjson.TrimMark(file))
	switch {
	case len(text) == 0:
		return empty
	case isWideText(text):
		return utf16Name
	case IsPage(text):
		return page
	case bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return namePEM(text)
	case text[0] == '{':
		return nameObject(text)
	}
	return nameOther(text)
}

// IsEnvelope reports whether a file has the form of an envelope: one JSON object
// whose member license is a text. It may still be refused.
func IsEnvelope(file []byte) bool {
	members := objectOf(strictjson.TrimMark(file))
	var license string
	return json.Unmarshal(members["license"], &license) == nil && license != ""
}

// IsPage reports whether a file begins as a page of HTML does.
func IsPage(file []byte) bool {
	const longest = len("<!doctype html")
	text := bytes.TrimSpace(strictjson.TrimMark(file))
	begin := strings.ToLower(string(text[:min(len(text), longest)]))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<!--", "<script", "<meta"} {
		if strings.HasPrefix(begin, tag) {
			return true
		}
	}
	return false
}

// isWideText finds ASCII in UTF-16 without a byte order mark: every other byte
// of its beginning is 0.
func isWideText(text []byte) bool {
	const sample = 16
	for offset := range 2 {
		zeros := 0
		for i := offset; i < min(len(text), sample); i += 2 {
			if text[i] == 0 {
				zeros++
			}
		}
		if zeros >= 4 && zeros >= min(len(text), sample)/2-1 {
			return true
		}
	}
	return false
}

func namePEM(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case bytes.Contains(line, []byte(" FILE-----")):
		return keygenFile
	case bytes.Contains(line, []byte("PRIVATE KEY-----")):
		return privateKey
	case bytes.Contains(line, []byte("PUBLIC KEY-----")):
		return publicKey
	}
	return otherPEM
}

// nameObject tells JSON objects apart by their members.
func nameObject(text []byte) string {
	members := objectOf(text)
	has := func(name string) bool { return members[name] != nil }
	switch {
	case members == nil:
		return nameBroken(text)
	case has("license"):
		return ""
	case has("kty") && has("d"):
		return privateKey
	case has("kty"):
		return publicKey
	case has("keys"):
		return keyFile
	case has("licensee") && (has("owner") || has("modules")):
		return unsigned
	case has("status"):
		return feedStatus
	}
	return ""
}

// nameBroken tells how an object was broken that can't be read.
func nameBroken(text []byte) string {
	if IsEnvelope(joined(text)) {
		return wrapped
	}
	if text[len(text)-1] != '}' {
		return cutOff
	}
	return ""
}

// joined undoes the breaking of lines, that of quoted-printable included.
func joined(text []byte) []byte {
	lines := bytes.Split(text, []byte("\n"))
	for i, line := range lines {
		line = bytes.TrimSuffix(line, []byte("\r"))
		line = bytes.TrimPrefix(line, []byte("> ")) // a mail program quotes lines so
		lines[i] = bytes.TrimSuffix(line, []byte("="))
	}
	return bytes.Join(lines, nil)
}

// nameOther tells files apart that are neither JSON nor PEM.
func nameOther(text []byte) string {
	for _, known := range []struct{ begin, name string }{
		{"PK\x03\x04", packed}, {"\x1f\x8b", packed}, {"7z\xbc\xaf", packed}, {"Rar!", packed}, {"%PDF-", pdf},
	} {
		if bytes.HasPrefix(text, []byte(known.begin)) {
			return known.name
		}
	}
	if bytes.HasPrefix(text, []byte("eyJ")) && bytes.Count(text, []byte(".")) == 2 {
		return token
	}
	if decoded, err := base64.StdEncoding.DecodeString(string(text)); err == nil && IsEnvelope(decoded) {
		return mailEncoded
	}
	if IsEnvelope(joined(text)) { // also if each line begins with a sign of quoting
		return wrapped
	}
	return ""
}

// objectOf returns the members of a JSON object, nil for anything else.
func objectOf(text []byte) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return nil
	}
	return members
}
