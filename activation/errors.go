package activation

import (
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/internal/errtext"
)

// Refusals that carry no figures.
var (
	// ErrNoOffer means that no offer is pending, or not the one that was asked
	// for: it was activated, superseded or dismissed.
	ErrNoOffer = errors.New("no such offer is pending")
	// ErrNoSource means that the engine has no source for the owner.
	ErrNoSource = errors.New("the owner has no source")
	// ErrNoSerial means that it is not known which serial to ask a source for:
	// no license of the owner is active, and [Actor.Expect] names none.
	ErrNoSerial = errors.New("it is not known which serial to ask for")
	// ErrProtected means that the owner's license may not be removed.
	ErrProtected = errors.New("the owner's license is protected")
	// ErrAltered means that a stored license is authentic, but not the one that
	// was activated: a row was changed by other hands.
	ErrAltered = errors.New("the stored license was altered")
	// ErrNoDueLister means that the store is no [DueLister].
	ErrNoDueLister = errors.New("the store can't list the tenants whose checks are due")
	// ErrInvalid is matched by every error that says that an argument is wrong:
	// an id that can be none, an empty actor, a name that is no owner's.
	ErrInvalid = errors.New("an argument is wrong")
)

// Why an offer was not activated; a [*NotActivatedError] matches one of them.
var (
	// ErrStale means that another license of the tenant, what is selected, or what
	// that takes with it, is no longer what the caller saw.
	ErrStale = errors.New("the licenses or the releases have changed since it was looked at; look again")
	// ErrBlocked means that something has to be solved first.
	ErrBlocked = errors.New("it is blocked")
	// ErrRejected means that this installation does not accept the license.
	ErrRejected = errors.New("it is rejected")
)

// NotActivatedError says that an offer was not activated, and why. Nothing has
// changed.
type NotActivatedError struct {
	// Reason is [ErrStale], [ErrBlocked] or [ErrRejected].
	Reason error `json:"-"`
	// Fresh is the preview as it is now; its plan has the blockers or the
	// rejections.
	Fresh *Preview `json:"fresh,omitzero"`
}

// Error names the first reasons and how many there are.
func (e *NotActivatedError) Error() string {
	if e.Fresh == nil || e.Fresh.Plan == nil {
		return "the license was not activated"
	}
	plan := e.Fresh.Plan
	text := fmt.Sprintf("license %d of %s was not activated: ", plan.To, e.Fresh.Owner)
	switch {
	case errors.Is(e.Reason, ErrBlocked) && len(plan.Blockers) > 0:
		return text + errtext.List(plan.Blockers, 0)
	case errors.Is(e.Reason, ErrRejected):
		return text + errtext.Codes(plan.Rejections)
	case e.Reason == nil:
		return text + "no reason is given"
	}
	return text + e.Reason.Error()
}

// Unwrap returns the reason.
func (e *NotActivatedError) Unwrap() error { return e.Reason }

// invalidError matches ErrInvalid and says what is wrong in its own words.
type invalidError struct{ error }

func invalid(format string, args ...any) error { return invalidError{fmt.Errorf(format, args...)} }

func (e invalidError) Unwrap() error { return e.error }

func (invalidError) Is(target error) bool { return target == ErrInvalid }
