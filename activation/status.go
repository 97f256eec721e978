package activation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TenantStatus is a tenant at a glance, as an administrator's screen of licenses
// shows it. It is read-only.
type TenantStatus struct {
	// At is the effective instant, by which everything is said.
	At time.Time `json:"at,omitzero"`
	// Recorded is the newest instant that the tenant has recorded. If it is
	// more than five minutes after the clock, the clock was set back, or was
	// wrong before: see [Actor.ResetClock].
	Recorded time.Time `json:"recorded,omitzero"`
	// NextCheck is when RenewDue looks at the tenant again, zero for never.
	NextCheck time.Time `json:"nextCheck,omitzero"`
	// Verified is when [Tenant.Verify] ran that found what is in Drift, by codes
	// with their counts. Both are zero if the last one found nothing.
	Verified time.Time           `json:"verified,omitzero"`
	Drift    map[DriftCode]int64 `json:"drift,omitzero"`
	// Unlicensed says by full name to how many holders a module is assigned that
	// the license of its owner does not have, as when somebody has deleted the
	// license from the database, and not those who have seats. It is nil if all
	// is well. A license that does not verify is no reason.
	Unlicensed map[string]int64 `json:"unlicensed,omitzero"`
	// Wishes counts the unmet wishes, by module and reason. See [Actor.Sync].
	Wishes []WishCount `json:"wishes,omitzero"`
	// Owners is ordered by name. It is never nil.
	Owners []OwnerStatus `json:"owners"`

	notes notes // since when items are known
}

// OwnerStatus is what a tenant has of an owner. A zero field is not there.
type OwnerStatus struct {
	Owner string `json:"owner"`
	// License is the active license, nil if there is none or if it does not
	// verify. Its ShopURL is where to buy more.
	License *license.License `json:"license,omitzero"`
	// State is where it stands in time.
	State license.State `json:"state,omitzero"`
	// Licensee, Number, Digest, Source, By, Activated and Unseen are those of
	// the active license, also when it does not verify. Unseen says that it was
	// activated by itself and to show "new license activated", until
	// [Actor.Acknowledge].
	Licensee  license.Licensee `json:"licensee,omitzero"`
	Number    int64            `json:"number,omitzero"`
	Digest    Digest           `json:"digest,omitzero"`
	Source    string           `json:"source,omitzero"`
	By        string           `json:"by,omitzero"`
	Activated time.Time        `json:"activated,omitzero"`
	Unseen    bool             `json:"unseen,omitzero"`
	// Unverified is why the active license does not verify, so that its modules
	// count as not licensed: a [*signed.Error] with its code, or [ErrAltered].
	// Nil if it does. It marshals as its text.
	Unverified error `json:"-"`
	// Modules is the license's, ordered by sort order, then by full name, hidden
	// ones among them.
	Modules []ModuleStatus `json:"modules,omitzero"`
	// Blockers is what would block any further license of the owner that
	// changes nothing about it: holders of another type than a module is for, or
	// without what it requires. See docs/spec/planning.md, Blockers.
	Blockers []planner.Blocker `json:"blockers,omitzero"`
	// Pending is the offer to show "activate new license" for, nil if none is.
	// Others is the other offers that wait, in the order of their beginnings.
	Pending *Preview   `json:"pending,omitzero"`
	Others  []*Preview `json:"others,omitzero"`
	// Expected is what the installation expects of the owner's licenses, and
	// Before what it was before the serial or company was changed, nil if that was
	// not or a license was activated since. [Actor.Revert] goes back to it.
	Expected planner.Expected  `json:"expected,omitzero"`
	Before   *planner.Expected `json:"before,omitzero"`
	// Check is how the owner's source was asked last and when it is next.
	Check CheckRecord `json:"check,omitzero"`
	// PausedUntil is until when this process leaves the owner's source alone,
	// for whatever tenant, as it could not be reached; zero if it does not.
	// Checks that are due are made after that, and [Tenant.Renew] asks at any
	// time.
	PausedUntil time.Time `json:"pausedUntil,omitzero"`
}

// Owner returns what the tenant has of an owner, the zero OwnerStatus if that is
// nothing.
func (s *TenantStatus) Owner(name string) OwnerStatus {
	name = folded(name)
	if i := slices.IndexFunc(s.Owners, func(o OwnerStatus) bool { return o.Owner == name }); i >= 0 {
		return s.Owners[i]
	}
	return OwnerStatus{}
}

