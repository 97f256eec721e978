package issuing

import (
	"cmp"
	"crypto"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

const (
	// MaxAhead is how far a license's issuedAt may be ahead of the clock.
	MaxAhead = 24 * time.Hour
	// MaxJump is how far a number may be above the previous one.
	MaxJump = 1_000_000
	// GrantMargin is how long a grant should last after a license was issued
	// under it, because hosts open a new license only within the grant's
	// window.
	GrantMargin = 30 * 24 * time.Hour
)

// Issuer issues licenses with a key.
type Issuer struct {
	// Key signs the licenses. See [signed.Sign] for what it may be.
	Key crypto.Signer
	// Grants go into the envelope of each license.
	Grants []string
	// Trust is the trust of the hosts. Each license is opened with it before
	// it is returned, so that a missing or ended grant is noticed. With nil
	// there is no such check.
	Trust *signed.Trust
	// Allow lists unknown members that are meant, by name or by RFC 6901
	// pointer. Others are refused, because they may be misspelled.
	Allow []string
	// AllowJump allows numbers to grow by more than [MaxJump]. Set it for one
	// license, when the jump is meant.
	AllowJump bool
}

// Draft is a license to be issued.
type Draft struct {
	// Document is the license document. It is signed byte for byte.
	Document []byte
	// Message and MessageURL are the envelope's message; either may be empty.
	Message    string
	MessageURL string
	// Before is the license with the highest number that the customer has
	// been issued. If none was issued, it is a zero Previous. If nobody
	// knows, it is nil, and the number is not checked.
	Before *Previous
}

// Previous is a license that was issued earlier.
type Previous struct {
	Number int64
	// Digest is the license's digest, see the function [Digest]. Issuing the
	// same license again is allowed.
	Digest string
	// Where tells people where it was found, such as "in the ledger".
	Where string
	// End is when the license ends, or nil if it never does or the end is not
	// known.
	End *time.Time
}

// Issued is a signed license.
type Issued struct {
	License  *license.License
	Envelope []byte
	// Record is for a [Ledger]. The caller adds who issued the license and
	// where it was written.
	Record Record
	// Unusual lists what to warn about. The license is signed all the same.
	Unusual []*license.Finding
}

// Issue checks a license and signs it. It returns an error, and no license, if
// something is wrong with it. The error has all findings of license.Parse, or
// else all of docs/spec/vendor.md, Issuing; or it is that of [signed.Sign] or
// [signed.Trust.Open].
func (i Issuer) Issue(d Draft, now time.Time) (*Issued, error) {
	unknown, err := license.UnknownMembers(d.Document)
	if err != nil {
		return nil, err
	}
	l, err := license.Parse(d.Document)
	if err != nil {
		return nil, err
	}
	envelope, err := i.sign(d)
	if err != nil {
		return nil, err
	}
	wrong := i.judge(l, unknown, now)
	unusual := unusualIn(l)
	if d.Before != nil {
		wrong = append(wrong, i.judgeNumber(l.Number, Digest(envelope), *d.Before)...)
		unusual = append(unusual, lapses(l, *d.Before)...)
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if i.Trust != nil {
		opened, err := i.Trust.Open(envelope, now)
		if err != nil {
			return nil, err
		}
		unusual = append(unusual, grantEnds(opened.Grant, now)...)
	}
	return &Issued{License: l, Envelope: envelope, Record: recordOf(l, envelope, now), Unusual: unusual}, nil
}

func (i Issuer) sign(d Draft) ([]byte, error) {
	envelope, err := signed.Sign(d.Document, i.Key, i.Grants...)
	if err != nil || (d.Message == "" && d.MessageURL == "") {
		return envelope, err
	}
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	parsed.Message, parsed.MessageURL = d.Message, d.MessageURL
	return parsed.Marshal()
}

// judge returns what is wrong with a valid document.
func (i Issuer) judge(l *license.License, unknown []string, now time.Time) (wrong findings) {
	for _, pointer := range unknown {
		if name := path.Base(pointer); !slices.Contains(i.Allow, pointer) && !slices.Contains(i.Allow, name) {
			wrong.add(CodeUnknownMember, pointer, "no reader knows the member; allow it if it is meant")
		}
	}
	customer := CustomerOf(l)
	if (source.Request{Owner: customer.Owner, Serial: customer.Serial}).Validate() != nil {
		wrong.add(CodeSerial, "/licensee/serial", "no feed can be asked for the serial")
	}
	if l.IssuedAt.After(now.Add(MaxAhead)) {
		wrong.add(CodeIssuedAhead, "/issuedAt", "the license says that it will be issued after %s", day(now.Add(MaxAhead)))
	}
	if l.Expires != nil && !l.Expires.After(now) {
		wrong.add(CodeEnded, "/expires", "the license has ended already")
	}
	return wrong
}

// judgeNumber returns what is wrong with a number that follows an earlier one.
func (i Issuer) judgeNumber(number int64, digest string, before Previous) (wrong findings) {
	switch {
	case number == before.Number && digest == before.Digest:
	case number <= before.Number:
		wrong.add(CodeNumberNotAbove, "/number", "%d is not above %d, which is %s", number, before.Number, before.Where)
	case number-before.Number > MaxJump && !i.AllowJump:
		wrong.add(CodeNumberJump, "/number", "%d is more than %d above %d; allow it if it is meant", number, MaxJump, before.Number)
	}
	return wrong
}

func unusualIn(l *license.License) (unusual findings) {
	begins := l.IssuedAt
	if l.ValidFrom != nil && l.ValidFrom.After(begins) {
		begins = *l.ValidFrom
	}
	switch {
	case l.Expires == nil:
		unusual.add(CodeNoEnd, "/expires", "the license never ends")
	case l.Expires.After(begins.AddDate(1, 0, 0)):
		unusual.add(CodeLong, "/expires", "the license is for more than a year, until %s", day(*l.Expires))
	}
	if l.NextCheck != nil && l.WarnFrom != nil && l.NextCheck.After(*l.WarnFrom) {
		unusual.add(CodeNextCheckLate, "/nextCheck", "hosts ask again only after they have begun to warn")
	}
	return unusual
}

// lapses returns a finding if the customer has no license for a time between
// the earlier one and this one.
func lapses(l *license.License, before Previous) (unusual findings) {
	if l.ValidFrom != nil && before.End != nil && l.ValidFrom.After(*before.End) {
		unusual.add(CodeLapse, "/validFrom", "the license before ends on %s, and this one begins later", day(*before.End))
	}
	return unusual
}

func grantEnds(grant *signed.Grant, now time.Time) (unusual findings) {
	if grant != nil && grant.NotAfter.Before(now.Add(GrantMargin)) {
		unusual.add(CodeGrantEnds, "", "hosts open the license until %s only, when the grant of its key ends", day(grant.NotAfter))
	}
	return unusual
}

// Customer is who licenses are issued to: an owner's name, and a serial without
// surrounding white space.
type Customer struct{ Owner, Serial string }

// String returns "owner/serial".
func (c Customer) String() string { return c.Owner + "/" + c.Serial }

// Compare orders customers by owner, then serial.
func (c Customer) Compare(other Customer) int {
	return cmp.Or(strings.Compare(c.Owner, other.Owner), strings.Compare(c.Serial, other.Serial))
}

// CustomerOf returns the customer of a license.
func CustomerOf(l *license.License) Customer {
	return Customer{l.Owner.Name, strings.TrimSpace(l.Licensee.Serial)}
}
