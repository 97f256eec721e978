package issuing

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// Record is a line of a ledger: one issued license, as JSON.
type Record struct {
	// At is when the license was issued. User is the operating system's name
	// for the person who issued it.
	At   time.Time `json:"at"`
	User string    `json:"user"`
	// KeyID is the id of the key that signed it.
	KeyID  string `json:"kid"`
	Owner  string `json:"owner"`
	Serial string `json:"serial"`
	Number int64  `json:"number"`
	// Digest is the license's digest, see the function [Digest].
	Digest string `json:"digest"`
	// File is where the license was written, or empty.
	File string `json:"file,omitempty"`
}

// Customer returns who the license was issued to.
func (r Record) Customer() Customer { return Customer{r.Owner, r.Serial} }

func recordOf(l *license.License, envelope []byte, now time.Time) Record {
	c := CustomerOf(l)
	r := Record{At: now.UTC(), Owner: c.Owner, Serial: c.Serial, Number: l.Number, Digest: Digest(envelope)}
	if said, err := signed.Inspect(envelope); err == nil {
		r.KeyID = said.KeyID
	}
	return r
}

// Digest returns the SHA-256 of the license in an envelope, of its compact JWS,
// in hexadecimal. It stays the same when a grant or a message is added, so use
// it to tell whether two envelopes hold the same license. It returns the empty
// string if the bytes are no envelope.
func Digest(envelope []byte) string {
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(parsed.License))
	return hex.EncodeToString(sum[:])
}

// Read reads the license in an envelope without verifying it. It is for issuers
// who look at their own earlier licenses. Hosts use [signed.Trust.Open].
func Read(envelope []byte) (*license.License, error) {
	said, err := signed.Inspect(envelope)
	if err != nil {
		return nil, err
	}
	return license.Parse(said.Payload)
}

// Ledger holds the licenses that were issued, by customer, ordered by number.
type Ledger map[Customer][]Record

// ParseLedger reads a ledger: a JSON object on each line. The error names the
// line that is wrong, or says that the last one is cut off.
func ParseLedger(data []byte) (Ledger, error) {
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return nil, errors.New("the last line is cut off; look what was issued then, and end it")
	}
	ledger := make(Ledger)
	for i, text := range slices.Collect(bytes.Lines(data)) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		var r Record
		if err := decoder.Decode(&r); err != nil || r.Owner == "" || r.Serial == "" || r.Number < 1 {
			return nil, fmt.Errorf("line %d is no record of a license", i+1)
		}
		ledger[r.Customer()] = append(ledger[r.Customer()], r)
	}
	for _, records := range ledger {
		slices.SortStableFunc(records, func(a, b Record) int { return cmp.Compare(a.Number, b.Number) })
	}
	return ledger, nil
}

// Customers returns the customers who have been issued licenses, in order.
func (l Ledger) Customers() []Customer {
	return slices.SortedFunc(maps.Keys(l), Customer.Compare)
}

// Last returns the license with the highest number that a customer has been
// issued, and false if there is none.
func (l Ledger) Last(c Customer) (Record, bool) {
	records := l[c]
	if len(records) == 0 {
		return Record{}, false
	}
	return records[len(records)-1], true
}

// Contains reports whether the ledger has exactly this license.
func (l Ledger) Contains(r Record) bool {
	return slices.ContainsFunc(l[r.Customer()], func(known Record) bool {
		return known.Number == r.Number && known.Digest == r.Digest
	})
}

// Gaps returns a finding for each number that is missing between a customer's
// others, and for each number that two licenses have.
func (l Ledger) Gaps(c Customer) []*license.Finding {
	var wrong findings
	records := l[c]
	for i := 1; i < len(records); i++ {
		before, after := records[i-1], records[i]
		switch {
		case after.Number == before.Number && after.Digest != before.Digest:
			wrong.add(CodeDouble, "", "number %d stands for two licenses", after.Number)
		case after.Number > before.Number+1:
			wrong.add(CodeGap, "", "after number %d comes %d", before.Number, after.Number)
		}
	}
	return wrong
}
