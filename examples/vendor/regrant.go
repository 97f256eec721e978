package main

import (
	"bytes"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license/signed"
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
		envelope, err := p.regranted(name, grants, trust)
		if err != nil {
			return asSlips(err).at(inOneLine(name))
		}
		outputs = append(outputs, output{name: name, mode: publicMode, data: envelope})
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

// regranted returns an envelope with further grants, with which a host opens it as
// long as they last.
func (p program) regranted(name string, grants []string, trust *signed.Trust) ([]byte, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	envelope, err := signed.ParseEnvelope(data)
	if err != nil {
		return nil, err
	}
	for _, grant := range grants {
		if !slices.Contains(envelope.Grants, grant) {
			envelope.Grants = append(envelope.Grants, grant)
		}
	}
	if data, err = envelope.Marshal(); err != nil {
		return nil, err
	}
	for _, token := range grants {
		grant, err := trust.OpenGrant(token)
		if err != nil {
			return nil, err
		}
		for _, at := range []time.Time{p.now(), grant.NotAfter.Add(-1)} {
			if _, err := trust.Open(data, at); err != nil {
				return nil, err
			}
		}
	}
	return append(data, '\n'), nil
}