// Licenses returns the active licenses that verify, to look up what includes what.
func (s *TenantStatus) Licenses() (active *license.Set) {
	for _, o := range s.Owners {
		active = active.With(o.License)
	}
	return active
}

// Module returns a module of the owner's license by its full name, the zero
// ModuleStatus if the license does not have it.
func (s OwnerStatus) Module(name string) ModuleStatus {
	if i := slices.IndexFunc(s.Modules, func(m ModuleStatus) bool { return m.Name == name }); i >= 0 {
		return s.Modules[i]
	}
	return ModuleStatus{}
}

// Covers reports whether the active license covers a release of the product that
// was built at an instant: [license.License.Covers]. Without an active license
// that verifies, nothing is covered.
func (s OwnerStatus) Covers(builtAt time.Time) bool {
	return s.License != nil && s.License.Covers(builtAt)
}

// MarshalJSON writes what a screen of licenses shows as it is: without the
// hidden modules, among Modules and in License, and with the text of Unverified.
func (s OwnerStatus) MarshalJSON() ([]byte, error) {
	type plain OwnerStatus
	text := ""
	if s.Unverified != nil {
		text = s.Unverified.Error()
	}
	s.Modules = slices.DeleteFunc(slices.Clone(s.Modules), func(m ModuleStatus) bool { return m.Module != nil && m.Module.Hidden })
	if s.License != nil {
		shown := *s.License
		shown.Modules = slices.DeleteFunc(slices.Clone(shown.Modules), func(m license.Module) bool { return m.Hidden })
		s.License = &shown
	}
	return json.Marshal(struct {
		plain
		Unverified string `json:"unverified,omitzero"`
	}{plain(s), text})
}

// ModuleStatus is a module of an active license with its figures.
type ModuleStatus struct {
	// Name is the full name.
	Name string `json:"name"`
	// Module is what was bought. Hidden ones are not for an administrator's
	// eyes.
	Module *license.Module `json:"module,omitzero"`
	// Capacity is the seats that can be in use, overdraft included; InUse is
	// those that are, 0 for a site module, and Free what is left. Capacity and
	// Free are 0 for a module that is unrestricted or a site module, and say
	// nothing.
	Capacity int64 `json:"capacity,omitzero"`
	InUse    int64 `json:"inUse"`
	Free     int64 `json:"free"`
	// Assignable is the number of holders without a seat that the module can
	// still be given to. It is what is free of the module, and of everything
	// that a bundle includes, whichever is least. It is 0 while the license is
	// lapsed or not yet valid. It is nil if there is no limit, and for a site
	// module.
	Assignable *int64 `json:"assignable,omitzero"`
	// HeldBackBy is the full name of what a bundle includes, hidden perhaps, of
	// which less is free than of the bundle itself. It is empty if nothing holds
	// the module back.
	HeldBackBy string `json:"heldBackBy,omitzero"`
	// Wished is to how many holders the module should be given and can't be, by
	// [Actor.Sync].
	Wished int64 `json:"wished,omitzero"`
}

// Status fills a screen of licenses, and the page of an operator. It returns what
// the tenant has of each owner: license, state in time, modules with figures,
// pending offer, checks. A tenant without any license has a status too.
func (t *Tenant) Status(ctx context.Context) (*TenantStatus, error) {
	return run(ctx, t.operation(OperationStatus, ""), func(ctx context.Context, o *operation) (*TenantStatus, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (*TenantStatus, error) {
			return s.status(ctx)
		})
	})
}

