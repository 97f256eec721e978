package activation

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// MaxDrift is how much drift is reported at most.
const MaxDrift = 10_000

// Drift is a place where what is kept is not what it should be.
type Drift struct {
	Code DriftCode `json:"code"`
	// Subject is the id of a holder, or the name of an owner or a module.
	Subject string `json:"subject"`
	// Stored is what is kept, Found what it should be by all that can be seen.
	Stored string `json:"stored,omitempty"`
	Found  string `json:"found,omitempty"`
}

// DriftCode says what differs.
type DriftCode string

// The codes of drift.
const (
	// DriftHolderGone: something is assigned to a holder whom the host does not
	// have.
	DriftHolderGone DriftCode = "holder-gone"
	// DriftHolderUnknown: the host has a holder who is not kept.
	DriftHolderUnknown DriftCode = "holder-unknown"
	// DriftHolderChanged: kind or type are others.
	DriftHolderChanged DriftCode = "holder-changed"
	// DriftCensus: the census counts other holders than there are.
	DriftCensus DriftCode = "census"
	// DriftLicense: a stored license does not verify.
	DriftLicense DriftCode = "license"
	// DriftHighest: a higher number was activated once than the active one, so that
	// the store was restored from an older state, or changed by hand.
	DriftHighest DriftCode = "highest-number"
	// DriftOversold: more seats are in use than the license has.
	DriftOversold DriftCode = "oversold"
	// DriftUnlicensed: something is assigned that no license has.
	DriftUnlicensed DriftCode = "unlicensed"
	// DriftOffer: a pending offer does not verify.
	DriftOffer DriftCode = "offer"
)

type drifts struct{ list []Drift }

func (d *drifts) add(code DriftCode, subject, stored, found string) {
	if len(d.list) < MaxDrift {
		d.list = append(d.list, Drift{Code: code, Subject: subject, Stored: stored, Found: found})
	}
}

// Verify recounts everything that is kept of the tenant and reports what differs,
// at most [MaxDrift]; nothing if all is well. It reads all holders and changes
// nothing but what [TenantStatus.Drift] says. Run it after a restore, and before
// you trust a database that others could change. As it reads everything, it is not
// for every request. See docs/spec/storage.md, Verify.
func (t *Tenant) Verify(ctx context.Context) ([]Drift, error) {
	return run(ctx, t.operation(OperationVerify, ""), func(ctx context.Context, o *operation) ([]Drift, error) {
		known := false
		found, err := look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (found drifts, err error) {
			known = len(readNotes(s.record.Notes).Drift) > 0
			for _, check := range []func(context.Context, *drifts) error{s.recount, s.verifyLicenses, s.verifySeats} {
				if err := check(ctx, &found); err != nil {
					return found, err
				}
			}
			return found, nil
		})
		if err == nil && (known || len(found.list) > 0) {
			_, failed := update(ctx, o, verifyBytes, func(_ context.Context, x *transaction) (struct{}, error) {
				x.noteDrift(found)
				return struct{}{}, nil
			})
			if failed != nil { // what was found is returned all the same
				o.log(ctx, slog.LevelWarn, "what was verified can't be noted", slog.String("error", failed.Error()))
			}
		}
		return found.list, err
	})
}

// noteDrift keeps how much was found, for the status.
func (x *transaction) noteDrift(found drifts) {
	noted := readNotes(x.record.Notes)
	noted.Drift, noted.Verified = nil, time.Time{}
	if len(found.list) > 0 {
		noted.Drift, noted.Verified = make(map[DriftCode]int64), x.now
	}
	for _, drift := range found.list {
		noted.Drift[drift.Code]++
	}
	x.record.Notes = noted.text()
	if x.engine.tell != nil {
		x.lookWithin(0)
	}
}

// recount makes the census anew from the holders.
func (s *situation) recount(ctx context.Context, found *drifts) error {
	stored, err := s.count(ctx)
	if err != nil {
		return err
	}
	counts := make(map[string]int64)
	combinations := make(map[string]seat.Combination)
	for _, c := range stored {
		counts[c.Key()] -= c.Count
		combinations[c.Key()] = c
	}
	err = eachHolder(ctx, s, nil, func(page []seat.Holder) error {
		for _, c := range seat.NewCensus(slices.Values(page)) {
			counts[c.Key()] += c.Count
			if combinations[c.Key()].Kind == "" {
				combinations[c.Key()] = seat.Combination{Kind: c.Kind, Type: c.Type, Assigned: c.Assigned}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, difference := range counts {
		if c := combinations[key]; difference != 0 {
			subject := fmt.Sprintf("%s %q %s", c.Kind, c.Type, strings.Join(nameset.Of(c.Assigned), " "))
			found.add(DriftCensus, subject, fmt.Sprint(c.Count), fmt.Sprint(c.Count+difference))
		}
	}
	slices.SortFunc(found.list, func(a, b Drift) int { return strings.Compare(a.Subject, b.Subject) })
	return nil
}

func (s *situation) verifyLicenses(ctx context.Context, found *drifts) error {
	for _, owner := range s.owners {
		if problem := s.unverified[owner.Owner]; problem != nil {
			found.add(DriftLicense, owner.Owner, problem.Error(), "")
		}
		if active := owner.Active; active != nil {
			highest, err := s.highest(ctx, owner, active.Licensee.Serial)
			if err != nil {
				return err
			}
			if highest != active.Number {
				found.add(DriftHighest, owner.Owner, fmt.Sprint(active.Number), fmt.Sprint(highest))
			}
		}
		for _, pending := range owner.Pending {
			if _, err := s.reopen(ctx, owner.Owner, pending); err != nil {
				if unlessGone(err) != nil {
					return err
				}
				found.add(DriftOffer, owner.Owner, err.Error(), "")
			}
		}
	}
	return nil
}

func (s *situation) verifySeats(ctx context.Context, found *drifts) error {
	inUse, err := s.inUse(ctx)
	if err != nil {
		return err
	}
	for _, e := range s.licenses.Entries() {
		if used := inUse[e.Index]; e.Module.Restricted() && used > e.Module.Capacity() {
			found.add(DriftOversold, e.Name, fmt.Sprint(used), fmt.Sprint(e.Module.Capacity()))
		}
	}
	for _, name := range s.strays() {
		found.add(DriftUnlicensed, name, "", "")
	}
	return nil
}

// strays returns the assigned modules that should not be: those that the
// license of their owner does not have as user or satellite modules. A license
// that does not verify says nothing about them.
func (s *situation) strays() []string {
	return assigned(s.census, func(module string) bool {
		owner, _ := license.SplitName(module)
		e := s.licenses.Module(module)
		return s.unverified[owner] == nil && (e == nil || !e.Module.Kind.Assignable())
	})
}
