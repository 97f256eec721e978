package activation

import (
	"errors"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// Class sorts what an operation returns by what a host does about it.
type Class string

// The classes, with the HTTP status that fits each.
const (
	// ClassNone: there is no error. 200.
	ClassNone Class = ""
	// ClassInvalid: an argument is wrong, or what was loaded is no license. Ask
	// again with another one. 400.
	ClassInvalid Class = "invalid"
	// ClassForbidden: the owner is protected. 403.
	ClassForbidden Class = "forbidden"
	// ClassNotFound: there is no such offer, or no source. 404.
	ClassNotFound Class = "not-found"
	// ClassConflict: it is not as the caller saw it, or something has to be
	// solved first. Look again. 409.
	ClassConflict Class = "conflict"
	// ClassRefused: a rule says no, with figures. 422.
	ClassRefused Class = "refused"
	// ClassUnavailable: the store or a source can't be reached, or the context
	// has ended. Nothing has changed; try again later. 503.
	ClassUnavailable Class = "unavailable"
	// ClassOutcomeUnknown: the change may or may not be stored. Repeat the
	// operation, which is safe. 503.
	ClassOutcomeUnknown Class = "outcome-unknown"
)

// HTTPStatus returns the status that fits the class, as the constants say it.
func (c Class) HTTPStatus() int {
	switch c {
	case ClassNone:
		return 200
	case ClassInvalid:
		return 400
	case ClassForbidden:
		return 403
	case ClassNotFound:
		return 404
	case ClassConflict:
		return 409
	case ClassRefused:
		return 422
	default:
		return 503
	}
}

// Classify sorts an error of an [Engine], a [Tenant], an [Actor], or of packages
// seat and planner. An error of none of them is [ClassUnavailable]: what is not
// known is the store's.
func Classify(err error) Class {
	switch {
	case err == nil:
		return ClassNone
	case errors.Is(err, ErrOutcomeUnknown):
		return ClassOutcomeUnknown
	case matches(err, ErrProtected):
		return ClassForbidden
	case matches(err, ErrNoOffer, ErrNoSource):
		return ClassNotFound
	case matches(err, ErrStale, ErrBlocked, ErrNoSerial, ErrAltered):
		return ClassConflict
	case matches(err, ErrRejected, ErrNobodyPresent, planner.ErrNoProposal), isAny[*seat.RefusedError](err), isAny[*seat.ModuleError](err),
		isAny[*planner.EffortError](err), isAny[*SelectionSizeError](err):
		return ClassRefused
	case matches(err, ErrInvalid, ErrNoDueLister, planner.ErrInput, planner.ErrNotAssigned), isAny[*planner.SwitchError](err),
		isAny[*seat.UnknownHolderError](err), isAny[*signed.Error](err), isAny[*license.Finding](err),
		isAny[*source.TooLargeError](err):
		return ClassInvalid
	}
	return ClassUnavailable
}

func matches(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func isAny[T error](err error) bool {
	var found T
	return errors.As(err, &found)
}
