package online

import (
	"context"
	"net"
	"net/http"
	"net/url"
)

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// newTransport returns the transport of a client without one of its host's.
// Connections are not kept: checks are hours apart, and a request that dies on a
// kept connection would be sent again by the transport, beside our own count.
func newTransport(dial dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: connected,
		DialContext:            endWithTry(dial),
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderLength,
		DisableKeepAlives:      true,
		DisableCompression:     true, // the body is inflated where both its sizes are limited
	}
}

// connected keeps the status of a proxy that does not connect us, of which the
// transport by itself hands on the words alone.
func connected(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{status: answer.StatusCode}
	}
	return nil
}

// tryKey is the key of a context that ends with a try, as a value of that of the
// try. They are two, because a connection that is closed when a context ends
// would make an error of its own, beside that of the context.
type tryKey struct{}

// withTry returns the context of a try, and the function to call at its end.
func withTry(ctx context.Context) (context.Context, context.CancelFunc) {
	try, end := context.WithCancel(context.WithoutCancel(ctx))
	return context.WithValue(ctx, tryKey{}, try), end
}

// endWithTry makes dials, and the connections that they make, end with their
// try. By itself, a transport goes on dialing and shaking hands after that, for
// requests yet to come.
func endWithTry(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		try, ok := ctx.Value(tryKey{}).(context.Context)
		if !ok {
			return dial(ctx, network, address)
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(try, cancel)() //nolint:contextcheck // two contexts are the point
		conn, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(try, func() { _ = conn.Close() }) //nolint:contextcheck // two contexts are the point
		}
		return conn, err
	}
}
