package issuing

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
)

// moved are the instants of a document that Next moves.
var moved = []string{"validFrom", "nextCheck", "warnFrom", "maintenanceUntil", "expires", "graceUntil"}

// Next returns the document of the license after one: the number is one more, the
// license is issued now, and all other instants are some months later. A day that a
// month does not have becomes its last one. Everything else stays, unknown members
// too; the members are in alphabetical order.
//
// The error is that of license.Parse.
func Next(document []byte, now time.Time, months int) ([]byte, error) {
	l, err := license.Parse(document)
	if err != nil {
		return nil, err
	}
	members, err := decode(document)
	if err != nil {
		return nil, err
	}
	members["number"] = json.Number(fmt.Sprint(l.Number + 1))
	members["issuedAt"] = day(now)
	for _, name := range moved {
		text, ok := members[name].(string)
		if !ok {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, err
		}
		members[name] = addMonths(at, months).Format(time.RFC3339Nano)
	}
	return encode(members)
}

// addMonths returns the same day of another month, or its last day if the month
// has no such day.
func addMonths(at time.Time, months int) time.Time {
	next := at.AddDate(0, months, 0)
	if next.Day() != at.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return next
}
