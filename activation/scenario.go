package activation

import (
	"context"
	"fmt"
	"io"

	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/seat"
)

// Scenario writes what an owner has to know to say whether its next license
// could be activated here: a scenario of docs/spec/scenario.md without the
// license, for "vendor preview". It has the effective instant, the active
// licenses of all owners that verify, and what is expected of the owner's
// licenses. It has the highest number of the serial that is expected or active,
// which numbers stand for something already, and who holds what.
//
// Holders are called h1, h2 and so on; nobody can tell who they are but by their
// kind, type and modules. It has no actors and no history, and changes nothing.
// Everything is of one state of the tenant, which has been read before the first
// byte is written.
//
// The error says, before anything is written, that the owner's name is none, that
// the scenario would be larger than 256 MiB, or what no scenario can say; or it is
// that of w.
func (t *Tenant) Scenario(ctx context.Context, owner string, w io.Writer) error {
	type found struct {
		scenario *scenario.Scenario
		census   seat.Census
	}
	of, err := run(ctx, t.operation(OperationScenario, folded(owner)), func(ctx context.Context, o *operation) (found, error) {
		name, err := ownerName(owner)
		if err != nil {
			return found{}, err
		}
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (of found, err error) {
			if of.census, err = s.count(ctx); err == nil {
				of.scenario, err = s.scenario(ctx, s.owner(name))
			}
			return of, err
		})
	})
	if err != nil {
		return err
	}
	if err := scenario.Write(w, of.scenario, of.census); err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	return nil
}

// scenario returns what [situation.plan] would plan an owner's license with.
func (s *situation) scenario(ctx context.Context, owner OwnerRecord) (*scenario.Scenario, error) {
	of := &scenario.Scenario{
		Name: fmt.Sprintf("Who holds what, for the next license of %s.", owner.Owner),
		Now:  s.now, Active: s.licenses, BindTo: owner.Expected, Activated: s.activated(owner),
	}
	if owner.Active != nil {
		of.AllowIdentityChange = owner.Expected.Differs(owner.Active.Licensee)
	}
	if !of.AllowIdentityChange {
		of.BindTo = awaited(owner) // even if the active license does not verify
	}
	var err error
	of.Highest, of.HighestRevoked, err = s.highestOf(ctx, owner, awaited(owner).Serial)
	return of, err
}
