package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/source/online"
)

// The time-outs of the server. A host of a feed in production has TLS, logs
// and rate limits in front of it.
const (
	headerTimeout   = 5 * time.Second
	requestTimeout  = 30 * time.Second
	idleTimeout     = time.Minute
	shutdownTimeout = 5 * time.Second
)

// serve serves the feed from a folder until it is interrupted. The line with
// the address is printed once it accepts connections.
func (p program) serve(ctx context.Context, args []string) error {
	set := flags("serve")
	dir, addr, token := set.String("dir", "", ""), set.String("addr", "", ""), set.String("token", "", "")
	if err := parse(set, args, 0, "dir", "addr"); err != nil {
		return err
	}
	handler, err := feed(*dir, *token)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
	}
	if _, err := fmt.Fprintf(p.stdout, "serving %s on http://%s\n", *dir, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err = server.Shutdown(grace)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func feed(dir, token string) (http.Handler, error) {
	catalog, err := online.NewDirectory(dir)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return online.NewHandler(catalog)
	}
	digests := [][sha256.Size]byte{sha256.Sum256([]byte(token))}
	return online.NewHandler(catalog, online.WithTokens(
		func(context.Context, string, string) ([][sha256.Size]byte, error) { return digests, nil }))
}
