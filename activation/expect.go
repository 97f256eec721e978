package activation

import (
	"context"
	"log/slog"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// Expect says what the installation expects of an owner's licenses: its serial
// and company, as an administrator has entered them or confirms what the feed
// has said; or product and deployment, which are the host's own. A first license
// is only activated by itself for a serial that is expected, and licenses that
// differ from what is expected are rejected. See docs/spec/planning.md, Input.
//
// Serial and company belong together: if either is given, both replace what was
// expected. Product and deployment are replaced one by one, each where it is given.
// So a host may give product and deployment at each start, and an administrator
// serial and company; neither overwrites the other. [Actor.Remove] forgets all of
// it.
//
// Expecting what is expected already changes nothing. A serial or company other
// than that of the active license allows a change of identity. A serial or company
// other than before is written to the history, and the source is asked at once;
// where nothing was expected before, that of the active license counts. Going back
// to what was expected before, while no license was activated since, is not
// written: a typo was taken back. The active license stays until a license for the
// new identity is activated, from the feed by [Tenant.Renew] or from a file by
// [Actor.Load].
func (a *Actor) Expect(ctx context.Context, owner string, expected planner.Expected) error {
	return do(ctx, a.operation(OperationExpect, owner), func(ctx context.Context, o *operation) error {
		name, err := ownerName(owner)
		if err != nil {
			return err
		}
		_, err = update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			return struct{}{}, x.expect(ctx, name, expected)
		})
		return err
	})
}

// ownerName returns the name of an owner as names are kept, or that it is none.
func ownerName(owner string) (string, error) {
	name, ok := license.FoldName(owner)
	if !ok {
		return "", invalid("the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}")
	}
	return name, nil
}

func (x *transaction) expect(ctx context.Context, name string, expected planner.Expected) error {
	owner := x.owner(name)
	was, is := owner.Expected, owner.Expected.With(expected)
	if is == was {
		return nil
	}
	changes := was.Serial != is.Serial || was.Company != is.Company
	owner.Expected = is
	takenBack := isBefore(owner)
	// What was dismissed before may be wanted now, so it must be sent again.
	owner.Check.DismissedETag = ""
	switch {
	case changes && owner.Before == nil:
		owner.Before = &was
	case takenBack:
		owner.Before = nil // the expectation is back to what it was before
	}
	return x.putExpected(ctx, owner, was, !takenBack)
}

// isBefore reports whether what is expected is what it was before the serial or
// company was changed.
func isBefore(owner OwnerRecord) bool {
	if owner.Before == nil {
		return false
	}
	before := owner
	before.Expected.Serial, before.Expected.Company = owner.Before.Serial, owner.Before.Company
	return identity(before).Equal(identity(owner))
}

// putExpected stores what is expected now.
func (x *transaction) putExpected(ctx context.Context, owner OwnerRecord, was planner.Expected, history bool) error {
	name, is := owner.Owner, owner.Expected
	if err := x.putOwner(ctx, owner); err != nil {
		return err
	}
	before := owner
	before.Expected = was
	if !identity(before).Equal(identity(owner)) {
		if err := x.identityChanged(ctx, name, was, is, history); err != nil {
			return err
		}
	}
	return x.review(ctx, name)
}

func (x *transaction) identityChanged(ctx context.Context, name string, was, is planner.Expected, history bool) error {
	owner := x.owner(name)
	if history {
		entry := HistoryEntry{
			At: x.now, Kind: HistoryIdentityChanged, By: x.op.by, Owner: name,
			FromLicensee: &license.Licensee{Company: was.Company, Serial: was.Serial},
			ToLicensee:   &license.Licensee{Company: is.Company, Serial: is.Serial},
		}
		if owner.Active != nil {
			entry.From, entry.To = owner.Active.Number, owner.Active.Number
		}
		if _, err := x.w.AppendHistory(ctx, entry); err != nil {
			return err
		}
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "expected identity changed", slog.String("by", x.op.by),
			slog.String("serial", is.Serial), slog.String("company", is.Company))
	})
	_, err := x.ask(name)
	return x.askAtOnce(ctx, owner, err == nil)
}
