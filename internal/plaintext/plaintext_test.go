package plaintext_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/internal/plaintext"
)

func TestClean(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{name: "nothing"},
		{name: "plain", text: "Pay <b>now</b> & 漢字", want: "Pay <b>now</b> & 漢字"},
		{name: "500 characters", text: strings.Repeat("漢", 500), want: strings.Repeat("漢", 500)},
		{name: "501 characters", text: strings.Repeat("漢", 501), want: strings.Repeat("漢", 500)},
		{name: "control characters do not count", text: strings.Repeat("\a", 600) + "ring", want: "ring"},
		{name: "white space", text: "a\r\nb\tc\u2028d\u0085e\u00a0f", want: "a  b c d e f"},
		{name: "escape sequences", text: "\x1b[31mred\u009b", want: "[31mred"},
		{name: "direction of text", text: "pay \u202e100\u2069", want: "pay 100"},
		{name: "not UTF-8", text: "a\xffb", want: "a\ufffdb"},
		{name: "NUL", text: "a\x00b", want: "ab"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, plaintext.Clean(test.text))
		})
	}
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkCleaned(t, string(rapid.SliceOf(rapid.Byte()).Draw(t, "text")))
	})
}

// FuzzClean: whatever a text is, it can be shown once it is cleaned, and it is
// handed on as a URL only if it is one that is safe to follow.
func FuzzClean(f *testing.F) {
	for _, text := range []string{
		"Pay <b>now</b> & 漢字", "a\r\nb\tc\u2028d\u0085e\u00a0f", "\x1b[31mred\u009b", "pay \u202e100\u2069", "a\xffb", strings.Repeat("漢", 501),
		"https://example.com:8443/a?b=c#d", "HTTPS://example.com", "https://bank.example@evil.example/", "https://:443/",
		"https:example.com", "https://[::1]/", "https://exämple.com/",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkCleaned(t, text)
		checkSecureURL(t, text)
	})
}

func checkCleaned(t require.TestingT, text string) {
	cleaned := plaintext.Clean(text)
	require.True(t, utf8.ValidString(cleaned))
	require.LessOrEqual(t, utf8.RuneCountInString(cleaned), plaintext.MaxLength)
	require.False(t, strings.ContainsFunc(cleaned, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.IsSpace(r) && r != ' '
	}))
	require.Equal(t, cleaned, plaintext.Clean(cleaned), "cleaning again changes nothing")
}

func TestSecureURL(t *testing.T) {
	for _, test := range []struct {
		name, url string
		dropped   bool
	}{
		{name: "https", url: "https://example.com:8443/a?b=c#d"},
		{name: "HTTPS", url: "HTTPS://example.com"},
		{name: "nothing", url: "", dropped: true},
		{name: "http", url: "http://example.com", dropped: true},
		{name: "javascript", url: "javascript:alert(1)", dropped: true},
		{name: "no host", url: "https:///path", dropped: true},
		{name: "a port and no host", url: "https://:443/", dropped: true},
		{name: "relative", url: "//example.com", dropped: true},
		{name: "opaque", url: "https:example.com", dropped: true},
		{name: "user information", url: "https://bank.example@evil.example/", dropped: true},
		{name: "a host that is not ASCII", url: "https://exämple.com/", dropped: true},
		{name: "a space", url: "https://example.com/a b", dropped: true},
		{name: "a line end", url: "https://example.com/\r\nSet-Cookie:", dropped: true},
		{name: "an escape that is none", url: "https://example.com/%zz", dropped: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := test.url
			if test.dropped {
				want = ""
			}
			require.Equal(t, want, plaintext.SecureURL(test.url))
		})
	}
}

// checkSecureURL: a URL is handed on as it came or not at all, and leads over
// https to a host that is named in plain sight.
func checkSecureURL(t require.TestingT, text string) {
	got := plaintext.SecureURL(text)
	if got == "" {
		return
	}
	require.Equal(t, text, got)
	require.Regexp(t, `^(?i:https)://[!-~]+$`, got)
	parsed, err := url.Parse(got)
	require.NoError(t, err)
	require.NotEmpty(t, parsed.Hostname())
	require.NotContains(t, parsed.Host, "@")
	require.Nil(t, parsed.User)
}
