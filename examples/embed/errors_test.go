package main

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// statusOf says in HTTP what an error means.
func statusOf(err error) int {
	var (
		refused  *seat.RefusedError
		module   *seat.ModuleError
		stale    *activation.StaleError
		blocked  *activation.BlockedError
		rejected *activation.RejectedError
		hopeless *activation.NoProposalError
		unknown  *activation.NotAssignedError
		forged   *signed.Error
		tooLarge *source.TooLargeError
	)
	switch {
	case errors.Is(err, seat.ErrUnknownHolder), errors.Is(err, activation.ErrNoOffer):
		return http.StatusNotFound
	case errors.As(err, &refused), errors.As(err, &module), // with figures: show them
		errors.As(err, &stale), errors.As(err, &blocked), errors.As(err, &rejected), // with a fresh preview
		errors.As(err, &hopeless), errors.As(err, &unknown):
		return http.StatusConflict
	case errors.As(err, &forged):
		return http.StatusUnprocessableEntity
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, activation.ErrProtected):
		return http.StatusForbidden
	case errors.Is(err, activation.ErrNoSource), errors.Is(err, activation.ErrNoSerial):
		return http.StatusBadRequest
	case errors.Is(err, activation.ErrOutcomeUnknown), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable // the same again is safe
	default:
		return http.StatusInternalServerError
	}
}

func TestStatusOf(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
	}{
		{&seat.RefusedError{Refusals: []seat.Refusal{{Err: &seat.NoFreeSeatError{}}}}, http.StatusConflict},
		{&seat.RefusedError{Refusals: []seat.Refusal{{Err: &seat.UnknownHolderError{}}}}, http.StatusNotFound},
		{&seat.ModuleError{Rule: seat.ErrLapsed}, http.StatusConflict},
		{&activation.NoProposalError{}, http.StatusConflict},
		{&activation.NotAssignedError{}, http.StatusConflict},
		{activation.ErrNoOffer, http.StatusNotFound},
		{activation.ErrProtected, http.StatusForbidden},
		{activation.ErrNoSerial, http.StatusBadRequest},
		{activation.ErrOutcomeUnknown, http.StatusServiceUnavailable},
		{context.DeadlineExceeded, http.StatusServiceUnavailable},
		{signed.CodeBadSignature, http.StatusInternalServerError}, // a code alone is nobody's error
		{&signed.Error{Code: signed.CodeBadSignature}, http.StatusUnprocessableEntity},
		{errors.New("the disk is full"), http.StatusInternalServerError},
	} {
		assert.Equal(t, test.status, statusOf(test.err), "%v", test.err)
	}
}
