package activation

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// comparison is where a tenant and what its host says differ.
type comparison struct {
	// situation is that of the tenant once those who are gone are.
	situation seat.Situation
	// wanted are the holders who are not as they should be, and origins where they
	// come from.
	wanted  []seat.Wanted
	origins []origin
	gone    []seat.Holder
	// stored are the wishes of the modules that are managed, as they are kept.
	stored map[seat.Assignment]Wish
}

// origin is a holder as it was when it was read.
type origin struct {
	holder  seat.Holder
	known   bool
	changed bool  // kind or type differ now
	place   int64 // the place of its first wish
}

// comparing reads, and then compares. Holders of one kind and type with the same
// modules share a set, of which there are few, so that a million holders fit into
// memory and are compared by two numbers.
type comparing struct {
	*syncing
	comparison
	sets    []seat.Holder // without ids
	checked []bool        // by set, whether a holder with it was checked
	bySet   map[string]int
	key     []byte
	kept    map[string]seen
	equal   map[[2]int]bool
	places  int64
	fresh   map[string]bool // ids that the host has and the tenant does not
}

// seen is the set of a holder that is kept, and whether the host has it.
type seen struct {
	set int
	is  bool
}

func (s *syncing) compare(ctx context.Context, wanted iter.Seq2[seat.Holder, error]) (*comparison, error) {
	c := &comparing{
		syncing: s, bySet: make(map[string]int), equal: make(map[[2]int]bool), fresh: make(map[string]bool),
	}
	if _, err := look(ctx, s.operation, verifyRecent, func(ctx context.Context, s *situation) (struct{}, error) {
		return struct{}{}, c.read(ctx, s)
	}); err != nil {
		return nil, err
	}
	for h, err := range wanted {
		if err != nil {
			return nil, fmt.Errorf("read the host's holders, after %d: %w", s.result.Holders, err)
		}
		if err := c.add(h); err != nil {
			return nil, invalid("holder %d: %w", s.result.Holders, err)
		}
		s.result.Holders++
	}
	if s.result.Holders == 0 && len(c.kept) > 0 {
		return nil, ErrNobodyPresent
	}
	c.leave()
	return &c.comparison, ctx.Err()
}

// read reads what is kept.
func (c *comparing) read(ctx context.Context, s *situation) (err error) {
	if c.situation, err = s.state(ctx); err != nil {
		return err
	}
	holders := int64(0)
	for _, combination := range c.situation.Census {
		holders += combination.Count
	}
	c.kept = make(map[string]seen, holders)
	c.stored = make(map[seat.Assignment]Wish)
	if readNotes(s.record.Notes).Wishes != "" {
		if err := eachWish(ctx, s, func(w Wish) {
			if c.manages(w.Module) {
				c.stored[w.Assignment] = w
			}
		}); err != nil {
			return err
		}
	}
	return eachHolder(ctx, s, nil, func(page []seat.Holder) error {
		for _, h := range page {
			c.kept[h.ID] = seen{set: c.setOf(h)}
		}
		return nil
	})
}

func eachWish(ctx context.Context, r Reader, visit func(Wish)) error {
	var after Wish
	for {
		page, err := r.Wishes(ctx, nil, after, chunk)
		if err != nil {
			return err
		}
		for _, after = range page {
			visit(after)
		}
		if len(page) < chunk {
			return nil
		}
	}
}

// setOf returns the number of what a holder is and has, in its order.
func (c *comparing) setOf(h seat.Holder) int {
	c.key = c.key[:0]
	for _, text := range [...]string{string(h.Kind), h.Type} {
		c.key = append(binary.AppendUvarint(c.key, uint64(len(text))), text...)
	}
	for _, text := range h.Assigned {
		c.key = append(binary.AppendUvarint(c.key, uint64(len(text))), text...)
	}
	set, known := c.bySet[string(c.key)]
	if !known {
		h.ID, h.Assigned = "", slices.Clone(h.Assigned)
		set, c.sets, c.checked = len(c.sets), append(c.sets, h), append(c.checked, false)
		c.bySet[string(c.key)] = set
	}
	return set
}

