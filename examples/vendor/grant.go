package main

import "github.com/seatwright/seatwright/license/signed"

// grant lets a partner's key sign for an owner, for a time.
func (p program) grant(args []string) error {
	set := flags("grant")
	var from keyFlags
	from.flags(set)
	owner, partner := set.String("owner", "", ""), set.String("for", "", "")
	var begins, ends instant
	set.Var(&begins, "from", "")
	set.Var(&ends, "to", "")
	trustFile, out, force := set.String("trust", "", ""), set.String("out", "", ""), set.Bool("force", false, "")
	if err := parse(set, args, 0, "key", "owner", "for", "from", "to"); err != nil {
		return err
	}
	root, err := p.privateKey(from)
	if err != nil {
		return err
	}
	key, err := p.publicKey(*partner)
	if err != nil {
		return err
	}
	g := signed.Grant{Owner: *owner, Key: key, NotBefore: begins.Time, NotAfter: ends.Time, IssuedAt: p.now()}
	token, err := g.Sign(root)
	if err != nil {
		return err
	}
	if *trustFile != "" {
		trust, err := p.trustOf(*trustFile)
		if err != nil {
			return err
		}
		if _, err := trust.OpenGrant(token); err != nil {
			return err
		}
	}
	return p.deliver(*out, *force, []byte(token+"\n"))
}
