package issuing

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
)

// moved lists the instants of a document that Next moves.
var moved = []string{"validFrom", "nextCheck", "warnFrom", "maintenanceUntil", "expires", "graceUntil"}

// Next returns the document that renews a license. Its number is one higher, it
// is issued now, and all other instants are the given number of months later.
// If a month has no such day, its last day is used. All else stays, unknown
// members too. The members are in alphabetical order.
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

// addMonths returns the same day of another month, or its last day if it has no
// such day.
func addMonths(at time.Time, months int) time.Time {
	next := at.AddDate(0, months, 0)
	if next.Day() != at.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return next
}
