package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/seatwright/seatwright/license/issuing"
)

// ledger prints what was issued, and fails where a number is missing or stands
// for two licenses.
func (p program) ledger(args []string) error {
	set := flags("ledger")
	if err := parse(set, args, 1); err != nil {
		return err
	}
	ledger, err := readLedger(set.Arg(0), p.read)
	if err != nil {
		return err
	}
	var wrong slips
	for _, c := range ledger.Customers() {
		last, _ := ledger.Last(c)
		_, err := fmt.Fprintf(p.stdout, "%s\t%d issued\tlast %d\t%s\tby %s\n",
			inOneLine(c.String()), len(ledger[c]), last.Number, day(last.At), inOneLine(last.User))
		if err != nil {
			return err
		}
		wrong = append(wrong, at(c.String(), ledger.Gaps(c))...)
	}
	return wrong.orNil()
}

// readLedger reads a ledger.
func readLedger(name string, read func(name string) ([]byte, error)) (issuing.Ledger, error) {
	data, err := read(name)
	if err != nil {
		return nil, err
	}
	ledger, err := issuing.ParseLedger(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return ledger, nil
}

// appendLedger appends records in one write, and returns when they are on the
// disk.
func appendLedger(name string, records []issuing.Record) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, r := range records {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, publicMode) //nolint:gosec // the user names the ledger
	if err != nil {
		return err
	}
	_, err = f.Write(lines.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }
