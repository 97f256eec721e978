package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license/signed"
)

// usage reads a report of the seats that were used at a customer's. Its only
// verb is verify.
func (p program) usage(args []string) error {
	if len(args) == 0 || args[0] != "verify" {
		return &usageError{"usage: the word verify is needed"}
	}
	return p.usageVerify(args[1:])
}

// usageVerify prints a report, exactly as it was signed, or as lines for a
// spreadsheet, if one of the installation's keys signed it.
func (p program) usageVerify(args []string) error {
	set := flags("usage verify")
	keyFile, asCSV := set.String("key", "", ""), set.Bool("csv", false, "")
	if err := parse(set, args, 1, "key"); err != nil {
		return err
	}
	data, err := p.read(*keyFile)
	if err != nil {
		return err
	}
	keys, err := signed.ParsePublicKeys(data)
	if err != nil {
		return fmt.Errorf("%s: %w", *keyFile, err)
	}
	report, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	document, err := signed.OpenReport(string(bytes.TrimSpace(report)), keys...)
	if err != nil {
		return err
	}
	var used activation.Usage
	if err := json.Unmarshal(document, &used); err != nil {
		return fmt.Errorf("%s: the report is authentic, but is none of usage: %w", set.Arg(0), err)
	}
	if *asCSV {
		return used.WriteCSV(p.stdout)
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", document)
	return err
}
