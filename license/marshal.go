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
// What Parse reads from the result equals the license that Parse returned.
func (l License) MarshalJSON() ([]byte, error) {
	if l.Modules == nil {
		l.Modules = []Module{}
	}
	l.IssuedAt = writable(l.IssuedAt)
	for _, instant := range []**time.Time{
		&l.ValidFrom, &l.NextCheck, &l.WarnFrom, &l.MaintenanceUntil, &l.Expires, &l.GraceUntil,
	} {
		if *instant != nil {
			t := writable(**instant)
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

// maxOffset is the largest offset that an instant is written with.
const maxOffset = 23*60*60 + 59*60

// writable returns an instant in UTC, or, where its year in UTC is not of four
// digits, in a zone in which it is. A document may name such instants:
// 0000-01-01T00:00:00+01:00 is one.
func writable(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Year() < 0:
		return t.In(time.FixedZone("", maxOffset))
	case t.Year() > 9999:
		return t.In(time.FixedZone("", -maxOffset))
	}
	return t
}
