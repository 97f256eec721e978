package online

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// MaxRedirects is how many redirects a client follows in one try.
const MaxRedirects = 5

// redirectError tells why a redirect is not followed.
type redirectError string

func (e redirectError) Error() string { return string(e) }

// exchange sends the request and follows redirects. It does not leave that to
// http.Client, which would send the token to other ports and to subdomains.
func (c *Client) exchange(ctx context.Context, address *url.URL, etag string) (*http.Response, error) {
	token := c.token
	for redirects := 0; ; redirects++ {
		request := c.newRequest(ctx, address, etag, token)
		response, err := c.transport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		location := redirectOf(response)
		if location == "" {
			return response, nil
		}
		_ = response.Body.Close()
		if redirects == MaxRedirects {
			return nil, redirectError("the feed redirects more than " + strconv.Itoa(MaxRedirects) + " times")
		}
		if address, err = c.follow(address, location); err != nil {
			return nil, err
		}
		if !sameHost(address, c.base) {
			token = "" // and stays empty, even if the other host redirects back to the feed
		}
	}
}

func (c *Client) newRequest(ctx context.Context, address *url.URL, etag, token string) *http.Request {
	header := http.Header{}
	header.Set("Accept", EnvelopeType+", "+StatusType+", "+problemType)
	header.Set("Accept-Encoding", "gzip")
	header.Set("User-Agent", c.userAgent)
	if etag != "" {
		header.Set("If-None-Match", etag)
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	request := &http.Request{
		Method: http.MethodGet, URL: address, Host: address.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	return request.WithContext(ctx)
}

// redirectOf returns the target of a redirect, or the empty string.
func redirectOf(response *http.Response) string {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return response.Header.Get("Location")
	}
	return ""
}

// follow returns the address of a redirect. Only a feed that is itself http on
// a loopback host may redirect to http, and only to a loopback host.
func (c *Client) follow(from *url.URL, location string) (*url.URL, error) {
	address, err := from.Parse(location)
	if err != nil || address.Hostname() == "" || address.User != nil {
		return nil, redirectError("the feed redirects to something that is not an address")
	}
	if address.Scheme != "https" && (!isLoopbackHTTP(address) || from.Scheme != "http") {
		return nil, redirectError("the feed redirects to an address that is not https, perhaps that of a sign-in")
	}
	address.Fragment, address.RawFragment = "", ""
	return address, nil
}

// isTimeout reports whether an error is a timeout.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}
