package license

import (
	"errors"
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

func TestIsShopURL(t *testing.T) {
	for _, test := range []struct {
		url string
		ok  bool
	}{
		{"https://a", true},
		{"HttpS://a.example/", true},
		{"https://a:", true},
		{"https://a:65536/", true},
		{"https://a.example:8443?q=/?:@!$&'()*+,;=-._~%0aZ#/?", true},
		{"https://a/b;c=d/..//%F0?#", true},
		{"https://%41_!/", true},
		{"https://192.0.2.1", true},
		{"https://999.0.2.1", true}, // not an IPv4 address, so it counts as a registered name
		{"https://[::1]", true},
		{"https://[2001:db8::192.0.2.1]:443/", true},
		{"https://[1:2:3:4:5:6:7::]", true},
		{"https://[v1F.a:b]", true},
		{"https://[V1.!]:1", true},

		{"", false},
		{"https", false},
		{"https:", false},
		{"https://", false},
		{"https:/a", false},
		{"https:///a", false},
		{"https://?q", false},
		{"https://#f", false},
		{"https://:1/", false},
		{"http://a", false},
		{"http\u017f://a", false},
		{"shttp://a", false}, // a scheme of the same length as https
		{"https://a/ 00", false},
		{"https://a/\x0100", false},
		{"https://a/%!0", false},
		{"https://a/%0!", false},
		{"https://a/%:0", false},
		{"https://a/%0/", false},
		{"httpss://a", false},
		{" https://a", false},
		{"https://a b", false},
		{"https://a/ ", false},
		{"https://a\x00", false},
		{"https://a\x7f", false},
		{"https://é", false},
		{"https://a/é", false},
		{"https://a?é", false},
		{"https://a#é", false},
		{"https://u@a", false},
		{"https://u:p@a", false},
		{"https://@a", false},
		{"https://a:b", false},
		{"https://a:1:2", false},
		{"https://a:-1", false},
		{`https://a\b`, false},
		{"https://a/%", false},
		{"https://a/%4", false},
		{"https://a/%4g", false},
		{"https://%g4", false},
		{"https://a/[", false},
		{"https://a?[]", false},
		{"https://a#b#c", false},
		{`https://a/"`, false},
		{"https://a/<>", false},
		{"https://a/^", false},
		{"https://a/`", false},
		{"https://a/{|}", false},
		{"https://[", false},
		{"https://[]", false},
		{"https://[::1", false},
		{"https://::1]", false},
		{"https://::1", false},
		{"https://a[::1]", false},
		{"https://[::1]a", false},
		{"https://[::1]:a", false},
		{"https://[192.0.2.1]", false},
		{"https://[fe80::1%25eth0]", false},
		{"https://[1:2:3:4:5:6:7:8::]", false},
		{"https://[12345::]", false},
		{"https://[v.a]", false},
		{"https://[vg.a]", false},
		{"https://[v1.]", false},
		{"https://[v1.a/]", false},
		{"https://[v1.%41]", false},
		{"https://[.a]", false},
	} {
		if got := isShopURL(test.url); got != test.ok {
			t.Errorf("%q: %v, want %v", test.url, got, test.ok)
		}
	}
}

// TestIsShopURLIsReadable: what passes, net/url reads too, except for hosts
// that it is stricter about, and it finds the host.
func TestIsShopURLIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "https://" + rapid.StringMatching(`[a-z0-9.:@\[\]]{0,8}[/?#]?[ -~é]{0,12}`).Draw(t, "rest")
		if !isShopURL(text) {
			return
		}
		u, err := url.Parse(text)
		if escape := url.EscapeError(""); errors.As(err, &escape) {
			return // RFC 3986 allows more escapes in a host than package url
		}
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			t.Fatalf("%q: %v %v", text, u, err)
		}
	})
}
