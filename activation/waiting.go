package activation

import (
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
)

// Waiting says why an offer that is pending was not activated by itself. See
// docs/spec/planning.md, Activation.
type Waiting string

// What a pending offer waits for.
const (
	// WaitingBlocked: something has to be solved first, the plan's blockers.
	WaitingBlocked Waiting = "blocked"
	// WaitingFirst: it is the owner's first license, and nobody has said that its
	// serial is expected. [Actor.Expect] does, or somebody activates it.
	WaitingFirst Waiting = "first-license"
	// WaitingPolicy: the policy of [WithPolicy] asks for an administrator.
	WaitingPolicy Waiting = "policy"
	// WaitingNotYetValid: its validFrom has not come.
	WaitingNotYetValid Waiting = "not-yet-valid"
)

// waitsFor says why an offer with a plan is not activated by itself, empty if it
// is or is none. A first license whose serial is expected has that serial if the
// plan is ready.
func (s *situation) waitsFor(owner OwnerRecord, plan *planner.Plan) Waiting {
	switch {
	case plan.Status == planner.Blocked:
		return WaitingBlocked
	case plan.Status == planner.Rejected && plan.MayWait():
		return WaitingNotYetValid
	case plan.Status != planner.Ready:
		return ""
	case owner.Active == nil && strings.TrimSpace(owner.Expected.Serial) == "":
		return WaitingFirst
	case !s.engine.policy(plan):
		return WaitingPolicy
	}
	return ""
}
