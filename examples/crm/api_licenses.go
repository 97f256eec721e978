package main

import (
	"net/http"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

func (s *Server) apiStatus(r *http.Request, _ visitor) (any, error) {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return nil, err
	}
	return newStatusDocument(status), nil
}

// apiLoad takes an envelope as it is.
func (s *Server) apiLoad(r *http.Request, v visitor) (any, error) {
	if err := isJSON(r, online.EnvelopeType, "application/json"); err != nil {
		return nil, err
	}
	return short(newResultDocument)(s.crm.As(v.ID).Load(r.Context(), r.Body))
}

func (s *Server) apiCheck(r *http.Request, _ visitor) (any, error) {
	return short(newResultDocument)(s.crm.Renew(r.Context(), partOf(r, "owner")))
}

func (s *Server) apiExpect(r *http.Request, v visitor) (any, error) {
	var to license.Licensee
	if err := body(r, &to, "company", "serial"); err != nil {
		return nil, err
	}
	if license.SameText(to.Company, "") || license.SameText(to.Serial, "") {
		return nil, &pageError{http.StatusUnprocessableEntity, "Company and serial are both needed."}
	}
	return struct{}{}, s.crm.As(v.ID).Expect(r.Context(), partOf(r, "owner"), planner.Expected{Company: to.Company, Serial: to.Serial})
}

func (s *Server) apiPlan(r *http.Request, _ visitor) (any, error) {
	wanted, err := selectionIn(r)
	if err != nil {
		return nil, err
	}
	return short(newPreviewDocument)(s.crm.Plan(r.Context(), partOf(r, "owner"), wanted))
}

func (s *Server) apiPropose(r *http.Request, _ visitor) (any, error) {
	wanted, err := selectionIn(r)
	if err != nil {
		return nil, err
	}
	preview, err := s.crm.Plan(r.Context(), partOf(r, "owner"), wanted)
	if err != nil {
		return nil, err
	}
	return s.proposal(r.Context(), preview)
}

// selectionIn reads what shall be released and switched with an activation.
func selectionIn(r *http.Request) (wanted planner.Selection, err error) {
	if err = body(r, &wanted); err == nil {
		err = complete(wanted)
	}
	return wanted, err
}

// complete refuses a selection of which a member is missing.
func complete(s planner.Selection) error {
	if slices.ContainsFunc(s.Releases, func(a seat.Assignment) bool { return a.Holder == "" || a.Module == "" }) ||
		slices.ContainsFunc(s.Switches, func(swap seat.Swap) bool { return swap.Holder == "" || swap.From == "" || swap.To == "" }) {
		return errBody
	}
	return nil
}

// short makes a document of what an operation returns, unless it fails.
func short[T, D any](document func(T) D) func(T, error) (any, error) {
	return func(value T, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return document(value), nil
	}
}

// list is never null.
func list[T any](values []T) []T { return append([]T{}, values...) }

func (s *Server) apiActivate(r *http.Request, v visitor) (any, error) {
	var approval activation.Approval
	err := body(r, &approval, "offer", "seen")
	if err == nil {
		err = complete(approval.Selection)
	}
	if err != nil {
		return nil, err
	}
	return short(newResultDocument)(s.crm.As(v.ID).Activate(r.Context(), approval))
}

func (s *Server) apiDismiss(r *http.Request, v visitor) (any, error) {
	var wanted struct {
		Offer activation.Digest `json:"offer"`
	}
	if err := body(r, &wanted, "offer"); err != nil {
		return nil, err
	}
	return struct{}{}, s.crm.As(v.ID).Dismiss(r.Context(), wanted.Offer)
}

func (s *Server) apiAcknowledge(r *http.Request, v visitor) (any, error) {
	var seen struct {
		Digest activation.Digest `json:"digest"`
	}
	if err := body(r, &seen, "digest"); err != nil {
		return nil, err
	}
	return struct{}{}, s.crm.As(v.ID).Acknowledge(r.Context(), seen.Digest)
}
