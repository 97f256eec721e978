package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/youmark/pkcs8"
	"golang.org/x/term"

	"github.com/seatwright/seatwright/license/signed"
)

const (
	encryptedPEM = "ENCRYPTED PRIVATE KEY"
	// maxPassphrase is the length of the longest pass phrase, in bytes.
	maxPassphrase = 1024
	saltSize      = 16
	iterations    = 600_000
)

// keyFlags are those of commands that sign.
type keyFlags struct {
	file string
	fd   int // where to read the pass phrase; negative for the terminal
}

func (k *keyFlags) flags(set *flag.FlagSet) {
	set.StringVar(&k.file, "key", "", "")
	set.IntVar(&k.fd, "passphrase-fd", -1, "")
}

// privateKey reads a private key, and its pass phrase if it is encrypted.
func (p program) privateKey(from keyFlags) (ed25519.PrivateKey, error) {
	data, err := p.read(from.file)
	if err != nil {
		return nil, err
	}
	var key ed25519.PrivateKey
	if block, rest := pem.Decode(data); block != nil && block.Type == encryptedPEM && len(bytes.TrimSpace(rest)) == 0 {
		key, err = p.decrypt(block.Bytes, from)
	} else {
		key, err = signed.ParsePrivateKey(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.file, err)
	}
	return key, nil
}

func (p program) decrypt(der []byte, from keyFlags) (ed25519.PrivateKey, error) {
	passphrase, err := p.passphrase("Pass phrase of "+from.file+": ", from.fd)
	if err != nil {
		return nil, err
	}
	parsed, _, err := pkcs8.ParsePrivateKey(der, passphrase)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("the pass phrase is wrong, or it is no Ed25519 key in PKCS #8")
	}
	return key, nil
}

// encrypt returns a private key as an encrypted PEM block.
func encrypt(key ed25519.PrivateKey, passphrase []byte) ([]byte, error) {
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, &pkcs8.Opts{
		Cipher:  pkcs8.AES256CBC,
		KDFOpts: pkcs8.PBKDF2Opts{SaltSize: saltSize, IterationCount: iterations, HMACHash: crypto.SHA256},
	})
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: encryptedPEM, Bytes: der}), nil
}

// passphrase reads a pass phrase, the first line of a file that is open already or
// of the terminal.
func (p program) passphrase(prompt string, fd int) ([]byte, error) {
	if fd < 0 {
		return p.ask(prompt)
	}
	file := os.NewFile(uintptr(fd), "pass phrase")
	if file == nil {
		return nil, fmt.Errorf("there is no open file %d for the pass phrase", fd)
	}
	line, err := bufio.NewReader(io.LimitReader(file, maxPassphrase)).ReadBytes('\n')
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return nil, errors.Join(errors.New("there is no pass phrase"), err)
	}
	return line, nil
}

// askTerminal asks on the terminal, whatever standard input is.
func askTerminal(prompt string) ([]byte, error) {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		terminal = os.Stdin // Windows has no /dev/tty
	}
	if !term.IsTerminal(int(terminal.Fd())) {
		return nil, errors.New("there is no terminal for the pass phrase; use -passphrase-fd")
	}
	if _, err := fmt.Fprint(os.Stderr, prompt); err != nil {
		return nil, err
	}
	line, err := term.ReadPassword(int(terminal.Fd()))
	_, _ = fmt.Fprintln(os.Stderr) // the terminal did not show the line end
	return line, err
}

// publicOf returns the public half of a key that was read.
func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}

func (p program) publicKey(name string) (ed25519.PublicKey, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	keys, err := signed.ParsePublicKeys(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("%s: holds %d keys, not one", name, len(keys))
	}
	return keys[0], nil
}
