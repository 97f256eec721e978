package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/license/issuing"
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
	data, err := p.readIfThere(*file)
	if err != nil {
		return err
	}
	tokens := online.Tokens{}
	if data != nil {
		if tokens, err = online.ParseTokens(data); err != nil {
			return err
		}
	}
	if *only {
		delete(tokens[*owner], *serial)
	}
	made := ""
	if *like != "" {
		if len(tokens[*owner][*like]) == 0 {
			return fmt.Errorf("%s has no token of %s", *file, issuing.Customer{Owner: *owner, Serial: *like})
		}
		tokens[*owner][*serial] = append(tokens[*owner][*serial], tokens[*owner][*like]...)
	} else {
		made = rand.Text()
		tokens.Add(*owner, *serial, made)
	}
	data, err = json.MarshalIndent(tokens, "", "  ")
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
