package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seatwright/seatwright/source/online"
)

// token makes a token for a customer, or lets the tokens of one serial count for
// another. The file has digests only; the token is printed once.
func (p program) token(args []string) error {
	set := flags("token")
	file, owner, serial := set.String("tokens", "", ""), set.String("owner", "", ""), set.String("serial", "", "")
	like, only := set.String("like", "", ""), set.Bool("only", false, "")
	if err := parse(set, args, 0, "tokens", "owner", "serial"); err != nil {
		return err
	}
	tokens, err := p.tokensIn(*file)
	if err != nil {
		return err
	}
	if *only {
		delete(tokens[*owner], *serial)
	}
	made := ""
	if *like != "" {
		if len(tokens[*owner][*like]) == 0 {
			return fmt.Errorf("%s has no token of %s", *file, customer{*owner, *like})
		}
		tokens[*owner][*serial] = append(tokens[*owner][*serial], tokens[*owner][*like]...)
	} else {
		made = rand.Text()
		tokens.Add(*owner, *serial, made)
	}
	data, err := json.MarshalIndent(tokens, "", "  ")
	if err != nil {
		return err
	}
	if _, err := online.ParseTokens(data); err != nil {
		return err
	}
	if err := write(true, output{name: *file, mode: publicMode, data: append(data, '\n')}); err != nil || made == "" {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, made)
	return err
}

// tokensIn reads a file of tokens. One that is not there is empty.
func (p program) tokensIn(name string) (online.Tokens, error) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return online.Tokens{}, nil
	}
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	return online.ParseTokens(data)
}
