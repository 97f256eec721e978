package main

import (
	"net/http"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

// ownerDocument is what there is of an owner.
type ownerDocument struct {
	Owner     string             `json:"owner"`
	Number    int64              `json:"number"`
	Digest    *activation.Digest `json:"digest,omitempty"`
	Licensee  *license.Licensee  `json:"licensee,omitempty"`
	State     license.State      `json:"state,omitempty"`
	NextCheck *time.Time         `json:"nextCheck,omitempty"`
	Outcome   string             `json:"outcome,omitempty"`
	Unseen    bool               `json:"unseen"`
	Modules   []moduleDocument   `json:"modules"`
	Offer     *activation.Digest `json:"offer,omitempty"`
	ShopURL   string             `json:"shopURL,omitempty"`
}

type moduleDocument struct {
	Module       string       `json:"module"`
	Description  string       `json:"description,omitempty"`
	Kind         license.Kind `json:"kind"`
	Hidden       bool         `json:"hidden,omitempty"`
	Bundle       bool         `json:"bundle,omitempty"`
	Unrestricted bool         `json:"unrestricted,omitempty"`
	Total        int64        `json:"total"`
	InUse        int64        `json:"inUse"`
	Available    int64        `json:"available"`
}

// previewDocument is an offer with what its activation would do.
type previewDocument struct {
	Offer activation.Digest `json:"offer"`
	Seen  string            `json:"seen"`
	Plan  *activation.Plan  `json:"plan"`
}

func newPreviewDocument(p *activation.Preview) *previewDocument {
	return &previewDocument{p.Offer, p.Seen, p.Plan}
}

// resultDocument is what became of a license.
type resultDocument struct {
	Owner     string           `json:"owner"`
	Activated bool             `json:"activated"`
	Pending   bool             `json:"pending"`
	Outcome   string           `json:"outcome,omitempty"`
	Plan      *activation.Plan `json:"plan,omitempty"`
}

func newResultDocument(r *activation.Result) resultDocument {
	return resultDocument{r.Owner, r.Activated, r.Pending, r.Check.Outcome, r.Plan}
}

// assignmentDocument is a module that somebody has.
type assignmentDocument struct {
	Holder string `json:"holder"`
	Module string `json:"module"`
}

// swapDocument is a module that somebody is to have instead of another.
type swapDocument struct {
	Holder string `json:"holder"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// releasesDocument is seats to be released with an activation.
type releasesDocument struct {
	Releases []assignmentDocument `json:"releases"`
}

func (d releasesDocument) assignments() (list []seat.Assignment) {
	for _, a := range d.Releases {
		list = append(list, seat.Assignment(a))
	}
	return list
}

func (s *Server) apiStatus(r *http.Request, _ visitor) (any, error) {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return nil, err
	}
	owners := make([]ownerDocument, len(status.Owners))
	for i, o := range status.Owners {
		owners[i] = newOwnerDocument(o)
	}
	return map[string]any{"at": status.At, "owners": owners}, nil
}

func newOwnerDocument(o activation.OwnerStatus) ownerDocument {
	d := ownerDocument{Owner: o.Owner, Number: o.Number, Outcome: o.Check.Outcome, Unseen: o.Unseen, Modules: []moduleDocument{}}
	if o.Number > 0 {
		d.Digest, d.Licensee = &o.Digest, &o.Licensee
	}
	if o.License != nil {
		d.State, d.ShopURL = o.State, o.License.ShopURL
	}
	if !o.Check.Next.IsZero() {
		d.NextCheck = &o.Check.Next
	}
	if o.Pending != nil {
		d.Offer = &o.Pending.Offer
	}
	for _, m := range o.Modules {
		d.Modules = append(d.Modules, moduleDocument{
			m.Name, m.Module.Description, m.Module.Kind, m.Module.Hidden, m.Module.Bundle,
			m.Module.Unrestricted, m.Module.Quantity, m.InUse, m.Free,
		})
	}
	return d
}

// apiLoad takes an envelope as it is.
func (s *Server) apiLoad(r *http.Request, v visitor) (any, error) {
	if err := isJSON(r, online.EnvelopeType, "application/json"); err != nil {
		return nil, err
	}
	result, err := s.crm.Load(r.Context(), v.ID, r.Body)
	if err != nil {
		return nil, err
	}
	return newResultDocument(result), nil
}

func (s *Server) apiCheck(r *http.Request, _ visitor) (any, error) {
	result, err := s.crm.Renew(r.Context(), r.PathValue("owner"))
	if err != nil {
		return nil, err
	}
	return newResultDocument(result), nil
}

func (s *Server) apiChangeIdentity(r *http.Request, v visitor) (any, error) {
	var to license.Licensee
	if err := body(r, &to); err != nil {
		return nil, err
	}
	if license.SameText(to.Company, "") || license.SameText(to.Serial, "") {
		return nil, &pageError{http.StatusUnprocessableEntity, "Company and serial are both needed."}
	}
	return struct{}{}, s.crm.ChangeIdentity(r.Context(), v.ID, r.PathValue("owner"), to)
}

func (s *Server) apiPlan(r *http.Request, _ visitor) (any, error) {
	var wanted releasesDocument
	if err := body(r, &wanted); err != nil {
		return nil, err
	}
	preview, err := s.crm.Plan(r.Context(), r.PathValue("owner"), wanted.assignments()...)
	if err != nil {
		return nil, releasesError(err)
	}
	return newPreviewDocument(preview), nil
}

func (s *Server) apiPropose(r *http.Request, _ visitor) (any, error) {
	owner := r.PathValue("owner")
	preview, err := s.crm.Plan(r.Context(), owner)
	if err != nil {
		return nil, err
	}
	proposal, err := s.proposal(r.Context(), owner, preview)
	if err != nil {
		return nil, err
	}
	d := struct {
		Switches []swapDocument       `json:"switches"`
		Releases []assignmentDocument `json:"releases"`
	}{[]swapDocument{}, []assignmentDocument{}}
	for _, swap := range proposal.Switches {
		d.Switches = append(d.Switches, swapDocument(swap))
	}
	for _, a := range proposal.Releases {
		d.Releases = append(d.Releases, assignmentDocument(a))
	}
	return d, nil
}

// list is never null.
func list[T any](values []T) []T { return append([]T{}, values...) }

func (s *Server) apiActivate(r *http.Request, v visitor) (any, error) {
	var wanted struct {
		Offer activation.Digest `json:"offer"`
		Seen  string            `json:"seen"`
		releasesDocument
	}
	if err := body(r, &wanted); err != nil {
		return nil, err
	}
	result, err := s.crm.Activate(r.Context(), activation.Request{Offer: wanted.Offer, Seen: wanted.Seen, Releases: wanted.assignments(), By: v.ID})
	if err != nil {
		return nil, releasesError(err)
	}
	return newResultDocument(result), nil
}

func (s *Server) apiDismiss(r *http.Request, v visitor) (any, error) {
	var wanted struct {
		Offer activation.Digest `json:"offer"`
	}
	if err := body(r, &wanted); err != nil {
		return nil, err
	}
	return struct{}{}, s.crm.Dismiss(r.Context(), v.ID, wanted.Offer)
}

func (s *Server) apiAcknowledge(r *http.Request, _ visitor) (any, error) {
	var seen struct {
		Digest activation.Digest `json:"digest"`
	}
	if err := body(r, &seen); err != nil {
		return nil, err
	}
	return struct{}{}, s.crm.Acknowledge(r.Context(), seen.Digest)
}
