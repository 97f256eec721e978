package activation

import (
	"errors"
	"fmt"
)

// Refusals that carry no figures.
var (
	// ErrNoOffer means that no offer is pending, or not the one that was asked
	// for: it was activated, superseded or dismissed.
	ErrNoOffer = errors.New("no such offer is pending")
	// ErrNoSource means that the engine has no source for the owner.
	ErrNoSource = errors.New("the owner has no source")
	// ErrNoSerial means that it is not known which serial to ask a source for:
	// no license of the owner is active, and [Tenant.Expect] names none.
	ErrNoSerial = errors.New("it is not known which serial to ask for")
	// ErrProtected means that the owner's license may not be removed.
	ErrProtected = errors.New("the owner's license is protected")
	// ErrAltered means that a stored license is authentic, but not the one that
	// was activated: a row was changed by other hands.
	ErrAltered = errors.New("the stored license was altered")
	// ErrNotListed means that the store is no [DueLister].
	ErrNotListed = errors.New("the store can't list the tenants whose checks are due")
)

// StaleError says that an offer was not activated, because another license of
// the tenant, or what the releases take with them, is no longer what the
// caller saw. Nothing changed.
type StaleError struct {
	// Fresh is the preview as it is now.
	Fresh *Preview
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s was not activated, since the licenses or the releases changed after it was looked at; look again",
		e.Fresh.name())
}

// BlockedError says that an offer was not activated, because something has to
// be solved first. Nothing changed.
type BlockedError struct {
	// Fresh is the preview as it is now; its plan has the blockers.
	Fresh *Preview
}

func (e *BlockedError) Error() string {
	b := e.Fresh.Plan.Blockers[0]
	text := fmt.Sprintf("%s was not activated: %s", e.Fresh.name(), b.sentence())
	if more := len(e.Fresh.Plan.Blockers) - 1; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// sentence is a blocker for an administrator's log.
func (b Blocker) sentence() string {
	switch b.Kind {
	case MissingPrerequisite:
		return fmt.Sprintf("%d holders of %s would lack %s", b.Affected, b.Module, b.Requires)
	case NotAssignable:
		return fmt.Sprintf("%d holders may not have %s", b.Affected, b.Module)
	default:
		return fmt.Sprintf("%s would have %d of %d seats in use, release %d", b.Module, b.InUse, b.Available, b.MustRemove)
	}
}

// RejectedError says that an offer was not activated, because this
// installation does not accept it. Nothing changed.
type RejectedError struct {
	// Fresh is the preview as it is now; its plan has the rejections.
	Fresh *Preview
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("%s was not activated: %s", e.Fresh.name(), joined(e.Fresh.Plan.Rejections))
}

func (p *Preview) name() string { return fmt.Sprintf("license %d of %s", p.Plan.To, p.Owner) }
