package planner

import (
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/internal/errtext"
)

// ErrInput is what [New] wraps when its input contradicts itself.
var ErrInput = errors.New("planner: the input is wrong")

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

// oneLine formats several errors for a log.
func oneLine(errs []error) string { return "planner: " + errtext.Join(errs) }
