package activation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// RefusedLicense is a license that came and was refused: what it is, why, and
// what was expected, so that a host can say "this file is for X, here is Y".
// Unknown fields are zero: of a license that is not authentic nothing is told
// but the code.
type RefusedLicense struct {
	At time.Time `json:"at,omitzero"`
	// Source says where it came from.
	Source string `json:"source,omitzero"`
	// Code is that of the [signed.Error], empty for a license that is authentic
	// and valid.
	Code signed.Code `json:"code,omitzero"`
	// Findings is how many findings an authentic license has that is not valid,
	// and Finding the first of them: its code and where it is.
	Findings int    `json:"findings,omitzero"`
	Finding  string `json:"finding,omitzero"`
	// Rejections are those of the plan.
	Rejections []planner.Rejection `json:"rejections,omitzero"`
	// Hidden is how company or serial differ from those that are expected, where
	// people do not see it.
	Hidden []license.Hidden `json:"hidden,omitzero"`
	// Detail is all of this in a sentence.
	Detail string `json:"detail,omitzero"`
	// Owner, Licensee, Product, Deployment, Number and the instants are those of
	// the license.
	Owner      string           `json:"owner,omitzero"`
	Licensee   license.Licensee `json:"licensee,omitzero"`
	Product    string           `json:"product,omitzero"`
	Deployment string           `json:"deployment,omitzero"`
	Number     int64            `json:"number,omitzero"`
	IssuedAt   time.Time        `json:"issuedAt,omitzero"`
	ValidFrom  time.Time        `json:"validFrom,omitzero"`
	Expires    time.Time        `json:"expires,omitzero"`
	GraceUntil time.Time        `json:"graceUntil,omitzero"`
	// Expected is what the installation expects of the owner's licenses, with
	// serial and company of the active license where nothing else is expected,
	// and Highest the highest number that was activated for the serial.
	Expected planner.Expected `json:"expected,omitzero"`
	Highest  int64            `json:"highest,omitzero"`
}

// awaited is what an owner's license is compared with: what is expected, or else
// the licensee of the active one.
func awaited(owner OwnerRecord) planner.Expected {
	expected := owner.Expected
	if active := owner.Active; active != nil {
		if strings.TrimSpace(expected.Serial) == "" {
			expected.Serial = strings.TrimSpace(active.Licensee.Serial)
		}
		if strings.TrimSpace(expected.Company) == "" {
			expected.Company = strings.TrimSpace(active.Licensee.Company)
		}
	}
	return expected
}

// identity is the licensee who is awaited.
func identity(owner OwnerRecord) license.Licensee {
	expected := awaited(owner)
	return license.Licensee{Company: expected.Company, Serial: expected.Serial}
}

// refuseOffer describes an authentic license that is rejected.
func (x *transaction) refuseOffer(owner OwnerRecord, offered *offer, rejections []planner.Rejection, highest int64) *RefusedLicense {
	r := &RefusedLicense{
		At: x.now, Source: offered.stored.Source, Rejections: rejections, Expected: awaited(owner), Highest: highest,
	}
	l := offered.opened.License
	r.describe(l)
	for _, pair := range [][2]string{
		{r.Expected.Company, l.Licensee.Company}, {r.Expected.Serial, l.Licensee.Serial},
	} {
		r.Hidden = append(r.Hidden, license.HiddenDifferences(pair[0], pair[1])...)
	}
	slices.Sort(r.Hidden)
	r.Hidden = slices.Compact(r.Hidden)
	r.Detail = r.sentence()
	return r
}

func (r *RefusedLicense) describe(l *license.License) {
	r.Owner, r.Licensee, r.Product, r.Deployment = l.Owner.Name, l.Licensee, l.Product, l.Deployment
	r.clean()
	r.Number, r.IssuedAt = l.Number, l.IssuedAt.UTC()
	r.ValidFrom, r.Expires, r.GraceUntil = orZero(l.ValidFrom).UTC(), orZero(l.Expires).UTC(), orZero(l.GraceUntil).UTC()
}

