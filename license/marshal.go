package license

import (
	"encoding/json"
	"time"
)

// plain is a license without methods, as encoding/json reads and writes it.
type plain License

// MarshalJSON writes the license as a document: the members of the types, in
// their order, those that are optional and empty left out, instants in UTC.
// Members that [Parse] ignored are not among them; what is stored and signed
// is the document, not what this returns.
//
// Parse reads from the result the same license as before. An instant that Parse
// would not accept, outside the years 0 to 9999 in UTC, is an error.
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

// UnmarshalJSON reads a document as [Parse] does, and returns its error. The
// license is as it was after one.
func (l *License) UnmarshalJSON(raw []byte) error {
	parsed, err := Parse(raw)
	if err != nil {
		return err
	}
	*l = *parsed
	return nil
}
