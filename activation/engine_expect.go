package activation

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// Expect says what the installation expects of an owner's licenses: its serial
// and company as an administrator has entered them, or the host's own product
// and deployment. A first license is only activated by itself for a serial that
// is expected, and licenses that differ from what is expected are rejected. See
// docs/spec/planning.md, Input.
//
// A host may call it at each start: expecting what is expected already changes
// nothing. Another serial or company than the active license's allows a change
// of identity. To expect another one than before is history, and makes a check of
// the source due at once; where nothing was expected, the active license's was.
func (t *Tenant) Expect(ctx context.Context, by, owner string, expected BindTo) error {
	return do(ctx, t, "expect", owner, func(ctx context.Context, o *operation) error {
		return o.expect(ctx, by, owner, func(BindTo) BindTo { return expected })
	})
}

// ChangeIdentity expects licenses for another serial and company from now on,
// as an administrator who has them from the vendor enters them, or confirms what
// the feed has said. It is [Tenant.Expect] that leaves product and deployment
// alone. The active license stays until one for the new identity is activated,
// from the feed by [Tenant.Renew] or from a file by [Tenant.Load].
func (t *Tenant) ChangeIdentity(ctx context.Context, by, owner string, to license.Licensee) error {
	return do(ctx, t, "change-identity", owner, func(ctx context.Context, o *operation) error {
		if strings.TrimSpace(to.Serial) == "" || strings.TrimSpace(to.Company) == "" {
			return errors.New("serial and company must not be blank")
		}
		return o.expect(ctx, by, owner, func(expected BindTo) BindTo {
			expected.Serial, expected.Company = to.Serial, to.Company
			return expected
		})
	})
}

func (o *operation) expect(ctx context.Context, by, name string, change func(BindTo) BindTo) error {
	name, ok := license.FoldName(name)
	if !ok {
		return errors.New("the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}")
	}
	_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
		owner := x.owner(name)
		was, is := owner.BindTo, change(owner.BindTo).trimmed()
		if is == was {
			return struct{}{}, nil
		}
		owner.BindTo = is
		// What was rejected before may be acceptable now, so it must be sent again.
		owner.Check.ETag = ""
		if err := x.putOwner(ctx, owner); err != nil {
			return struct{}{}, err
		}
		if was.identity(owner.Active) != is.identity(owner.Active) {
			if err := x.identityChanged(ctx, by, name, was, is); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, x.review(ctx, name)
	})
	return err
}

func (x *transaction) identityChanged(ctx context.Context, by, name string, was, is BindTo) error {
	owner := x.owner(name)
	entry := HistoryEntry{
		At: x.now, Kind: HistoryIdentityChanged, By: by, Owner: name,
		FromLicensee: &license.Licensee{Company: was.Company, Serial: was.Serial},
		ToLicensee:   &license.Licensee{Company: is.Company, Serial: is.Serial},
	}
	if owner.Active != nil {
		entry.From, entry.To = owner.Active.Number, owner.Active.Number
	}
	if _, err := x.w.AppendHistory(ctx, entry); err != nil {
		return err
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "expected identity changed", slog.String("by", by),
			slog.String("serial", is.Serial), slog.String("company", is.Company))
	})
	_, err := x.ask(name)
	return x.askAtOnce(ctx, owner, err == nil)
}

// identity is the licensee that is expected: what is blank is that of the active
// license, if there is one.
func (b BindTo) identity(active *StoredLicense) license.Licensee {
	expected := license.Licensee{Company: b.Company, Serial: b.Serial}
	if active != nil {
		expected.Company = strings.TrimSpace(cmp.Or(expected.Company, active.Licensee.Company))
		expected.Serial = strings.TrimSpace(cmp.Or(expected.Serial, active.Licensee.Serial))
	}
	return expected
}

func (b BindTo) trimmed() BindTo {
	return BindTo{
		Serial: strings.TrimSpace(b.Serial), Company: strings.TrimSpace(b.Company),
		Product: strings.TrimSpace(b.Product), Deployment: strings.TrimSpace(b.Deployment),
	}
}
