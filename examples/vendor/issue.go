package main

import (
	"bytes"
	"strings"

	"github.com/seatwright/seatwright/license/signed"
)

// grant lets a partner's key sign for an owner, for a time.
func (p program) grant(args []string) error {
	set := flags("grant")
	keyFile, owner, partner := set.String("key", "", ""), set.String("owner", "", ""), set.String("for", "", "")
	from, to := set.String("from", "", ""), set.String("to", "", "")
	out, force := set.String("out", "", ""), set.Bool("force", false, "")
	if err := parse(set, args, 0, "key", "owner", "for", "from", "to"); err != nil {
		return err
	}
	notBefore, err := instant("grant", "from", *from)
	if err != nil {
		return err
	}
	notAfter, err := instant("grant", "to", *to)
	if err != nil {
		return err
	}
	root, err := p.privateKey(*keyFile)
	if err != nil {
		return err
	}
	key, err := p.publicKey(*partner)
	if err != nil {
		return err
	}
	g := signed.Grant{Owner: *owner, Key: key, NotBefore: notBefore, NotAfter: notAfter, IssuedAt: p.now()}
	token, err := g.Sign(root)
	if err != nil {
		return err
	}
	return p.deliver(*out, *force, []byte(token+"\n"))
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// issue checks a license document and signs it, byte for byte as it is.
func (p program) issue(args []string) error {
	set := flags("issue")
	keyFile, out, force := set.String("key", "", ""), set.String("out", "", ""), set.Bool("force", false, "")
	var grants list
	set.Var(&grants, "grant", "")
	if err := parse(set, args, 1, "key"); err != nil {
		return err
	}
	document, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	key, err := p.privateKey(*keyFile)
	if err != nil {
		return err
	}
	tokens := make([]string, len(grants))
	for i, name := range grants {
		token, err := p.read(name)
		if err != nil {
			return err
		}
		tokens[i] = string(bytes.TrimSpace(token))
	}
	envelope, err := signed.Sign(document, key, tokens...)
	if err != nil {
		return err
	}
	return p.deliver(*out, *force, append(envelope, '\n'))
}
