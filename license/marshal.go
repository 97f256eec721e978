package license

import (
	"encoding/json"
	"time"
)

// plain is a License without its methods, so that encoding/json reads and
// writes the members alone.
type plain License

// MarshalJSON writes the license as a document: the members of the types in
// their order, without empty optional ones, and with instants in UTC. [Parse]
// reads the same license from the result.
//
// Use it to make a new document. To store or sign a document that you received,
// keep its bytes: members that Parse ignored are missing from the result.
//
// It returns an error for an instant that Parse would refuse, outside the years
// 0 to 9999 in UTC.
func (l License) MarshalJSON() ([]byte, error) {
	if l.Modules == nil {
		l.Modules = []Module{}
	}
	l.IssuedAt = l.IssuedAt.UTC()
	for _, instant := range []**time.Time{
		&l.ValidFrom, &l.NextCheck, &l.WarnFrom, &l.MaintenanceUntil, &l.Expires, &l.GraceUntil,
	} {
		if *instant != nil {
			t := (*instant).UTC()
			*instant = &t
		}
	}
	return json.Marshal(plain(l))
}

// UnmarshalJSON reads a document as [Parse] does, with the same errors. After
// an error the license is unchanged.
func (l *License) UnmarshalJSON(raw []byte) error {
	parsed, err := Parse(raw)
	if err != nil {
		return err
	}
	*l = *parsed
	return nil
}
