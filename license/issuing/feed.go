package issuing

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// FeedCheck checks the licenses that a feed serves.
type FeedCheck struct {
	// Trust is the trust of the hosts.
	Trust *signed.Trust
	// Now is the present. Later is an instant at which the served licenses
	// should still be usable, such as 30 days ahead.
	Now, Later time.Time
	// Ledger is what was issued. With nil, licenses are not compared with a
	// ledger.
	Ledger Ledger
}

// License returns what is wrong with an envelope that the feed serves to a
// customer. It returns nil if nothing is. See docs/spec/vendor.md, Checking a
// feed.
func (f FeedCheck) License(envelope []byte, to Customer) []*license.Finding {
	var wrong findings
	opened, err := f.Trust.Open(envelope, f.Now)
	if err != nil {
		wrong.addError(err, "")
		return wrong
	}
	if CustomerOf(opened.License) != to {
		wrong.add(CodeMisfiled, "", "it is the license of another owner or serial")
		return wrong
	}
	if _, err := f.Trust.Open(envelope, f.Later); err != nil {
		wrong.addError(err, "on %s: ", day(f.Later))
	}
	if end := opened.License.Expires; end != nil && !end.After(f.Later) {
		wrong.add(CodeEnds, "", "the license ends on %s", day(*end))
	}
	if f.Ledger == nil {
		return wrong
	}
	number := opened.License.Number
	last, _ := f.Ledger.Last(to)
	switch {
	case !f.Ledger.Contains(Record{Owner: to.Owner, Serial: to.Serial, Number: number, Digest: Digest(envelope)}):
		wrong.add(CodeNotInLedger, "", "this license of number %d was not issued", number)
	case last.Number > number:
		wrong.add(CodeStale, "", "number %d is served, and %d was issued", number, last.Number)
	}
	return wrong
}

// Regrant adds grants to an envelope. Use it when the grant of an issued
// license is about to end: the license itself stays as it was signed, with its
// number.
//
// If no host honors a grant, the error is that of [signed.Trust.OpenGrant]. If
// a host would not open the result, now or as long as each of the grants lasts,
// it is that of [signed.Trust.Open]. A grant for another key or owner would not
// help the license, and is an error of the same kind.
func Regrant(envelope []byte, grants []string, trust *signed.Trust, now time.Time) ([]byte, error) {
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	for _, grant := range grants {
		if !slices.Contains(parsed.Grants, grant) {
			parsed.Grants = append(parsed.Grants, grant)
		}
	}
	regranted, err := parsed.Marshal()
	if err != nil {
		return nil, err
	}
	for _, token := range grants {
		grant, err := trust.OpenGrant(token)
		if err != nil {
			return nil, err
		}
		var opened *signed.Opened
		for _, at := range []time.Time{now, grant.NotAfter.Add(-1)} {
			if opened, err = trust.Open(regranted, at); err != nil {
				return nil, err
			}
		}
		if err := isFor(grant, opened); err != nil {
			return nil, err
		}
	}
	return regranted, nil
}

// isFor refuses a grant that is not for the license's key and owner.
func isFor(grant *signed.Grant, opened *signed.Opened) error {
	key := signed.Thumbprint(grant.Key)
	switch {
	case key != opened.KeyID:
		return &signed.Error{Code: signed.CodeUnknownKey, Detail: "the grant is for another key than the license's", KeyID: key}
	case grant.Owner != opened.License.Owner.Name:
		return &signed.Error{Code: signed.CodeOwnerNotGranted, Detail: "the grant is for another owner than the license's", KeyID: key}
	}
	return nil
}
