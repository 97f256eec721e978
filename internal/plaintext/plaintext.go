// Package plaintext makes texts that nobody vouches for fit to be shown: the
// messages of envelopes and feeds, and what a feed says about a problem. See
// docs/spec/format.md and docs/spec/feed.md.
package plaintext

import (
	"net/url"
	"strings"
	"unicode"
)

// MaxLength is the number of characters that are kept of a text.
const MaxLength = 500

// Clean drops control characters and those that turn the direction of the text
// around them, makes all white space spaces, and cuts after [MaxLength]
// characters. The result is plain text in one line. Markup in it stays as it
// is, to be escaped wherever it is shown.
func Clean(text string) string {
	var b strings.Builder
	length := 0
	for _, r := range text {
		switch {
		case length == MaxLength:
			return b.String()
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		b.WriteRune(r)
		length++
	}
	return b.String()
}

// SecureURL returns the text if it is an absolute https URL with a host and
// without user information, in ASCII, and nothing otherwise.
func SecureURL(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil {
		return ""
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return text
}
