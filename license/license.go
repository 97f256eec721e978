package license

import (
	"slices"
	"strings"
	"time"
)

// License is what an owner sold to a licensee: modules with seats, for a time.
// It implements the license document of docs/spec/domain.md.
//
// A License from [Parse] has passed every rule of that document. A License that
// you build yourself has not: marshal it and parse the result to check it.
// Treat a License as read-only once it is shared. This library keeps pointers
// to it, never changes it, and reads it from any number of goroutines.
//
// Optional instants are pointers, nil when absent, because a document may name
// the instant that is the zero [time.Time].
type License struct {
	// Owner is who issued the license.
	Owner Owner `json:"owner"`
	// Licensee is who the license was issued to.
	Licensee Licensee `json:"licensee"`
	// Number is the issue number, 1 to [MaxNumber]. It grows with every
	// license that the owner issues for the same serial; a higher number is
	// the newer license.
	Number int64 `json:"number"`
	// IssuedAt is when the license was issued.
	IssuedAt time.Time `json:"issuedAt"`
	// ValidFrom is the instant from which the license may be activated. Nil
	// means at once.
	ValidFrom *time.Time `json:"validFrom,omitempty"`
	// NextCheck is when to ask the owner's feed for a newer license.
	NextCheck *time.Time `json:"nextCheck,omitempty"`
	// WarnFrom is when to start reminding administrators that the license
	// expires.
	WarnFrom *time.Time `json:"warnFrom,omitempty"`
	// MaintenanceUntil is the end of maintenance: the license does not cover
	// product releases built later, see [License.Covers]. Nil means that it
	// covers all.
	MaintenanceUntil *time.Time `json:"maintenanceUntil,omitempty"`
	// Expires is when the license expires. Nil means never.
	Expires *time.Time `json:"expires,omitempty"`
	// GraceUntil is the end of the grace period. From Expires until then
	// everything still works, with a warning. Nil means that there is no
	// grace period.
	GraceUntil *time.Time `json:"graceUntil,omitempty"`
	// Version, Product and Deployment describe what was sold. They are for
	// display and decide nothing.
	Version    string `json:"version,omitempty"`
	Product    string `json:"product,omitempty"`
	Deployment string `json:"deployment,omitempty"`
	// ShopURL is the absolute https URL of the owner's shop, or empty.
	ShopURL string `json:"shopURL,omitempty"`
	// Modules lists what was sold, in the order of the document.
	Modules []Module `json:"modules"`
	// Critical names the members that a reader must understand. [Parse]
	// refuses a document that names one it does not know.
	Critical []string `json:"critical,omitempty"`
}

// Owner is a vendor or partner who issues licenses for its own modules.
type Owner struct {
	// Name identifies the owner: [a-z0-9][a-z0-9-]{0,62}.
	Name string `json:"name"`
	// Description is the owner's name as people should see it.
	Description string `json:"description,omitempty"`
}

// Licensee is who a license was issued to. Company and serial are neither empty
// nor blank. Compare licensees with [Licensee.Equal].
type Licensee struct {
	Company string `json:"company"`
	Serial  string `json:"serial"`
}

// Equal reports whether both are the same licensee: company and serial are the
// same texts by [SameText].
func (l Licensee) Equal(other Licensee) bool {
	return SameText(l.Company, other.Company) && SameText(l.Serial, other.Serial)
}

// Kind tells who a module is for, and what a holder is.
type Kind string

// The kinds of modules. A holder of seats is a [User] or a [Satellite].
const (
	// Site modules are on for everybody. They have no seats to assign.
	Site Kind = "site"
	// User modules are assigned to users.
	User Kind = "user"
	// Satellite modules are assigned to databases, locations or machines.
	Satellite Kind = "satellite"
)

// Assignable reports whether modules of this kind are assigned to holders: true
// for [User] and [Satellite].
func (k Kind) Assignable() bool { return k == User || k == Satellite }

// Module is one thing that a license sells: a feature for the whole site, seats
// for users or satellites, or a bundle of other modules.
type Module struct {
	// Name identifies the module among the modules of its owner:
	// [a-z0-9][a-z0-9-]{0,62}.
	Name string `json:"name"`
	// Description, Tooltip and Version are texts for people.
	Description string `json:"description,omitempty"`
	Tooltip     string `json:"tooltip,omitempty"`
	Version     string `json:"version,omitempty"`
	// Kind tells who the module is for.
	Kind Kind `json:"kind"`
	// Quantity is the number of seats bought, 1 to [MaxSeats]. It is set for
	// Unrestricted modules too, but does not limit them.
	Quantity int64 `json:"quantity"`
	// Overdraft is the number of seats that may be used beyond Quantity, 0 to
	// [MaxSeats].
	Overdraft int64 `json:"overdraft,omitempty"`
	// Unrestricted means that the number of seats is not limited.
	Unrestricted bool `json:"unrestricted,omitempty"`
	// Hidden means that administrators do not see the module. It is still
	// licensed, counted and enforced like any other.
	Hidden bool `json:"hidden,omitempty"`
	// Bundle marks a module that includes others: its holder gets everything
	// that Includes lists.
	Bundle bool `json:"bundle,omitempty"`
	// Includes names the modules of the same license that the bundle
	// includes.
	Includes []string `json:"includes,omitempty"`
	// Requires names the modules that must be on before this one may be used:
	// the name of a module of the same owner ("web"), or a full name
	// ("superoffice.web").
	Requires []string `json:"requires,omitempty"`
	// Replaces names earlier modules of the owner. When the license is
	// activated, their holders get this module instead.
	Replaces []string `json:"replaces,omitempty"`
	// AssignableTo lists the types of holders that may have the module. Empty
	// means all types.
	AssignableTo []string `json:"assignableTo,omitempty"`
	// SortOrder is the module's position when modules are listed: a 32-bit
	// integer, lower ones first.
	SortOrder int `json:"sortOrder,omitempty"`
	// Info holds values for the module's own use. This library does not read
	// them.
	Info map[string]string `json:"info,omitempty"`
}

// Capacity returns the number of seats that may be in use at once: quantity
// plus overdraft. It means nothing for an Unrestricted module; check
// [Module.Restricted] first.
func (m *Module) Capacity() int64 { return m.Quantity + m.Overdraft }

// Restricted reports whether the module has a limited number of seats: it is
// assignable and not unrestricted.
func (m *Module) Restricted() bool { return m.Kind.Assignable() && !m.Unrestricted }

// AllowsType reports whether holders of the given type may have the module. It
// does not look at the kind of the holder; seat.Fits checks both.
func (m *Module) AllowsType(holderType string) bool {
	return len(m.AssignableTo) == 0 || slices.Contains(m.AssignableTo, holderType)
}

// FullName returns the name by which all owners know a module: "owner.module".
// It returns a name that already has an owner unchanged.
func FullName(owner, module string) string {
	if strings.Contains(module, ".") {
		return module
	}
	return owner + "." + module
}

// SplitName splits a full name into owner and module. The owner is empty for a
// name without a dot.
func SplitName(fullName string) (owner, module string) {
	owner, module, found := strings.Cut(fullName, ".")
	if !found {
		return "", fullName
	}
	return owner, module
}

// SameText compares companies, serials and similar texts as docs/spec/domain.md
// does: exactly, after trimming white space. When it reports false for texts
// that look alike, [HiddenDifferences] explains why.
func SameText(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b)
}
