package main

import "github.com/seatwright/seatwright/license/signed"

// verify prints the license document of an envelope, exactly as it was signed,
// if it is authentic.
func (p program) verify(args []string) error {
	set := flags("verify")
	trustFile, stored := set.String("trust", "", ""), set.Bool("stored", false, "")
	now := instant{p.now()}
	set.Var(&now, "now", "")
	if err := parse(set, args, 1, "trust"); err != nil {
		return err
	}
	trust, err := p.trustOf(*trustFile)
	if err != nil {
		return err
	}
	envelope, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	open := func() (*signed.Opened, error) { return trust.Open(envelope, now.Time) }
	if *stored {
		open = func() (*signed.Opened, error) { return trust.Reopen(envelope) }
	}
	opened, err := open()
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(opened.Document)
	return err
}
