package activation

import (
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
)

// Waiting says why an offer that is pending was not activated by itself. See
// docs/spec/planning.md, Activation.
type Waiting string

// These say what a pending offer waits for.
const (
	// WaitingBlocked: something has to be solved first, the plan's blockers.
	WaitingBlocked Waiting = "blocked"
	// WaitingFirst: it is the owner's first license, and nobody has said that its
	// serial is expected. [Actor.Expect] does, or somebody activates it.
	WaitingFirst Waiting = "first-license"
	// WaitingPolicy: the policy of [WithPolicy] asks for an administrator.
	WaitingPolicy Waiting = "policy"
	// WaitingNotYetValid: its validFrom has not come. [Actor.Schedule] says what
	// to release then.
	WaitingNotYetValid Waiting = "not-yet-valid"
	// WaitingSchedule: what is scheduled with it does not fit any more; the
	// preview says why.
	WaitingSchedule Waiting = "schedule"
	// WaitingWithdrawn: before its validFrom, the source has answered that it has
	// something else. It begins by itself once the source has it again; until
	// then somebody activates or dismisses it.
	WaitingWithdrawn Waiting = "withdrawn"
	// WaitingNumber: its number is so high that it may be a slip, and would make
	// all later ones older; see [planner.WarningNumberJump].
	WaitingNumber Waiting = "number"
)

// waitsFor says why an offer with a plan is not activated by itself, empty if
// it is or is none. A first license whose serial is expected has that serial if
// the plan is ready. A scheduled offer needs no further approval.
func (s *situation) waitsFor(owner OwnerRecord, p *planned) Waiting {
	switch plan := p.plan; {
	case !plan.MayWait():
		return ""
	case p.misfit != nil:
		return WaitingSchedule
	case !p.stored.Withdrawn.IsZero():
		return WaitingWithdrawn
	case plan.Status == planner.Blocked:
		return WaitingBlocked
	case plan.Status == planner.Rejected:
		return WaitingNotYetValid
	case p.stored.Schedule != nil:
		return ""
	case owner.Active == nil && strings.TrimSpace(owner.Expected.Serial) == "":
		return WaitingFirst
	case slices.Contains(plan.Warnings, planner.WarningNumberJump):
		return WaitingNumber
	case !s.engine.policy(plan):
		return WaitingPolicy
	}
	return ""
}
