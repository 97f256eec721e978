package online

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A network in memory, for tests in a bubble of testing/synctest, where a real
// one would stop the fake clock.

const (
	plainFeed = "http://127.0.0.1"     // where most cases have their feed
	tlsFeed   = "https://feed.example" // where TLS matters
)

// network is what answers at an address, host:port.
type network map[string]func(net.Conn)

func (n network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	serve, ok := n[strings.ToLower(address)]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	if serve == nil { // nobody answers
		<-ctx.Done()
		return nil, ctx.Err()
	}
	client, server := net.Pipe()
	go serve(server)
	return client, nil
}

// transport is the one that a client has by itself, in this network.
func (n network) transport() *http.Transport {
	transport := newTransport(func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout) // as the dialer of a client does
		defer cancel()
		return n.dial(ctx, network, address)
	})
	transport.Proxy = nil
	roots := x509.NewCertPool()
	roots.AddCert(certificate().Leaf)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}
	return transport
}

// serveHTTP serves one connection.
func serveHTTP(handler http.HandlerFunc) func(net.Conn) {
	return func(conn net.Conn) {
		server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Hour}
		_ = server.Serve(&oneConn{conn: conn}) // io.EOF, from the second Accept
	}
}

// serveTLS puts TLS under what serves a connection.
func serveTLS(serve func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		serve(tls.Server(conn, &tls.Config{
			Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS13,
		}))
	}
}

// serveRaw reads the head of a request and answers with bytes; then it hangs up.
func serveRaw(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		if _, err := conn.Read(make([]byte, 4096)); err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer)
	}
}

// serveNothing takes whatever comes and never answers.
func serveNothing(conn net.Conn) {
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
}

type oneConn struct {
	once sync.Once
	conn net.Conn
}

func (l *oneConn) Accept() (conn net.Conn, err error) {
	err = io.EOF
	l.once.Do(func() { conn, err = l.conn, nil })
	return conn, err
}

func (l *oneConn) Close() error { return nil }

func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

// certificate returns that of all hosts below example, valid whatever the year.
var certificate = sync.OnceValue(func() tls.Certificate {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2190, 1, 1, 0, 0, 0, 0, time.UTC),
		DNSNames:     []string{"feed.example", "sub.feed.example", "other.example"},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
})

// newTestClient returns a client in a network whose jitter is half of what it
// may be.
func newTestClient(t *testing.T, base string, network network, options ...Option) *Client {
	t.Helper()
	client, err := New(base, append(options, WithHTTPClient(&http.Client{Transport: network.transport()}))...)
	require.NoError(t, err)
	client.random = func(limit time.Duration) time.Duration { return limit / 2 }
	return client
}