func (s *situation) status(ctx context.Context) (*TenantStatus, error) {
	inUse, err := s.inUse(ctx)
	if err != nil {
		return nil, err
	}
	status := &TenantStatus{
		At: s.now, Recorded: s.record.Newest.UTC(), NextCheck: s.record.Due.UTC(), Owners: make([]OwnerStatus, 0, len(s.owners)),
		notes: readNotes(s.record.Notes),
	}
	status.Verified, status.Drift = status.notes.Verified.UTC(), status.notes.Drift
	status.Unlicensed = s.unlicensed()
	if status.notes.Wishes != "" {
		if status.Wishes, err = s.WishCounts(ctx); err != nil {
			return nil, err
		}
	}
	for _, owner := range s.owners {
		of := OwnerStatus{Owner: owner.Owner, Expected: owner.Expected, Before: owner.Before, Check: owner.Check}
		if g := s.engine.gates[owner.Owner]; g != nil {
			of.PausedUntil = g.pausedUntil(s.engine.clock())
		}
		if active := owner.Active; active != nil {
			of.Licensee, of.Number, of.Digest = active.Licensee, active.Number, active.Digest
			of.Source, of.By, of.Activated, of.Unseen = active.Source, active.By, active.At.UTC(), active.Unseen
			of.Unverified = s.unverified[owner.Owner]
		}
		if opened := s.opened[owner.Owner]; opened != nil {
			of.License, of.State = opened.License, opened.License.StateAt(s.now)
			of.Modules = s.modules(opened.License, inUse, status.Wishes)
			of.Blockers = planner.Standing(s.licenses, owner.Owner, s.census)
		}
		waiting, err := s.waiting(ctx, owner)
		if err != nil {
			return nil, err
		}
		if len(waiting) > 0 {
			of.Pending, of.Others = waiting[0], waiting[1:]
		}
		status.Owners = append(status.Owners, of)
	}
	return status, nil
}

// unlicensed counts the holders of modules that are assigned and no license has.
func (s *situation) unlicensed() map[string]int64 {
	strays := s.strays()
	if len(strays) == 0 {
		return nil
	}
	holders := make(map[string]int64, len(strays))
	for _, module := range strays {
		for _, c := range s.census {
			if slices.Contains(c.Assigned, module) {
				holders[module] += c.Count
			}
		}
	}
	return holders
}

func (s *situation) modules(l *license.License, inUse []int64, wishes []WishCount) []ModuleStatus {
	var modules []ModuleStatus
	for _, difference := range license.Diff(nil, l).Modules { // in the order of display
		e := s.licenses.Module(difference.Name)
		m := ModuleStatus{Name: e.Name, Module: e.Module}
		if e.Module.Kind.Assignable() {
			m.InUse = inUse[e.Index]
			if e.Module.Restricted() {
				m.Capacity = e.Module.Capacity()
				m.Free = m.Capacity - m.InUse
			}
			m.Assignable, m.HeldBackBy = s.assignable(e, inUse)
		}
		for _, w := range wishes {
			if w.Module == m.Name {
				m.Wished += w.Count
			}
		}
		modules = append(modules, m)
	}
	return modules
}

// assignable returns how many more holders may get a user or satellite module,
// and what that it includes has the least free, if that is less than its own.
// Of several the first that is shown to administrators is named.
func (s *situation) assignable(e *license.Entry, inUse []int64) (*int64, string) {
	var least *int64
	var by *license.Entry
	for _, m := range occupancy.WithIncluded(e) {
		if !m.Module.Restricted() {
			continue
		}
		free := max(0, m.Module.Capacity()-inUse[m.Index])
		if least == nil || free < *least || free == *least && by != e && by.Module.Hidden && !m.Module.Hidden {
			least, by = &free, m
		}
	}
	switch e.License.StateAt(s.now) {
	case license.Lapsed, license.NotYetValid:
		return new(int64), ""
	}
	if by == nil || by == e {
		return least, ""
	}
	return least, by.Name
}

// Acknowledge says that an administrator has seen a license that was activated
// by itself. A license that is not active any more needs no acknowledgement.
func (a *Actor) Acknowledge(ctx context.Context, active Digest) error {
	return do(ctx, a.operation(OperationAcknowledge, ""), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			for _, owner := range x.owners {
				if owner.Active != nil && owner.Active.Digest == active && owner.Active.Unseen {
					seen := *owner.Active
					seen.Unseen = false
					owner.Active = &seen
					return struct{}{}, x.putOwner(ctx, owner)
				}
			}
			return struct{}{}, nil
		})
		return err
	})
}

// samples is the seats of all user and satellite modules, ordered by name;
// never nil.
func samples(licenses *license.Set, census seat.Census, day time.Time) []Sample {
	inUse := census.InUse(licenses)
	samples := []Sample{}
	for _, e := range licenses.Entries() {
		if !e.Module.Kind.Assignable() {
			continue
		}
		sample := Sample{Day: day, Module: e.Name, InUse: inUse[e.Index], Unrestricted: e.Module.Unrestricted}
		if !sample.Unrestricted {
			sample.Capacity, sample.Overdraft = e.Module.Capacity(), e.Module.Overdraft
		}
		samples = append(samples, sample)
	}
	return samples
}
