package activation_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

func TestClassify(t *testing.T) {
	for _, test := range []struct {
		err    error
		class  activation.Class
		status int
	}{
		{nil, activation.ClassNone, 200},

		{activation.ErrInvalid, activation.ClassInvalid, 400},
		{activation.ErrNoDueLister, activation.ClassInvalid, 400},
		{planner.ErrInput, activation.ClassInvalid, 400},
		{planner.ErrNotAssigned, activation.ClassInvalid, 400},
		{&planner.NotAssignedError{}, activation.ClassInvalid, 400},
		{&planner.SwitchError{}, activation.ClassInvalid, 400},
		{&seat.UnknownHolderError{}, activation.ClassInvalid, 400},
		{&signed.Error{}, activation.ClassInvalid, 400},
		{&license.Finding{}, activation.ClassInvalid, 400},
		{&source.TooLargeError{}, activation.ClassInvalid, 400},

		{activation.ErrProtected, activation.ClassForbidden, 403},

		{activation.ErrNoOffer, activation.ClassNotFound, 404},
		{activation.ErrNoSource, activation.ClassNotFound, 404},

		{activation.ErrNoSerial, activation.ClassConflict, 409},
		{activation.ErrAltered, activation.ClassConflict, 409},
		{&activation.NotActivatedError{Reason: activation.ErrStale}, activation.ClassConflict, 409},
		{&activation.NotActivatedError{Reason: activation.ErrBlocked}, activation.ClassConflict, 409},

		{&activation.NotActivatedError{Reason: activation.ErrRejected}, activation.ClassRefused, 422},
		{activation.ErrNobodyPresent, activation.ClassRefused, 422},
		{&seat.ModuleError{}, activation.ClassRefused, 422},
		{planner.ErrNoProposal, activation.ClassRefused, 422},
		{&planner.NoProposalError{}, activation.ClassRefused, 422},
		{&planner.EffortError{}, activation.ClassRefused, 422},
		{&activation.SelectionSizeError{}, activation.ClassRefused, 422},
		{
			&seat.RefusedError{Refusals: []seat.Refusal{{Err: &seat.UnknownHolderError{Holder: "a"}}}},
			activation.ClassRefused, 422,
		},

		{errors.New("disk full"), activation.ClassUnavailable, 503},
		{context.Canceled, activation.ClassUnavailable, 503},
		{context.DeadlineExceeded, activation.ClassUnavailable, 503},
		{activation.ErrOutcomeUnknown, activation.ClassOutcomeUnknown, 503},
		{
			fmt.Errorf("%w: %w", activation.ErrOutcomeUnknown, context.Canceled),
			activation.ClassOutcomeUnknown, 503,
		},
	} {
		class := activation.Classify(test.err)
		assert.Equal(t, test.class, class, "%v", test.err)
		assert.Equal(t, test.status, class.HTTPStatus(), "%v", test.err)
		if test.err != nil {
			assert.Equal(t, test.class, activation.Classify(fmt.Errorf("activation: x: %w", test.err)), "wrapped: %v", test.err)
		}
	}
}

// What was not activated says why, as far as it is known.
func TestNotActivatedError(t *testing.T) {
	over := func(modules ...string) *activation.Preview {
		p := &activation.Preview{Owner: "acme", Plan: &planner.Plan{Owner: "acme", To: 7}}
		for _, module := range modules {
			p.Plan.Blockers = append(p.Plan.Blockers, planner.Blocker{
				Kind: planner.OverAllocated, Module: module, InUse: 3, Available: 1, MustRemove: 2,
			})
		}
		return p
	}
	rejected := over()
	rejected.Plan.Rejections = []planner.Rejection{planner.RejectionLapsed, planner.RejectionOlder}
	for _, test := range []struct {
		err  activation.NotActivatedError
		text string
	}{
		{activation.NotActivatedError{}, "the license was not activated"},
		{activation.NotActivatedError{Reason: activation.ErrStale, Fresh: over()}, "license 7 of acme was not activated: the licenses or the releases have changed since it was looked at; look again"},
		{activation.NotActivatedError{Reason: activation.ErrBlocked, Fresh: over("a")}, "license 7 of acme was not activated: a would have 3 of 1 seat in use, release 2"},
		{activation.NotActivatedError{Reason: activation.ErrBlocked, Fresh: over("a", "b", "c", "d", "e")}, "license 7 of acme was not activated: a would have 3 of 1 seat in use, release 2; b would have 3 of 1 seat in use, release 2; c would have 3 of 1 seat in use, release 2; and 2 more"},
		{activation.NotActivatedError{Reason: activation.ErrBlocked, Fresh: over()}, "license 7 of acme was not activated: it is blocked"},
		{activation.NotActivatedError{Reason: activation.ErrRejected, Fresh: rejected}, "license 7 of acme was not activated: lapsed, older"},
		{activation.NotActivatedError{Fresh: over()}, "license 7 of acme was not activated: no reason is given"},
	} {
		assert.EqualError(t, &test.err, test.text)
	}
}
