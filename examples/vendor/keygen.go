package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/license/signed"
)

// keygen makes a key pair: NAME.jwk, which only its owner can read, or NAME.pem,
// which is encrypted, and NAME.pub.jwk.
func (p program) keygen(args []string) error {
	set := flags("keygen")
	out := set.String("out", "", "")
	force, encrypted := set.Bool("force", false, ""), set.Bool("encrypt", false, "")
	fd := set.Int("passphrase-fd", -1, "")
	if err := parse(set, args, 0, "out"); err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	publicJWK, err := signed.MarshalKey(public)
	if err != nil {
		return err
	}
	secret := output{name: *out + ".jwk", mode: privateMode}
	if *encrypted {
		secret.name = *out + ".pem"
		secret.data, err = p.encrypted(private, *fd)
	} else {
		secret.data, err = signed.MarshalKey(private)
		secret.data = append(secret.data, '\n')
	}
	if err != nil {
		return err
	}
	err = write(*force, secret,
		output{name: *out + ".pub.jwk", mode: publicMode, data: append(publicJWK, '\n')})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, signed.Thumbprint(public))
	return err
}

// encrypted returns a private key, encrypted with a pass phrase that is asked for
// twice on the terminal.
func (p program) encrypted(key ed25519.PrivateKey, fd int) ([]byte, error) {
	passphrase, err := p.passphrase("New pass phrase: ", fd)
	if err != nil {
		return nil, err
	}
	if fd < 0 {
		again, err := p.ask("Once more: ")
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(passphrase, again) || len(passphrase) == 0 {
			return nil, errors.New("the pass phrases differ, or are empty")
		}
	}
	return encrypt(key, passphrase)
}
