package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// The time-outs of the server. TLS and logs of requests are for what stands in
// front of it.
const (
	headerTimeout   = 5 * time.Second
	requestTimeout  = time.Minute
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "crm:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. The line with the address is printed once
// it accepts connections.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	config, err := parse(args, os.Getenv, stderr)
	if err != nil {
		return err
	}
	config.Logger = slog.New(slog.NewTextHandler(stderr, nil))
	config.Clock, config.PasswordCost = time.Now, bcrypt.DefaultCost
	db, err := open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := New(ctx, config, db)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Addr)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(stdout, link(stdout, "http://"+listener.Addr().String()+"/")); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, s, listener)
}

// link is an address as a terminal shows one that can be clicked, where there is a
// terminal.
func link(to io.Writer, address string) string {
	if file, ok := to.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return "\x1b]8;;" + address + "\x1b\\" + address + "\x1b]8;;\x1b\\"
		}
	}
	return address
}

// serve ends when the context does: it stops taking requests, lets those under
// way end, then the work in the background.
func serve(ctx context.Context, s *Server, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
	}
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	background := make(chan error, 1)
	go func() { background <- s.Run(work) }()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	var err error
	select {
	case err = <-failed:
	case err = <-background:
		background <- nil
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err = errors.Join(err, server.Shutdown(grace))
	end()
	if ended := <-background; !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, ended)
	}
	return err
}
