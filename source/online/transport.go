package online

import (
	"context"
	"net"
	"net/http"
	"net/url"
)

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// newTransport returns the transport for a client to which the host gave none.
// It does not keep connections: checks are hours apart. If a request failed on
// a kept connection, the transport would also send it again, uncounted.
func newTransport(dial dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: connected,
		DialContext:            endWithTry(dial),
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderLength,
		DisableKeepAlives:      true,
		DisableCompression:     true, // the client inflates the body itself, within limits of both sizes
	}
}

// connected keeps the status of a proxy that does not connect us. The transport
// would pass on only its words.
func connected(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{status: answer.StatusCode}
	}
	return nil
}

// tryKey is the key of a context that ends with a try, kept as a value of the
// try's own context. They are two, because closing a connection when a context
// ends makes an error of its own in addition to the context's.
type tryKey struct{}

// withTry returns the context of a try, and a function to call at its end.
func withTry(ctx context.Context) (context.Context, context.CancelFunc) {
	try, end := context.WithCancel(context.WithoutCancel(ctx))
	return context.WithValue(ctx, tryKey{}, try), end
}

// endWithTry makes dials, and the connections that they make, end with their
// try. A transport would otherwise go on dialing for later requests.
func endWithTry(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		try, ok := ctx.Value(tryKey{}).(context.Context)
		if !ok {
			return dial(ctx, network, address)
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(try, cancel)() //nolint:contextcheck // a dial ends with either of two contexts
		conn, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(try, func() { _ = conn.Close() }) //nolint:contextcheck // a connection ends with its try
		}
		return conn, err
	}
}
