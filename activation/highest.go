package activation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/license/signed"
)

// highest returns the highest number that was activated for an owner and serial,
// without those that only licenses of a revoked key have raised: whoever has
// stolen a key can use up all numbers. Numbers of which the key is not known
// count. See docs/spec/planning.md, Input.
func (s *situation) highest(ctx context.Context, owner OwnerRecord, serial string) (int64, error) {
	counts, _, err := s.highestOf(ctx, owner, serial)
	return counts, err
}

// highestOf returns that, and the highest number that only licenses of a revoked
// key have raised, 0 for none.
func (s *situation) highestOf(ctx context.Context, owner OwnerRecord, serial string) (counts, revoked int64, err error) {
	serial = strings.TrimSpace(serial)
	stored, err := s.Highest(ctx, owner.Owner, serial)
	if err != nil {
		return 0, 0, fmt.Errorf("read the highest number: %w", err)
	}
	known := int64(0)
	for _, raised := range owner.Raised {
		if raised.Serial != serial {
			continue
		}
		known = max(known, raised.Number)
		if !s.engine.revokes(raised.Key) && !s.engine.revokes(raised.Grantor) {
			counts = max(counts, raised.Number)
		}
	}
	if stored > known { // an older program stored it, without keys
		return stored, 0, nil
	}
	if known == counts {
		known = 0
	}
	return counts, known, nil
}

// revokes reports whether a key is on the revocation list of what is trusted. An
// opener that can't say so, as it knows no keys by id, revokes none.
func (e *Engine) revokes(key string) bool {
	revoker, ok := e.trust.(interface{ Revokes(id string) bool })
	return ok && key != "" && revoker.Revokes(key)
}

// activated returns what was activated for an owner under which number. Licenses
// of a revoked key do not count, and of those that an earlier program activated
// the content is not known.
func (s *situation) activated(owner OwnerRecord) (activated []content.Numbered) {
	for _, raised := range owner.Raised {
		if raised.Content != (Digest{}) && !s.engine.revokes(raised.Key) && !s.engine.revokes(raised.Grantor) {
			activated = append(activated, content.Numbered{Serial: raised.Serial, Number: raised.Number, Content: raised.Content})
		}
	}
	return activated
}

// raise records the number of a license that is activated, with its content and
// the keys that have signed it.
func (x *transaction) raise(ctx context.Context, owner *OwnerRecord, opened *signed.Opened) error {
	l := opened.License
	serial := strings.TrimSpace(l.Licensee.Serial)
	stored, err := x.Highest(ctx, owner.Owner, serial)
	if err != nil {
		return fmt.Errorf("read the highest number: %w", err)
	}
	by := RaisedNumber{Serial: serial, Key: opened.KeyID, Number: l.Number, Content: content.Of(l)}
	if opened.Grant != nil {
		by.Grantor = opened.Grant.Grantor
	}
	owner.makeRoom()
	known := int64(0)
	for _, raised := range owner.Raised {
		if raised.Serial == serial {
			known = max(known, raised.Number)
		}
	}
	if stored > known {
		owner.raise(RaisedNumber{Serial: serial, Number: stored})
	}
	owner.raise(by)
	return x.w.PutHighest(ctx, owner.Owner, serial, l.Number)
}

// raise keeps the higher number of a key, as the last that was raised.
func (o *OwnerRecord) raise(by RaisedNumber) {
	same := func(other RaisedNumber) bool {
		return other.Serial == by.Serial && other.Key == by.Key && other.Grantor == by.Grantor
	}
	if i := slices.IndexFunc(o.Raised, same); i >= 0 && o.Raised[i].Number > by.Number {
		by = o.Raised[i]
	}
	o.Raised = append(slices.DeleteFunc(slices.Clone(o.Raised), same), by)
}

// makeRoom forgets the keys and contents of the serials that were raised longest
// ago, until there is room for two more. Their highest numbers are kept by the
// store, and count from then on whoever has signed them.
func (o *OwnerRecord) makeRoom() {
	for len(o.Raised) > MaxRaised-2 {
		oldest := o.Raised[0].Serial
		o.Raised = slices.DeleteFunc(slices.Clone(o.Raised), func(r RaisedNumber) bool { return r.Serial == oldest })
	}
}
