package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/license/signed"
)

// verify prints the license document of an envelope, exactly as it was signed,
// if it is authentic.
func (p program) verify(args []string) error {
	set := flags("verify")
	trustFile, at := set.String("trust", "", ""), set.String("now", "", "")
	stored := set.Bool("stored", false, "")
	if err := parse(set, args, 1, "trust"); err != nil {
		return err
	}
	now := p.now()
	if *at != "" {
		var err error
		if now, err = instant("verify", "now", *at); err != nil {
			return err
		}
	}
	trust, err := p.trustOf(*trustFile)
	if err != nil {
		return err
	}
	envelope, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	open := func() (*signed.Opened, error) { return trust.Open(envelope, now) }
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

// inspect prints what an envelope says, whoever made it.
func (p program) inspect(args []string) error {
	set := flags("inspect")
	if err := parse(set, args, 1); err != nil {
		return err
	}
	envelope, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	said, err := signed.Inspect(envelope)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("UNVERIFIED: anybody can have written this.\n")
	describe(&text, "license", said)
	for i, grant := range said.Grants {
		describe(&text, fmt.Sprintf("grant %d", i+1), grant)
	}
	if said.Message != "" || said.MessageURL != "" {
		fmt.Fprintf(&text, "\nmessage: %s %s\n", said.Message, said.MessageURL)
	}
	_, err = p.stdout.Write([]byte(printable(text.String())))
	return err
}

func describe(text *strings.Builder, what string, said *signed.Unverified) {
	fmt.Fprintf(text, "\n%s, unverified, says that key %q signed it:\n", what, said.KeyID)
	var indented bytes.Buffer
	if json.Indent(&indented, said.Payload, "", "  ") != nil {
		fmt.Fprintf(text, "%d bytes that are not JSON\n", len(said.Payload))
		return
	}
	text.WriteString(strings.TrimSpace(indented.String()) + "\n")
}
