package license

import (
	"slices"
	"strings"
	"time"
)

// License is what an owner sold to a licensee: a number of modules with seats,
// for a time. It implements the license document of docs/spec/domain.md.
//
// A License that [Parse] returned has passed every rule of that document. One
// that is built by hand has not; marshal it and parse the result to have it
// judged. A License is read-only once it is shared: the packages of this
// library keep pointers to it, never change it, and read it from any number
// of goroutines.
//
// Optional instants are nil when absent, because the zero [time.Time] is an
// instant that a document may name.
type License struct {
	// Owner issued the license.
	Owner Owner `json:"owner"`
	// Licensee is whom it was issued to.
	Licensee Licensee `json:"licensee"`
	// Number is the issue number, 1 to [MaxNumber]. It grows with every
	// license that is issued to the same owner and serial.
	Number int64 `json:"number"`
	// IssuedAt is when the license was issued.
	IssuedAt time.Time `json:"issuedAt"`
	// ValidFrom is the instant before which it may not be activated.
	ValidFrom *time.Time `json:"validFrom,omitempty"`
	// NextCheck is when to ask the owner's feed again.
	NextCheck *time.Time `json:"nextCheck,omitempty"`
	// WarnFrom is when to start reminding administrators of the expiry.
	WarnFrom *time.Time `json:"warnFrom,omitempty"`
	// MaintenanceUntil is the instant after which product releases are not
	// covered, see [License.Covers].
	MaintenanceUntil *time.Time `json:"maintenanceUntil,omitempty"`
	// Expires is the end of the license; nil means never.
	Expires *time.Time `json:"expires,omitempty"`
	// GraceUntil is the real end: from Expires to here everything still works,
	// with a warning. Nil means that there is no grace.
	GraceUntil *time.Time `json:"graceUntil,omitempty"`
	// Version, Product and Deployment describe what was sold.
	Version    string `json:"version,omitempty"`
	Product    string `json:"product,omitempty"`
	Deployment string `json:"deployment,omitempty"`
	// ShopURL is the absolute https URL of the owner's shop, or empty.
	ShopURL string `json:"shopURL,omitempty"`
	// Modules is what was sold, in the order of the document.
	Modules []Module `json:"modules"`
	// Critical names the members that a reader of the document must
	// understand.
	Critical []string `json:"critical,omitempty"`
}

// Owner is a vendor or partner who issues licenses for modules of its own.
type Owner struct {
	// Name identifies the owner: [a-z0-9][a-z0-9-]{0,62}.
	Name string `json:"name"`
	// Description is the owner's name for people.
	Description string `json:"description,omitempty"`
}

// Licensee is whom a license was issued to. Company and serial are neither
// empty nor blank; they are compared with [Licensee.Equal].
type Licensee struct {
	Company string `json:"company"`
	Serial  string `json:"serial"`
}

// Equal reports whether both name the same licensee: company and serial are
// the same texts after white space around them is trimmed.
func (l Licensee) Equal(other Licensee) bool {
	return SameText(l.Company, other.Company) && SameText(l.Serial, other.Serial)
}

// Kind says to whom a module is assigned, and what a holder is.
type Kind string

// The kinds of modules. Holders of seats are users or satellites.
const (
	// Site modules are on for everybody; there is nothing to assign.
	Site Kind = "site"
	// User modules are assigned to users.
	User Kind = "user"
	// Satellite modules are assigned to databases or locations.
	Satellite Kind = "satellite"
)

// Assignable reports whether modules of this kind are assigned to holders,
// which is so for [User] and [Satellite].
func (k Kind) Assignable() bool { return k == User || k == Satellite }

// Module is one thing that a license sells: a feature that is on for the
// whole site, seats for users or satellites, or a bundle of modules.
type Module struct {
	// Name identifies the module among those of its owner:
	// [a-z0-9][a-z0-9-]{0,62}.
	Name string `json:"name"`
	// Description, Tooltip and Version are texts for people.
	Description string `json:"description,omitempty"`
	Tooltip     string `json:"tooltip,omitempty"`
	Version     string `json:"version,omitempty"`
	// Kind says to whom the module is assigned.
	Kind Kind `json:"kind"`
	// Quantity is the number of seats bought, 1 to [MaxSeats], also where
	// Unrestricted.
	Quantity int64 `json:"quantity"`
	// Overdraft is the number of seats that may be used beyond Quantity, 0 to
	// [MaxSeats].
	Overdraft int64 `json:"overdraft,omitempty"`
	// Unrestricted means that there is no limit on seats.
	Unrestricted bool `json:"unrestricted,omitempty"`
	// Hidden modules are not shown to administrators. They are licensed,
	// counted and enforced like any other.
	Hidden bool `json:"hidden,omitempty"`
	// Bundle is true for a plan: its holder gets all that Includes lists.
	Bundle bool `json:"bundle,omitempty"`
	// Includes names the modules of the same license that a bundle gives.
	Includes []string `json:"includes,omitempty"`
	// Requires names what must be on before the module may be used: a module
	// of the same owner ("web") or a full name ("superoffice.web").
	Requires []string `json:"requires,omitempty"`
	// Replaces names earlier modules of the owner whose holders get this one
	// instead when the license is activated.
	Replaces []string `json:"replaces,omitempty"`
	// AssignableTo lists the types of holders that may have it; empty means
	// any.
	AssignableTo []string `json:"assignableTo,omitempty"`
	// SortOrder is the place at which it is shown, a 32-bit integer.
	SortOrder int `json:"sortOrder,omitempty"`
	// Info is free for the module's own use.
	Info map[string]string `json:"info,omitempty"`
}

// Capacity returns the number of seats that may be in use at once: quantity
// and overdraft. It says nothing about a module that is Unrestricted.
func (m *Module) Capacity() int64 { return m.Quantity + m.Overdraft }

// Restricted reports whether the seats of the module are counted: it is
// assignable, and not unrestricted.
func (m *Module) Restricted() bool { return m.Kind.Assignable() && !m.Unrestricted }

// AllowsType reports whether holders of the given type may have the module.
func (m *Module) AllowsType(holderType string) bool {
	return len(m.AssignableTo) == 0 || slices.Contains(m.AssignableTo, holderType)
}

// FullName returns the name by which a module is known among the modules of
// all owners: "owner.module". A name that already has an owner is returned as
// it is.
func FullName(owner, module string) string {
	if strings.Contains(module, ".") {
		return module
	}
	return owner + "." + module
}

// SplitName splits a full name into owner and module. For a name without a
// dot the owner is empty.
func SplitName(fullName string) (owner, module string) {
	owner, module, found := strings.Cut(fullName, ".")
	if !found {
		return "", fullName
	}
	return owner, module
}

// SameText compares companies, serials and other texts as docs/spec/domain.md
// does: exactly, after trimming white space. [HiddenDifferences] says why texts
// that look alike are not the same.
func SameText(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b)
}
