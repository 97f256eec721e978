package activation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// Diagnose writes what support needs to see of the tenant, as an indented JSON
// object: the clock, licenses with their state and figures, whether they verify and
// by which key, pending offers with their plans, checks of sources, counts. It
// holds no ids of tenant, holders or actors, no names of licensees and no license
// documents, and changes nothing. Its members may change with any version, so it is
// for people to read: programs ask [Tenant.Status].
func (t *Tenant) Diagnose(ctx context.Context, w io.Writer) error {
	found, err := run(ctx, t.operation(OperationDiagnose, ""), func(ctx context.Context, o *operation) (diagnosis, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (diagnosis, error) {
			return s.diagnose(ctx)
		})
	})
	if err != nil {
		return err
	}
	lines := json.NewEncoder(w)
	lines.SetIndent("", "  ")
	if err := lines.Encode(found); err != nil {
		return fmt.Errorf("activation: diagnose: %w", err)
	}
	return nil
}

type diagnosis struct {
	Clock        time.Time        `json:"clock"`
	Effective    time.Time        `json:"effective"`
	Newest       time.Time        `json:"newest,omitzero"`
	NewestIssued time.Time        `json:"newestIssued,omitzero"`
	Due          time.Time        `json:"due,omitzero"`
	LeasedUntil  time.Time        `json:"leasedUntil,omitzero"`
	Sampled      time.Time        `json:"sampled,omitzero"`
	Revision     int64            `json:"revision"`
	Sources      []string         `json:"sources"`
	Holders      int64            `json:"holders"`
	Combinations int              `json:"combinations"`
	Owners       []diagnosedOwner `json:"owners"`
	Strays       []string         `json:"assignedButNotLicensed,omitempty"`
}

type diagnosedOwner struct {
	Owner      string              `json:"owner"`
	Active     *diagnosedLicense   `json:"active,omitempty"`
	Pending    []*diagnosedLicense `json:"pending,omitempty"`
	Expects    []string            `json:"expects,omitempty"` // which members of planner.Expected are set
	Unexpected bool                `json:"identityChange,omitempty"`
	Check      diagnosedCheck      `json:"check"`
	Seats      []Sample            `json:"seats,omitempty"`
}

type diagnosedLicense struct {
	Number     int64         `json:"number"`
	Digest     Digest        `json:"digest"`
	Source     string        `json:"source"`
	At         time.Time     `json:"at"`
	Automatic  bool          `json:"unseen,omitempty"`
	Code       string        `json:"code,omitempty"` // why it does not verify
	Problem    string        `json:"problem,omitempty"`
	KeyID      string        `json:"keyId,omitempty"`
	Grantor    string        `json:"grantor,omitempty"`
	State      string        `json:"state,omitempty"`
	IssuedAt   time.Time     `json:"issuedAt,omitzero"`
	ValidFrom  time.Time     `json:"validFrom,omitzero"`
	Expires    time.Time     `json:"expires,omitzero"`
	GraceUntil time.Time     `json:"graceUntil,omitzero"`
	NextCheck  time.Time     `json:"nextCheck,omitzero"`
	Plan       *planner.Plan `json:"plan,omitempty"`
	Waiting    string        `json:"waiting,omitempty"`
}

type diagnosedCheck struct {
	LastTry     time.Time `json:"lastTry,omitzero"`
	LastSuccess time.Time `json:"lastSuccess,omitzero"`
	Next        time.Time `json:"next,omitzero"`
	Outcome     string    `json:"outcome,omitempty"`
	Title       string    `json:"title,omitempty"`
	Status      int       `json:"status,omitempty"`
	MediaType   string    `json:"mediaType,omitempty"`
	Refused     string    `json:"refused,omitempty"`
	Failures    int       `json:"failures"`
	HasETag     bool      `json:"hasETag"`
}

