package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// record is a line of a ledger: one license that was issued.
type record struct {
	At     time.Time `json:"at"`
	User   string    `json:"user"`
	KeyID  string    `json:"kid"`
	Owner  string    `json:"owner"`
	Serial string    `json:"serial"`
	Number int64     `json:"number"`
	Digest string    `json:"digest"` // of the signed license
	File   string    `json:"file,omitempty"`
}

// customer is whom licenses are issued to.
type customer struct{ owner, serial string }

func (c customer) String() string { return c.owner + "/" + c.serial }

func (c customer) compare(other customer) int { return strings.Compare(c.String(), other.String()) }

func (r record) customer() customer { return customer{r.Owner, r.Serial} }

// ledger prints what was issued, and fails where a number is missing or stands
// for two licenses.
func (p program) ledger(args []string) error {
	set := flags("ledger")
	if err := parse(set, args, 1); err != nil {
		return err
	}
	records, err := readLedger(set.Arg(0))
	if err != nil {
		return err
	}
	numbers := byCustomer(records)
	var wrong slips
	for _, c := range slices.SortedFunc(maps.Keys(numbers), customer.compare) {
		issued := numbers[c]
		last := issued[len(issued)-1]
		_, err := fmt.Fprintf(p.stdout, "%s\t%d issued\tlast %d\t%s\tby %s\n",
			inOneLine(c.String()), len(issued), last.Number, day(last.At), inOneLine(last.User))
		if err != nil {
			return err
		}
		wrong = append(wrong, gapsIn(issued).at(c.String())...)
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// gapsIn returns the numbers of a customer that are missing between others, and
// those that stand for two licenses.
func gapsIn(issued []record) (wrong slips) {
	for i := 1; i < len(issued); i++ {
		before, after := issued[i-1], issued[i]
		switch {
		case after.Number == before.Number && after.Digest != before.Digest:
			wrong.add("double", "", "number %d stands for two licenses", after.Number)
		case after.Number > before.Number+1:
			wrong.add("gap", "", "after number %d comes %d", before.Number, after.Number)
		}
	}
	return wrong
}

// byCustomer returns the records of each customer, ordered by number.
func byCustomer(records []record) map[customer][]record {
	issued := make(map[customer][]record)
	for _, r := range records {
		issued[r.customer()] = append(issued[r.customer()], r)
	}
	for _, list := range issued {
		slices.SortStableFunc(list, func(a, b record) int { return cmp.Compare(a.Number, b.Number) })
	}
	return issued
}

// readLedger reads a ledger. One that is not there is empty.
func readLedger(name string) ([]record, error) {
	data, err := os.ReadFile(name) //nolint:gosec // the user names the file to read
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return nil, fmt.Errorf("%s: the last line is cut off; look what was issued then, and end it", name)
	}
	var records []record
	line := 0
	for text := range bytes.Lines(data) {
		line++
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		var r record
		if err := decoder.Decode(&r); err != nil || r.Owner == "" || r.Serial == "" || r.Number < 1 {
			return nil, fmt.Errorf("%s: line %d is no record of a license", name, line)
		}
		records = append(records, r)
	}
	return records, nil
}

// appendLedger appends records in one write, and returns when they are on the
// disk.
func appendLedger(name string, records []record) error {
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
