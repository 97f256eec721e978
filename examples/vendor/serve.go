package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/license/issuing"
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
	dir, addr := set.String("dir", "", ""), set.String("addr", "", "")
	token, tokens := set.String("token", "", ""), set.String("tokens", "", "")
	if err := parse(set, args, 0, "dir", "addr"); err != nil {
		return err
	}
	if *token != "" && *tokens != "" {
		return &usageError{"serve: -token is one for all, -tokens a file of those of each"}
	}
	handler, err := p.handler(*dir, *token, *tokens)
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

// handler returns the feed of a folder. Answers are logged on standard error, a
// line of JSON each.
func (p program) handler(dir, token, tokens string) (http.Handler, error) {
	catalog, err := online.NewFolder(dir)
	if err != nil {
		return nil, err
	}
	log := slog.NewJSONHandler(p.stderr, nil)
	options := []online.HandlerOption{
		online.WithCheck(isOf),
		online.WithObserver(func(ctx context.Context, served online.Served) { p.logServed(ctx, log, served) }),
	}
	switch {
	case token != "":
		digests := [][sha256.Size]byte{sha256.Sum256([]byte(token))}
		options = append(options, online.WithTokens(
			func(context.Context, string, string) ([][sha256.Size]byte, error) { return digests, nil }))
	case tokens != "":
		file, err := online.NewTokenFile(tokens)
		if err != nil {
			return nil, err
		}
		options = append(options, online.WithTokens(file.Digests))
	}
	return online.NewHandler(catalog, options...)
}

// isOf refuses an envelope that is not of the customer whose file it lies in.
func isOf(owner, serial string, envelope []byte) error {
	l, err := issuing.Read(envelope)
	if err != nil {
		return err
	}
	if issuing.CustomerOf(l) != (issuing.Customer{Owner: owner, Serial: serial}) {
		return errOther
	}
	return nil
}

// logServed writes a line of the log.
func (p program) logServed(ctx context.Context, log slog.Handler, served online.Served) {
	line := slog.NewRecord(p.now(), slog.LevelInfo, "served", 0)
	line.AddAttrs(slog.String("owner", served.Owner), slog.String("serial", served.Serial),
		slog.Int64("have", served.Have), slog.Int("status", served.Status))
	if served.ETag != "" {
		line.AddAttrs(slog.String("etag", served.ETag))
	}
	if served.Err != nil {
		line.Level = slog.LevelError
		line.AddAttrs(slog.String("error", served.Err.Error()))
	}
	_ = log.Handle(ctx, line) // there is nobody left to tell
}
