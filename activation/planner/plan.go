package planner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Input is everything that a plan depends on. See docs/spec/planning.md,
// Input.
type Input struct {
	// Active is the licenses that are active, of any number of owners. A nil
	// set is none.
	Active *license.Set
	// Offered is the license that might be activated. It is required.
	Offered *license.License
	// Census counts all holders of the tenant.
	Census seat.Census
	// Selection is what shall be released or switched with the activation.
	Selection
	// Holders is those whom Selection names, as the census counts them. Others
	// may be among them.
	Holders []seat.Holder
	// Now is the effective instant.
	Now time.Time
	// Highest is the highest number that was ever activated for the offered
	// owner and serial, 0 for none.
	Highest int64
	// HighestRevoked is the highest number that licenses of revoked keys alone
	// have raised for that owner and serial, 0 for none. It makes no license older;
	// where Highest is 0, a number is a jump from it.
	HighestRevoked int64
	// NumberReused says that the offered number was activated before for that
	// owner and serial, with another content. Where Active shows it, false will
	// do.
	NumberReused bool
	// Expected is what the installation expects of this owner's licenses.
	Expected Expected
	// AllowIdentityChange lets the license be one for another licensee than
	// that of the active license. Expected still holds.
	AllowIdentityChange bool
	// StoredLicensee is the licensee of an active license of the offered
	// owner that is not in Active, because its envelope no longer verifies;
	// otherwise nil.
	StoredLicensee *license.Licensee
}

// Expected is what an installation expects of an owner's licenses. A blank
// field is not compared. Texts compare exactly after trimming white space.
type Expected struct {
	Serial     string `json:"serial,omitempty"`
	Company    string `json:"company,omitempty"`
	Product    string `json:"product,omitempty"`
	Deployment string `json:"deployment,omitempty"`
}

// With returns what is expected once more is said. Serial and company take the
// place of those before where either is given, product and deployment where they
// are given. White space around texts is trimmed.
func (e Expected) With(said Expected) Expected {
	serial, company := strings.TrimSpace(said.Serial), strings.TrimSpace(said.Company)
	if serial != "" || company != "" {
		e.Serial, e.Company = serial, company
	}
	e.Product = cmp.Or(strings.TrimSpace(said.Product), e.Product)
	e.Deployment = cmp.Or(strings.TrimSpace(said.Deployment), e.Deployment)
	return e
}

// Differs reports whether another licensee is expected, so that a change of
// identity is allowed.
func (e Expected) Differs(from license.Licensee) bool {
	return differs(e.Serial, from.Serial) || differs(e.Company, from.Company)
}

// Plan says what the activation of a license would do to an installation. It
// is a value to show to an administrator, and marshals to the object that
// docs/spec/scenario.md calls "expect". It is read-only and may be used from
// any number of goroutines.
type Plan struct {
	// Owner is the name of the license's owner.
	Owner string `json:"owner"`
	// From is the number of the active license, 0 if there is none.
	From int64 `json:"from"`
	// To is the number of the offered license.
	To     int64  `json:"to"`
	Status Status `json:"status"`
	// Rejections are ordered alphabetically. A rejected plan has nothing else.
	Rejections []Rejection `json:"rejections"`
	// Changes lists the modules that differ, by sort order and full name.
	Changes []ModuleChange `json:"changes"`
	// Blockers is what has to be solved before the license can be activated,
	// by kind, sort order and full name.
	Blockers []Blocker `json:"blockers"`
	// Releases is what was requested and what cascades, by holder and module.
	Releases []Release `json:"releases"`
	// Warnings are ordered alphabetically. They never block.
	Warnings []Warning `json:"warnings"`
	// Switches is what becomes another module by request, by holder and module.
	Switches []seat.Swap `json:"switches,omitempty"`

	move *transition
	now  time.Time // the effective instant
	// The rest is nil if the plan is rejected or current.
	counted    *figures
	difference license.Difference
	issuing    []Warning // those that no selection changes
}

// Status says what can be done with an offered license.
type Status string

