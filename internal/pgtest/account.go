package pgtest

import (
	"context"
	"errors"
	"net"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// Unprivileged returns the first of the accounts that is there, to run a server as,
// where this process has the rights that the server refuses.
func Unprivileged(accounts ...string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range accounts {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("no account to run the server as: it refuses root")
}

// FreePort returns a port of this machine that nobody listens at.
func FreePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()                          //nolint:errcheck // it is not used any more
	return listener.Addr().(*net.TCPAddr).Port, nil //nolint:errcheck // a TCP listener has such an address
}
