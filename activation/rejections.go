package activation

import (
	"slices"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// Rejection is a reason why an installation does not accept a license.
type Rejection string

// The rejections, see docs/spec/planning.md, Rejections.
const (
	// WrongSerial and WrongCompany mean another licensee than that of the
	// active license, or than the installation expects.
	WrongSerial  Rejection = "wrong-serial"
	WrongCompany Rejection = "wrong-company"
	// WrongProduct and WrongDeployment mean another one than the installation
	// expects.
	WrongProduct    Rejection = "wrong-product"
	WrongDeployment Rejection = "wrong-deployment"
	// Older means that a later license was activated before.
	Older Rejection = "older"
	// NumberReused means that the active license has this number and another
	// content.
	NumberReused Rejection = "number-reused"
	// Lapsed means that the license has ended, its grace included.
	Lapsed Rejection = "lapsed"
	// NotYetValid means that it may only be activated later.
	NotYetValid Rejection = "not-yet-valid"
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
		add(WrongSerial, !license.SameText(licensee.Serial, offered.Licensee.Serial))
		add(WrongCompany, !license.SameText(licensee.Company, offered.Licensee.Company))
	}
	add(WrongSerial, differs(in.BindTo.Serial, offered.Licensee.Serial))
	add(WrongCompany, differs(in.BindTo.Company, offered.Licensee.Company))
	add(WrongProduct, differs(in.BindTo.Product, offered.Product))
	add(WrongDeployment, differs(in.BindTo.Deployment, offered.Deployment))
	add(Older, offered.Number < in.Highest)
	if active != nil && license.SameText(active.Licensee.Serial, offered.Licensee.Serial) {
		add(Older, offered.Number < active.Number)
		add(NumberReused, offered.Number == active.Number && !difference.Empty())
	}
	switch offered.StateAt(in.Now) {
	case license.Lapsed:
		add(Lapsed, true)
	case license.NotYetValid:
		add(NotYetValid, true)
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
