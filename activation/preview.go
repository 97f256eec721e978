package activation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// Preview is a pending offer with what its activation would do, as an
// administrator looks at it. It is read-only.
type Preview struct {
	Owner string `json:"owner"`
	// Offer names the offer, for an [Approval]. It is the digest of its envelope.
	Offer Digest `json:"offer"`
	// Seen stands for what the plan was made of: the active licenses and what
	// the releases take with them. It goes back with an [Approval].
	Seen string `json:"seen"`
	// Plan is as of now, with the releases that were asked for.
	Plan *planner.Plan `json:"plan,omitzero"`
	// Waiting is why the offer was not activated by itself. It is empty for one
	// that will be at the next check, or once these releases are carried out.
	Waiting Waiting `json:"waiting,omitzero"`
	// License is the license that is offered. It has been verified.
	License *license.License `json:"license,omitzero"`
	// Source says where it came from, By who loaded it, if somebody did, and
	// At when.
	Source string    `json:"source"`
	By     string    `json:"by,omitzero"`
	At     time.Time `json:"at,omitzero"`
}

// Approve returns what asks for the activation of the offer as it was looked at,
// with the releases that it was planned with.
func (p *Preview) Approve(releases ...seat.Assignment) Approval {
	return Approval{Offer: p.Offer, Seen: p.Seen, Releases: releases}
}

// offer is an envelope that has been verified and might become a tenant's
// license.
type offer struct {
	stored StoredLicense
	opened *signed.Opened
}

// Plan returns the pending offer of an owner with what its activation would do,
// if what the administrator has ticked were released with it. It is planned
// afresh every time. See docs/spec/planning.md, Pending.
//
// The error matches [ErrNoOffer] if none is pending; it matches [ErrRejected] if the license
// is not acceptable any more, a [*signed.Error] if it is not
// authentic any more, and one of [planner.New] if the releases are wrong.
func (t *Tenant) Plan(ctx context.Context, owner string, releases ...seat.Assignment) (*Preview, error) {
	owner = folded(owner)
	return run(ctx, t.operation(OperationPlan, owner), func(ctx context.Context, o *operation) (*Preview, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (*Preview, error) {
			_, preview, err := s.acceptable(ctx, owner, releases)
			return preview, err
		})
	})
}

// acceptable returns the pending offer of an owner, planned with releases, or
// why it is none any more.
func (s *situation) acceptable(ctx context.Context, owner string, releases []seat.Assignment) (*offer, *Preview, error) {
	pending, err := s.pending(ctx, s.owner(owner))
	if err != nil {
		return nil, nil, err
	}
	preview, err := s.preview(ctx, pending, releases)
	switch {
	case err != nil:
		return nil, nil, err
	case preview.Plan.Status == planner.Current:
		return nil, nil, fmt.Errorf("%w: it is active already", ErrNoOffer)
	case !preview.Plan.MayWait():
		return nil, nil, &NotActivatedError{Reason: ErrRejected, Fresh: preview}
	}
	return pending, preview, nil
}

// Pending returns the pending offers of all owners, ordered by owner, without
// those that are not acceptable any more.
func (t *Tenant) Pending(ctx context.Context) ([]*Preview, error) {
	return run(ctx, t.operation(OperationPending, ""), func(ctx context.Context, o *operation) ([]*Preview, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) ([]*Preview, error) {
			var previews []*Preview
			for _, owner := range s.owners {
				preview, err := s.waiting(ctx, owner)
				if err != nil {
					return nil, err
				}
				if preview != nil {
					previews = append(previews, preview)
				}
			}
			return previews, nil
		})
	})
}