func (s *situation) diagnose(ctx context.Context) (diagnosis, error) {
	census, err := s.count(ctx)
	if err != nil {
		return diagnosis{}, err
	}
	d := diagnosis{
		Clock: s.engine.clock().UTC(), Effective: s.now, Newest: s.record.Newest, NewestIssued: s.record.NewestIssued,
		Due: s.record.Due, LeasedUntil: s.record.LeasedUntil, Sampled: s.record.Sampled, Revision: s.record.Revision.Number,
		Sources: slices.Sorted(maps.Keys(s.engine.sources)), Combinations: len(census), Strays: s.strays(),
	}
	for _, c := range census {
		d.Holders += c.Count
	}
	seats := make(map[string][]Sample) // by owner
	for _, sample := range samples(s.licenses, census, time.Time{}) {
		owner, _ := license.SplitName(sample.Module)
		seats[owner] = append(seats[owner], sample)
	}
	for _, owner := range s.owners {
		of, err := s.diagnoseOwner(ctx, owner, seats[owner.Owner])
		if err != nil {
			return diagnosis{}, err
		}
		d.Owners = append(d.Owners, of)
	}
	return d, nil
}

func (s *situation) diagnoseOwner(ctx context.Context, owner OwnerRecord, seats []Sample) (diagnosedOwner, error) {
	d := diagnosedOwner{Owner: owner.Owner, Seats: seats, Expects: members(owner.Expected), Check: diagnosedCheck{
		LastTry: owner.Check.LastTry, LastSuccess: owner.Check.LastSuccess, Next: owner.Check.Next,
		Outcome: string(owner.Check.Outcome), Title: owner.Check.Title,
		Status: owner.Check.Status, MediaType: owner.Check.MediaType, Refused: refusedCodes(owner.Check.Refused),
		Failures: owner.Check.Failures, HasETag: owner.lastETag() != "",
	}}
	if active := owner.Active; active != nil {
		d.Unexpected = owner.Expected.Differs(active.Licensee)
		d.Active = s.diagnoseLicense(*active, s.opened[owner.Owner], s.unverified[owner.Owner])
	}
	for _, pending := range inOrder(owner.Pending, s.now) {
		opened, err := s.reopen(ctx, owner.Owner, pending)
		if err != nil {
			if unlessGone(err) != nil {
				return d, err
			}
			d.Pending = append(d.Pending, s.diagnoseLicense(pending, nil, err))
			continue
		}
		p, err := s.consider(ctx, opened)
		if err != nil {
			return d, err
		}
		of := s.diagnoseLicense(pending, opened.opened, nil)
		of.Plan, of.Waiting = p.plan, string(s.waitsFor(owner, p))
		d.Pending = append(d.Pending, of)
	}
	return d, nil
}

// refusedCodes says why a license was refused, and names nobody.
func refusedCodes(r *RefusedLicense) string {
	if r == nil {
		return ""
	}
	return strings.Trim(string(r.Code)+" "+errtext.Codes(r.Rejections), " ")
}

// members names what is expected, and does not say it.
func members(e planner.Expected) []string {
	var members []string
	for _, m := range []struct{ name, value string }{
		{"serial", e.Serial}, {"company", e.Company}, {"product", e.Product}, {"deployment", e.Deployment},
	} {
		if m.value != "" {
			members = append(members, m.name)
		}
	}
	return members
}

func (s *situation) diagnoseLicense(stored StoredLicense, opened *signed.Opened, problem error) *diagnosedLicense {
	d := &diagnosedLicense{
		Number: stored.Number, Digest: stored.Digest, Source: stored.Source, At: stored.At, Automatic: stored.Unseen,
	}
	if problem != nil {
		d.Code, d.Problem = codeOf(problem), problem.Error()
		var refused *signed.Error
		if errors.As(problem, &refused) {
			d.KeyID = refused.KeyID
		}
		return d
	}
	l := opened.License
	d.KeyID, d.State, d.IssuedAt = opened.KeyID, string(l.StateAt(s.now)), l.IssuedAt
	if opened.Grant != nil {
		d.Grantor = opened.Grant.Grantor
	}
	d.ValidFrom, d.Expires, d.GraceUntil, d.NextCheck = orZero(l.ValidFrom), orZero(l.Expires), orZero(l.GraceUntil), orZero(l.NextCheck)
	return d
}
