package planner

import (
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/seat"
)

// ErrInput is what [New] wraps when its input contradicts itself.
var ErrInput = errors.New("planner: the input is wrong")

// ErrNotAssigned is matched by a [*NotAssignedError].
var ErrNotAssigned = errors.New("it is not assigned")

func inputError(what string) error { return fmt.Errorf("%w: %s", ErrInput, what) }

// NotAssignedError says that something shall be released that is not assigned.
type NotAssignedError struct {
	// Holder is the id of the holder, Module the full name of the module.
	Holder string `json:"holder"`
	Module string `json:"module"`
}

func (e *NotAssignedError) Error() string {
	return fmt.Sprintf("%s can't be released from holder %q, to whom it is not assigned", e.Module, e.Holder)
}

// Is reports whether target is [ErrNotAssigned].
func (e *NotAssignedError) Is(target error) bool { return target == ErrNotAssigned }

// SwitchError says that a switch can't be made with the activation.
type SwitchError struct {
	// Swap is the switch that was asked for.
	seat.Swap
	// Rule is the one that it breaks.
	Rule SwitchRule `json:"rule"`
	// Other is the module to which From is switched as well, or the other
	// bundle of the owner that the holder would have; otherwise empty.
	Other string `json:"other,omitzero"`
}

// SwitchRule is a rule that a switch can break. See docs/spec/planning.md, What
// happens to assignments.
type SwitchRule string

// The rules of switches.
const (
	// SwitchFromNotAssigned: the holder does not have From.
	SwitchFromNotAssigned SwitchRule = "from-not-assigned"
	// SwitchFromOtherOwner: From is not a module of the offered license's owner.
	SwitchFromOtherOwner SwitchRule = "from-other-owner"
	// SwitchFromReleased: From shall be released as well.
	SwitchFromReleased SwitchRule = "from-released"
	// SwitchFromTwice: From shall be switched to another module as well.
	SwitchFromTwice SwitchRule = "from-switched-twice"
	// SwitchToNotOffered: the offered license does not have To.
	SwitchToNotOffered SwitchRule = "to-not-offered"
	// SwitchToSite: To is a site module, which nobody is assigned.
	SwitchToSite SwitchRule = "to-site-module"
	// SwitchToSame: To is From.
	SwitchToSame SwitchRule = "to-same-module"
	// SwitchToSecondBundle: To is a bundle, and the holder would have another
	// bundle of the offered license in the end.
	SwitchToSecondBundle SwitchRule = "to-second-bundle"
)

func (e *SwitchError) Error() string {
	return fmt.Sprintf("holder %q can't be switched from %s to %s, %s", e.Holder, e.From, e.To, e.reason())
}

func (e *SwitchError) reason() string {
	switch e.Rule {
	case SwitchFromNotAssigned:
		return "because the former is not assigned"
	case SwitchFromOtherOwner:
		return "because the former is not a module of the license's owner"
	case SwitchFromReleased:
		return "because the former shall be released as well"
	case SwitchFromTwice:
		return fmt.Sprintf("because the former shall be switched to %s as well", e.Other)
	case SwitchToNotOffered:
		return "which the license does not have"
	case SwitchToSite:
		return "which is a site module"
	case SwitchToSame:
		return "which is the same module"
	case SwitchToSecondBundle:
		return fmt.Sprintf("because that would be a second bundle beside %s", e.Other)
	default:
		return "which is against the rules"
	}
}

// oneLine formats several errors for a log.
func oneLine(errs []error) string { return "planner: " + errtext.Join(errs) }
