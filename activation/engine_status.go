package activation

import (
	"context"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TenantStatus is a tenant at a glance, as an administrator's screen of licenses
// shows it. It is read-only.
type TenantStatus struct {
	// At is the effective instant, by which everything is said.
	At time.Time
	// Recorded is the newest instant that the tenant has recorded. If it is
	// more than five minutes after the clock, the clock was set back, or was
	// wrong before: see [Tenant.ResetClock].
	Recorded time.Time
	// NextCheck is when RenewDue looks at the tenant again, zero for never.
	NextCheck time.Time
	// Owners is ordered by name.
	Owners []OwnerStatus
}

// OwnerStatus is what a tenant has of an owner. What is zero is not there.
type OwnerStatus struct {
	Owner string
	// License is the active license, nil if there is none or if it does not
	// verify. Its ShopURL is where to buy more.
	License *license.License
	// State is where it stands in time.
	State license.State
	// Licensee, Number, Digest, Source, By, Activated and Unseen are those of
	// the active license, also when it does not verify. Unseen says that it was
	// activated by itself and to show "new license activated", until
	// [Tenant.Acknowledge].
	Licensee   license.Licensee
	Number     int64
	Digest     Digest
	Source, By string
	Activated  time.Time
	Unseen     bool
	// Unverified is why the active license does not verify, so that its modules
	// count as not licensed: a [*signed.Error] with its code, or [ErrAltered].
	// Nil if it does.
	Unverified error
	// Modules is the license's, ordered by sort order, then by full name.
	Modules []ModuleStatus
	// Pending is the offer to show "activate new license" for, nil if none is.
	Pending *Preview
	// Expected is what the installation expects of the owner's licenses.
	Expected BindTo
	// Check is how the owner's source was asked last and when it is next.
	Check CheckRecord
}

// ModuleStatus is a module of an active license with its figures.
type ModuleStatus struct {
	// Name is the full name.
	Name string
	// Module is what was bought. Hidden ones are not for an administrator's
	// eyes.
	Module *license.Module
	// InUse is the seats in use, 0 for a site module. Free is what is left of
	// the capacity; it says nothing about a module that is unrestricted or a
	// site module.
	InUse, Free int64
}

// Status returns what the tenant has of each owner: license, state in time,
// modules with figures, pending offer, checks. A tenant without any license has
// a status too.
func (t *Tenant) Status(ctx context.Context) (*TenantStatus, error) {
	return run(ctx, t, "status", "", func(ctx context.Context, o *operation) (*TenantStatus, error) {
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
	status := &TenantStatus{At: s.now, Recorded: s.record.Newest.UTC(), NextCheck: s.record.Due.UTC()}
	for _, owner := range s.owners {
		of := OwnerStatus{Owner: owner.Owner, Expected: owner.BindTo, Check: owner.Check}
		if active := owner.Active; active != nil {
			of.Licensee, of.Number, of.Digest = active.Licensee, active.Number, active.Digest
			of.Source, of.By, of.Activated, of.Unseen = active.Source, active.By, active.At.UTC(), active.Unseen
			of.Unverified = s.unverified[owner.Owner]
		}
		if opened := s.opened[owner.Owner]; opened != nil {
			of.License, of.State = opened.License, opened.License.StateAt(s.now)
			of.Modules = s.modules(opened.License, inUse)
		}
		if of.Pending, err = s.waiting(ctx, owner); err != nil {
			return nil, err
		}
		status.Owners = append(status.Owners, of)
	}
	return status, nil
}

func (s *situation) modules(l *license.License, inUse []int64) []ModuleStatus {
	var modules []ModuleStatus
	for _, difference := range license.Diff(nil, l).Modules { // in the order of display
		e := s.licenses.Module(difference.Name)
		m := ModuleStatus{Name: e.Name, Module: e.Module}
		if e.Module.Kind.Assignable() {
			m.InUse = inUse[e.Index]
			if !e.Module.Unrestricted {
				m.Free = e.Module.Capacity() - m.InUse
			}
		}
		modules = append(modules, m)
	}
	return modules
}

// Acknowledge says that an administrator has seen a license that was activated
// by itself. A license that is not active any more needs no acknowledgement.
func (t *Tenant) Acknowledge(ctx context.Context, active Digest) error {
	return do(ctx, t, "acknowledge", "", func(ctx context.Context, o *operation) error {
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
	inUse := seat.InUse(licenses, census)
	samples := []Sample{}
	for _, e := range licenses.Entries() {
		if !e.Module.Kind.Assignable() {
			continue
		}
		sample := Sample{Day: day, Module: e.Name, InUse: inUse[e.Index], Unrestricted: e.Module.Unrestricted}
		if !sample.Unrestricted {
			sample.Capacity = e.Module.Capacity()
		}
		samples = append(samples, sample)
	}
	return samples
}
