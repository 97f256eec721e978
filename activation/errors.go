package activation

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInput is what [NewPlan] wraps when its input contradicts itself.
var ErrInput = errors.New("activation: the plan's input is wrong")

func inputError(what string) error { return fmt.Errorf("%w: %s", ErrInput, what) }

// NotAssignedError says that something shall be released that is not assigned.
type NotAssignedError struct {
	// Holder is the id of the holder, Module the full name of the module.
	Holder, Module string
}

func (e *NotAssignedError) Error() string {
	return fmt.Sprintf("%s can't be released from holder %q, to whom it is not assigned", e.Module, e.Holder)
}

// oneLine formats several errors for a log.
func oneLine(errs []error) string { return "activation: " + listed(errs) }

// listed is oneLine for what gets a prefix later.
func listed(errs []error) string {
	const shown = 3
	texts := make([]string, 0, shown)
	for _, err := range errs[:min(shown, len(errs))] {
		texts = append(texts, err.Error())
	}
	text := strings.Join(texts, "; ")
	if more := len(errs) - shown; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}