// add compares a holder of the host with what is kept.
func (c *comparing) add(h seat.Holder) error {
	place := c.places + 1
	c.places += int64(max(1, len(h.Assigned)))
	set := c.setOf(h)
	if !c.checked[set] {
		if err := c.check(h); err != nil {
			return err
		}
		c.checked[set] = true
	}
	was, there := c.kept[h.ID]
	switch {
	case was.is || c.fresh[h.ID]:
		return errors.New("it is given twice")
	case !there:
		if err := seat.CheckID(h.ID); err != nil {
			return err
		}
		c.fresh[h.ID] = true
		c.differ(c.sets[set], seat.Holder{ID: h.ID}, false, place)
		return nil
	}
	c.kept[h.ID] = seen{set: was.set, is: true}
	pair := [2]int{was.set, set}
	same, compared := c.equal[pair]
	if !compared {
		same = c.same(c.sets[was.set], c.sets[set])
		c.equal[pair] = same
	}
	if !same {
		stored := c.sets[was.set]
		stored.ID = h.ID
		c.differ(c.sets[set], stored, true, place)
	}
	return nil
}

// check checks all of a holder but its id.
func (c *comparing) check(h seat.Holder) error {
	if err := checkKind(h); err != nil {
		return err
	}
	for _, module := range h.Assigned {
		switch {
		case !isModule(module):
			return errors.New("it should have what is no full name of a module")
		case !c.manages(module):
			return fmt.Errorf("it should have %s, which is not among the modules that are managed", module)
		}
	}
	return nil
}

// isModule reports whether a text is the full name of a module, as names are kept.
func isModule(text string) bool {
	owner, module := license.SplitName(text)
	return folded(owner) == owner && folded(module) == module && owner != "" && validName(owner) && validName(module)
}

func validName(name string) bool {
	_, valid := license.FoldName(name)
	return valid
}

// same reports whether a holder is and has what it should.
func (c *comparing) same(stored, should seat.Holder) bool {
	if stored.Kind != should.Kind || stored.Type != should.Type {
		return false
	}
	managed := func(module string) bool { return !c.manages(module) }
	everywhere := func(module string) bool {
		e := c.situation.Licenses.Module(module)
		return e != nil && !e.Module.Kind.Assignable() && !slices.Contains(stored.Assigned, module)
	}
	return slices.Equal(slices.DeleteFunc(nameset.Of(stored.Assigned), managed), slices.DeleteFunc(nameset.Of(should.Assigned), everywhere))
}

// differ notes a holder who is to be changed. The holder keeps its modules that
// are not managed.
func (c *comparing) differ(should, stored seat.Holder, known bool, place int64) {
	w := seat.Wanted{Holder: stored, Wants: should.Assigned}
	w.Kind, w.Type = should.Kind, should.Type
	for _, module := range stored.Assigned {
		if !c.manages(module) {
			w.Wants = append(w.Wants[:len(w.Wants):len(w.Wants)], module)
		}
	}
	c.wanted = append(c.wanted, w)
	c.origins = append(c.origins, origin{
		holder: stored, known: known, place: place, changed: stored.Kind != should.Kind || stored.Type != should.Type,
	})
}

// leave finds who is kept and whom the host does not have, in the order of ids. If
// it manages some modules only, they give those back.
func (c *comparing) leave() {
	var absent []seat.Holder
	for id, was := range c.kept {
		if h := c.sets[was.set]; !was.is && (c.managed == nil || slices.ContainsFunc(h.Assigned, c.manages)) {
			h.ID = id
			absent = append(absent, h)
		}
	}
	slices.SortFunc(absent, func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
	if c.managed != nil {
		for _, h := range absent {
			should := h
			should.Assigned = nil
			c.differ(should, h, true, c.places+1)
		}
		return
	}
	c.gone = absent
	for _, gone := range seat.NewCensus(slices.Values(absent)) {
		gone.Count = -gone.Count
		c.situation.Census = append(c.situation.Census[:len(c.situation.Census):len(c.situation.Census)], gone)
	}
}