// Dismiss forgets a pending offer: an administrator does not want it. It comes
// back when the source sends it anew, or somebody loads it. If the offer is not
// pending any more, Dismiss succeeds and changes nothing.
func (a *Actor) Dismiss(ctx context.Context, dismissed Digest) error {
	return do(ctx, a.operation(OperationDismiss, ""), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			for _, owner := range x.owners {
				if owner.Pending != nil && owner.Pending.Digest == dismissed {
					x.op.owner = owner.Owner
					owner.Pending = nil
					x.after(func(ctx context.Context) {
						x.op.log(ctx, slog.LevelInfo, "offer dismissed", slog.String("by", x.op.by))
					})
					return struct{}{}, x.putOwner(ctx, owner)
				}
			}
			return struct{}{}, nil
		})
		return err
	})
}

// pending verifies the pending offer of an owner again, as if it came now.
func (s *situation) pending(ctx context.Context, owner OwnerRecord) (*offer, error) {
	if owner.Pending == nil {
		return nil, ErrNoOffer
	}
	envelope, err := s.Envelope(ctx, owner.Pending.Digest)
	if err != nil {
		return nil, fmt.Errorf("read the offer of %s: %w", owner.Owner, err)
	}
	if DigestOf(envelope) != owner.Pending.Digest {
		return nil, fmt.Errorf("%w: the envelope is another one", ErrAltered)
	}
	opened, err := s.engine.trust.Open(envelope, s.now)
	if err != nil {
		return nil, err
	}
	if opened.License.Owner.Name != owner.Owner {
		return nil, fmt.Errorf("%w: it is one of %s", ErrAltered, opened.License.Owner.Name)
	}
	return &offer{stored: *owner.Pending, opened: opened}, nil
}

// waiting returns the pending offer of an owner if it still is one, else nil.
func (s *situation) waiting(ctx context.Context, owner OwnerRecord) (*Preview, error) {
	pending, err := s.pending(ctx, owner)
	if err != nil {
		return nil, unlessGone(err)
	}
	preview, err := s.preview(ctx, pending, nil)
	if err != nil || !preview.Plan.MayWait() {
		return nil, err
	}
	return preview, nil
}

// unlessGone returns nil for errors that say that an offer is none any more.
func unlessGone(err error) error {
	var refused *signed.Error
	if errors.Is(err, ErrNoOffer) || errors.Is(err, ErrAltered) || errors.As(err, &refused) {
		return nil
	}
	return err
}

func (s *situation) preview(ctx context.Context, offered *offer, releases []seat.Assignment) (*Preview, error) {
	holders, err := s.named(ctx, releases)
	if err != nil {
		return nil, err
	}
	plan, err := s.plan(ctx, offered, releases, holders)
	if err != nil {
		return nil, err
	}
	return s.present(offered, plan), nil
}

func (s *situation) present(offered *offer, plan *planner.Plan) *Preview {
	return &Preview{
		Owner: plan.Owner, Offer: offered.stored.Digest, Seen: s.seenLicenses() + seenCascade(plan), Plan: plan,
		Waiting: s.waitsFor(s.owner(plan.Owner), plan),
		License: offered.opened.License,
		Source:  offered.stored.Source, By: offered.stored.By, At: offered.stored.At.UTC(),
	}
}

// seenLicenses stands for the active licenses, those of the offer's owner and
// of others alike: by their documents, so that a copy which is only signed
// anew is no change.
func (s *situation) seenLicenses() string {
	digest := sha256.New()
	for _, l := range s.licenses.Licenses() {
		document := sha256.Sum256(s.opened[l.Owner.Name].Document)
		digest.Write(document[:])
	}
	return encodeSeen(digest.Sum(nil))
}

// seenCascade stands for what the releases of a plan take with them.
func seenCascade(p *planner.Plan) string {
	var b strings.Builder
	for _, r := range p.Releases {
		if r.Cause == planner.ReleaseCascade {
			b.WriteString(r.Holder + "\x00" + r.Module + "\x00")
		}
	}
	digest := sha256.Sum256([]byte(b.String()))
	return encodeSeen(digest[:])
}

func encodeSeen(digest []byte) string { return base64.RawURLEncoding.EncodeToString(digest) }
