package online

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/source"
)

// parseBase reads the address of a feed. Its errors contain no part of it,
// because a mistaken address may contain a password.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Host == "" || base.Hostname() == "":
		return nil, errors.New("the address of the feed is not an absolute URL")
	case base.Scheme != "https" && !isLoopbackHTTP(base):
		return nil, errors.New("the address of the feed is not https, nor http on a loopback host")
	case base.User != nil:
		return nil, errors.New("the address of the feed holds a user name; a token is passed with WithToken")
	case base.RawQuery != "" || base.ForceQuery || strings.Contains(text, "#"):
		return nil, errors.New("the address of the feed has a query or a fragment")
	}
	if base.Path == "" {
		base.Path = "/" // or joined paths would not begin with a slash
	}
	return base, nil
}

// isLoopbackHTTP reports whether an address is http on this machine, where
// nobody else listens.
func isLoopbackHTTP(address *url.URL) bool {
	if address.Scheme != "http" {
		return false
	}
	host := strings.ToLower(address.Hostname())
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// addressOf returns the address to ask for a request.
func addressOf(base *url.URL, request source.Request) (*url.URL, error) {
	if request.Serial == "." || request.Serial == ".." {
		// Servers and proxies take these for a step of a path, however they
		// are encoded.
		return nil, &source.RequestError{Field: "Serial", Problem: "can't be part of an address"}
	}
	address := base.JoinPath("licenses", request.Owner, url.PathEscape(request.Serial))
	address.RawQuery = "have=" + strconv.FormatInt(request.Have, 10)
	return address, nil
}

// sameHost reports whether two addresses belong to one server, so that a secret
// for one may be sent to the other.
func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(address *url.URL) string {
	switch {
	case address.Port() != "":
		return address.Port()
	case address.Scheme == "https":
		return "443"
	}
	return "80"
}
