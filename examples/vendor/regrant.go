package main

import (
	"bytes"

	"github.com/seatwright/seatwright/license/issuing"
)

// regrant adds grants to envelopes, whose licenses stay as they were signed.
func (p program) regrant(args []string) error {
	set := flags("regrant")
	trustFile, out := set.String("trust", "", ""), set.String("out", "", "")
	inPlace, force := set.Bool("in-place", false, ""), set.Bool("force", false, "")
	var grantFiles list
	set.Var(&grantFiles, "grant", "")
	if err := parse(set, args, anyNumber, "grant", "trust"); err != nil {
		return err
	}
	if set.NArg() == 0 || (!*inPlace && set.NArg() > 1) || (*inPlace && *out != "") {
		return &usageError{"regrant takes one envelope, or any number with -in-place and without -out"}
	}
	trust, err := p.trustOf(*trustFile)
	if err != nil {
		return err
	}
	grants, err := p.grantsIn(grantFiles)
	if err != nil {
		return err
	}
	var outputs []output
	for _, name := range set.Args() {
		envelope, err := p.read(name)
		if err != nil {
			return err
		}
		if envelope, err = issuing.Regrant(envelope, grants, trust, p.now()); err != nil {
			return slipsOf(name, err)
		}
		outputs = append(outputs, output{name: name, mode: publicMode, data: append(envelope, '\n')})
	}
	if *inPlace {
		return write(true, outputs...)
	}
	return p.deliver(*out, *force, outputs[0].data)
}

// grantsIn reads files of grants.
func (p program) grantsIn(files []string) ([]string, error) {
	grants := make([]string, len(files))
	for i, name := range files {
		token, err := p.read(name)
		if err != nil {
			return nil, err
		}
		grants[i] = string(bytes.TrimSpace(token))
	}
	return grants, nil
}