// The statuses of a plan, see docs/spec/planning.md, Status.
const (
	// Ready means that the license can be activated.
	Ready Status = "ready"
	// Current means that the license is active already.
	Current Status = "current"
	// Blocked means that it can be activated once the blockers are solved.
	Blocked Status = "blocked"
	// Rejected means that this installation does not accept the license.
	Rejected Status = "rejected"
)

// Release is an assignment that ends with the activation, under the name that
// is assigned today.
type Release struct {
	Holder string       `json:"holder"`
	Module string       `json:"module"`
	Cause  ReleaseCause `json:"cause"`
}

// ReleaseCause says why an assignment ends.
type ReleaseCause string

// The causes of releases, see docs/spec/planning.md, What happens to
// assignments.
const (
	// ReleaseRequested: it was asked for.
	ReleaseRequested ReleaseCause = "requested"
	// ReleaseCascade: it follows, because the assignment requires something that
	// was released.
	ReleaseCascade ReleaseCause = "cascade"
)

// New plans the activation of a license. It is a pure function. The rules
// are applied in the order of docs/spec/planning.md: rejections, current,
// releases and switches with their cascade, successors and obsolete assignments,
// changes, blockers, warnings. Its cost grows with the combinations of the
// census, the modules and the selection, not with the number of holders.
//
// The error says that the input can't be planned. It is [ErrInput] if no
// license is offered, or a holder is given twice or is not in the census.
// Unless the plan is rejected or current, the selection may be wrong as well:
// it names holders who are not given ([seat.UnknownHolderError]), releases
// assignments that they do not have ([NotAssignedError]), or has switches that
// can't be made ([SwitchError]). The error joins all of these.
func New(in Input) (*Plan, error) {
	if in.Offered == nil {
		return nil, inputError("no license is offered")
	}
	owner := in.Offered.Owner.Name
	active := in.Active.License(owner)
	p := &Plan{
		Owner: owner, To: in.Offered.Number, Status: Ready,
		Rejections: []Rejection{}, Changes: []ModuleChange{}, Blockers: []Blocker{}, Releases: []Release{}, Warnings: []Warning{},
	}
	if active != nil {
		p.From = active.Number
	}
	move := newTransition(in.Active, in.Offered)
	difference := in.Active.Diff(move.after, owner)
	if p.Rejections = rejections(in, active, difference); len(p.Rejections) > 0 {
		p.Status = Rejected
		return p, nil
	}
	if active != nil && difference.Empty() {
		p.Status = Current
		return p, nil
	}
	p.move, p.issuing = move, issuingWarnings(in)
	if err := p.fill(in, difference); err != nil {
		return nil, err
	}
	return p, nil
}

// MayWait reports whether an offer with this plan waits for an administrator:
// one that can be activated, now, once blockers are solved, or later. See
// docs/spec/planning.md, Pending.
func (p *Plan) MayWait() bool {
	switch p.Status {
	case Ready, Blocked:
		return true
	case Rejected:
		return slices.Equal(p.Rejections, []Rejection{RejectionNotYetValid})
	}
	return false
}

// Moves reports whether the plan moves or ends the assignments of a module for
// everybody, by the full name that is assigned today.
func (p *Plan) Moves(module string) bool {
	return p.move != nil && p.move.target(module) != module
}

// fill computes the figures once; changes, blockers and warnings only read
// them.
func (p *Plan) fill(in Input, difference license.Difference) error {
	groups, err := p.move.groups(in)
	if err != nil {
		return err
	}
	f, err := count(p.move, groups)
	if err != nil {
		return err
	}
	p.counted, p.difference, p.now = f, difference, in.Now
	p.Releases, p.Switches = releases(groups), switches(groups)
	p.Changes = f.changes(difference)
	p.Blockers = f.blockers()
	p.Warnings = append(f.warnings(difference, p.Changes, in.Now), p.issuing...)
	slices.Sort(p.Warnings)
	if len(p.Blockers) > 0 {
		p.Status = Blocked
	}
	return nil
}