// refuseEnvelope describes an envelope that could not be opened. Only a payload
// that is authentic is looked into.
func (x *transaction) refuseEnvelope(owner OwnerRecord, envelope []byte, from string, err error) *RefusedLicense {
	r := &RefusedLicense{At: x.now, Source: from, Detail: source.CleanText(err.Error())}
	var refused *signed.Error
	if !errors.As(err, &refused) {
		return r
	}
	r.Code = refused.Code
	if refused.Code != signed.CodeInvalid {
		return r
	}
	r.Expected = awaited(owner)
	if findings := license.FindingsOf(err); len(findings) > 0 {
		r.Findings, r.Finding = len(findings), source.CleanText(findings[0].Error())
		r.Detail = source.CleanText(fmt.Sprintf("%s: %s", err, r.Finding))
	}
	if inspected, err := signed.Inspect(envelope); err == nil {
		r.guess(inspected.Payload)
	}
	return r
}

// guess takes from a document that breaks the rules what can be read of it.
func (r *RefusedLicense) guess(document []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(document, &members) != nil {
		return
	}
	var owner license.Owner
	for name, to := range map[string]any{
		"owner": &owner, "licensee": &r.Licensee, "number": &r.Number, "product": &r.Product, "deployment": &r.Deployment,
		"issuedAt": &r.IssuedAt, "validFrom": &r.ValidFrom, "expires": &r.Expires, "graceUntil": &r.GraceUntil,
	} {
		_ = json.Unmarshal(members[name], to) // a member that can't be read is left out
	}
	r.Owner = owner.Name
	r.clean()
	for _, at := range []*time.Time{&r.IssuedAt, &r.ValidFrom, &r.Expires, &r.GraceUntil} {
		if *at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
			*at = time.Time{}
		}
	}
}

// clean makes the names fit to be shown. They are not compared any more.
func (r *RefusedLicense) clean() {
	for _, text := range []*string{&r.Owner, &r.Licensee.Company, &r.Licensee.Serial, &r.Product, &r.Deployment} {
		*text = source.CleanText(*text)
	}
}

// sentence says what came, why it is refused, and what was expected.
func (r *RefusedLicense) sentence() string {
	var b strings.Builder
	fmt.Fprintf(&b, "number %d for %s, %s, is rejected: %s", r.Number, r.Licensee.Company, r.Licensee.Serial, errtext.Codes(r.Rejections))
	var expected []string
	for _, rejection := range r.Rejections {
		switch rejection {
		case planner.RejectionWrongCompany:
			expected = append(expected, "the company "+r.Expected.Company)
		case planner.RejectionWrongSerial:
			expected = append(expected, "the serial "+r.Expected.Serial)
		case planner.RejectionWrongProduct:
			expected = append(expected, "the product "+r.Expected.Product+" and not "+r.Product)
		case planner.RejectionWrongDeployment:
			expected = append(expected, "the deployment "+r.Expected.Deployment+" and not "+r.Deployment)
		case planner.RejectionOlder, planner.RejectionNumberReused:
			expected = append(expected, fmt.Sprintf("a number above %d", r.Highest))
		case planner.RejectionLapsed:
			expected = append(expected, "one that has not ended")
		case planner.RejectionNotYetValid:
			expected = append(expected, "one that has begun")
		}
	}
	if len(expected) > 0 {
		b.WriteString("; expected is " + strings.Join(expected, ", "))
	}
	if len(r.Hidden) > 0 {
		b.WriteString("; " + sayHidden(r.Hidden))
	}
	return source.CleanText(b.String())
}

// sayHidden says in words how texts differ that look alike.
func sayHidden(kinds []license.Hidden) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		switch kind {
		case license.HiddenForm:
			words[i] = "composed and decomposed letters"
		case license.HiddenMark:
			words[i] = "marks that are not shown"
		case license.HiddenSpace:
			words[i] = "the kind of spaces"
		case license.HiddenCase:
			words[i] = "upper and lower case"
		default:
			words[i] = string(kind)
		}
	}
	return "the names look alike and differ in " + strings.Join(words, " and ")
}
