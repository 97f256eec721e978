package license

import (
	"net/netip"
	"strings"
)

// Characters of RFC 3986, beside letters and digits.
const (
	unreserved = "-._~"
	subDelims  = "!$&'()*+,;="
)

// isShopURL reports whether a text is an absolute https URL by RFC 3986, with a
// host and without user information. net/url would accept more, such as
// characters beyond ASCII.
func isShopURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !strings.EqualFold(scheme, "https") || len(scheme) != len("https") {
		return false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if !isAuthority(rest[:end]) {
		return false
	}
	rest, fragment, _ := strings.Cut(rest[end:], "#")
	path, query, _ := strings.Cut(rest, "?")
	return consistsOf(path, unreserved+subDelims+":@/", true) &&
		consistsOf(query, unreserved+subDelims+":@/?", true) &&
		consistsOf(fragment, unreserved+subDelims+":@/?", true)
}

// isAuthority reports whether a text is a host, optionally with a port.
func isAuthority(s string) bool {
	if literal, port, ok := strings.Cut(s, "]"); ok {
		return strings.HasPrefix(literal, "[") && isAddress(literal[1:]) && (port == "" || isPort(port))
	}
	host, port, ok := strings.Cut(s, ":")
	return host != "" && consistsOf(host, unreserved+subDelims, true) && (!ok || isPort(":"+port))
}

func isPort(s string) bool {
	return s[0] == ':' && strings.Trim(s[1:], "0123456789") == ""
}

// isAddress reports whether a text may stand between the brackets of a host: an
// IPv6 address without a zone, or an address of a later version.
func isAddress(s string) bool {
	if version, address, ok := strings.Cut(s, "."); ok && s[0]|0x20 == 'v' {
		return len(version) > 1 && strings.Trim(version[1:], "0123456789abcdefABCDEF") == "" &&
			address != "" && consistsOf(address, unreserved+subDelims+":", false)
	}
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is6() && address.Zone() == ""
}

// consistsOf reports whether a text has only ASCII letters, digits and the
// given characters and, if percent is true, percent-encoded bytes.
func consistsOf(s, others string, percent bool) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', isDigit(c), strings.IndexByte(others, c) >= 0:
		case c == '%' && percent && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
