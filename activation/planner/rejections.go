package planner

import (
	"slices"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// Rejection is a reason why an installation does not accept a license.
type Rejection string

// The rejections, see docs/spec/planning.md, Rejections.
const (
	// RejectionWrongSerial and RejectionWrongCompany mean another licensee than
	// that of the active license, or than the installation expects.
	RejectionWrongSerial  Rejection = "wrong-serial"
	RejectionWrongCompany Rejection = "wrong-company"
	// RejectionWrongProduct and RejectionWrongDeployment mean another one than
	// the installation expects.
	RejectionWrongProduct    Rejection = "wrong-product"
	RejectionWrongDeployment Rejection = "wrong-deployment"
	// RejectionOlder means that a later license was activated before.
	RejectionOlder Rejection = "older"
	// RejectionNumberReused means that this number was activated with another
	// content.
	RejectionNumberReused Rejection = "number-reused"
	// RejectionLapsed means that the license has ended, its grace included.
	RejectionLapsed Rejection = "lapsed"
	// RejectionNotYetValid means that it may only be activated later.
	RejectionNotYetValid Rejection = "not-yet-valid"
)

// rejections returns all that apply, in alphabetical order; never nil.
func rejections(in Input, active *license.License, difference license.Difference) []Rejection {
	offered, found := in.Offered, []Rejection{}
	add := func(r Rejection, applies bool) {
		if applies && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	if licensee := compared(in, active); licensee != nil {
		add(RejectionWrongSerial, !license.SameText(licensee.Serial, offered.Licensee.Serial))
		add(RejectionWrongCompany, !license.SameText(licensee.Company, offered.Licensee.Company))
	}
	add(RejectionWrongSerial, differs(in.Expected.Serial, offered.Licensee.Serial))
	add(RejectionWrongCompany, differs(in.Expected.Company, offered.Licensee.Company))
	add(RejectionWrongProduct, differs(in.Expected.Product, offered.Product))
	add(RejectionWrongDeployment, differs(in.Expected.Deployment, offered.Deployment))
	add(RejectionOlder, offered.Number < in.Highest)
	add(RejectionNumberReused, in.NumberReused)
	if active != nil && license.SameText(active.Licensee.Serial, offered.Licensee.Serial) {
		add(RejectionOlder, offered.Number < active.Number)
		add(RejectionNumberReused, offered.Number == active.Number && !difference.Empty())
	}
	switch offered.StateAt(in.Now) {
	case license.Lapsed:
		add(RejectionLapsed, true)
	case license.NotYetValid:
		add(RejectionNotYetValid, true)
	}
	slices.Sort(found)
	return found
}

// compared returns the licensee whom the offered license must name, nil if it
// may name any.
func compared(in Input, active *license.License) *license.Licensee {
	switch {
	case in.AllowIdentityChange:
		return nil
	case active != nil:
		return &active.Licensee
	default:
		return in.StoredLicensee
	}
}

// differs reports whether something is expected, and the text is not it.
func differs(expected, text string) bool {
	return strings.TrimSpace(expected) != "" && !license.SameText(expected, text)
}
