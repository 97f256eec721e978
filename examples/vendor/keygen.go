package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"github.com/seatwright/seatwright/license/signed"
)

// keygen makes a key pair: NAME.jwk, which only its owner can read, and
// NAME.pub.jwk.
func (p program) keygen(args []string) error {
	set := flags("keygen")
	out := set.String("out", "", "")
	force := set.Bool("force", false, "")
	if err := parse(set, args, 0, "out"); err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	privateJWK, err := signed.MarshalKey(private)
	if err != nil {
		return err
	}
	publicJWK, err := signed.MarshalKey(public)
	if err != nil {
		return err
	}
	err = write(*force,
		output{name: *out + ".jwk", mode: privateMode, data: append(privateJWK, '\n')},
		output{name: *out + ".pub.jwk", mode: publicMode, data: append(publicJWK, '\n')})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, signed.Thumbprint(public))
	return err
}
