package sqlstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// combination is a row of the census.
type combination struct {
	id      int64
	kind    license.Kind
	typ     string
	modules []string // shared: ordered, without repetition
	text    string   // the modules as they are stored
	holders int64
}

// combinationKey identifies a combination.
type combinationKey struct {
	kind          license.Kind
	typ, assigned string
}

func (c *combination) key() combinationKey { return combinationKey{c.kind, c.typ, c.text} }

func (c *combination) holder(id string) seat.Holder {
	return seat.Holder{ID: id, Kind: c.kind, Type: c.typ, Assigned: slices.Clone(c.modules)}
}

// census is what a transaction knows of a tenant's combinations.
type census struct {
	sets  *moduleSets
	byID  map[int64]*combination
	byKey map[combinationKey]*combination
}

func newCensus(sets *moduleSets) *census {
	return &census{sets: sets, byID: make(map[int64]*combination), byKey: make(map[combinationKey]*combination)}
}

func (c *census) add(row *combination) {
	c.byID[row.id] = row
	c.byKey[row.key()] = row
}

// scan reads a row.
func (c *census) scan(r row) error {
	var stored combination
	if err := r.Scan(&stored.id, &stored.kind, &stored.typ, &stored.text, &stored.holders); err != nil {
		return err
	}
	return c.read(stored)
}

// read adds a combination as it is stored.
func (c *census) read(stored combination) (err error) {
	if stored.modules, err = c.sets.decode(stored.text); err == nil {
		c.add(&stored)
	}
	return err
}

// counts returns the combinations that have holders.
func (c *census) counts() seat.Census {
	counted := make(seat.Census, 0, len(c.byID))
	for _, row := range c.byID {
		if row.holders != 0 {
			counted = append(counted, seat.Combination{
				Kind: row.kind, Type: row.typ, Assigned: slices.Clone(row.modules), Count: row.holders,
			})
		}
	}
	return counted
}

// with returns the ids of the combinations that have at least one of the
// modules.
func (c *census) with(modules []string) []int64 {
	wanted := setOf(modules)
	var ids []int64
	for id, row := range c.byID {
		if slices.ContainsFunc(row.modules, func(m string) bool {
			_, found := slices.BinarySearch(wanted, m)
			return found
		}) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// holders returns the number of holders in some combinations, and in all.
func (c *census) holders(combinations []int64) (some, all int64) {
	for _, row := range c.byID {
		all += row.holders
	}
	for _, id := range combinations {
		some += c.byID[id].holders
	}
	return some, all
}

// manyOf reports whether to find a page of the holders in some combinations by
// going through all holders in order, rather than through all that are in these
// combinations. The first way costs about limit × all ÷ some rows for each
// page, the second up to some. So all pages together never cost more rows than
// the tenant has holders.
func (c *census) manyOf(combinations []int64, limit int) bool {
	some, all := c.holders(combinations)
	return float64(some)*float64(some) > float64(limit)*float64(all)
}

// moduleSets keeps decoded sets of modules. There are few, and each assignment
// reads them.
type moduleSets struct {
	known sync.Map // of []string, by text
	size  atomic.Int64
}

const (
	maxKnownSets = 4096
	maxKnownSet  = 4096 // bytes
)

func (s *moduleSets) decode(text string) ([]string, error) {
	if text == "[]" {
		return nil, nil
	}
	if known, ok := s.known.Load(text); ok {
		return known.([]string), nil //nolint:errcheck // nothing else is in the map
	}
	var modules []string
	if err := json.Unmarshal([]byte(text), &modules); err != nil {
		return nil, fmt.Errorf("sqlstore: a stored set of modules can't be read: %w", err)
	}
	modules = setOf(modules)
	if len(text) <= maxKnownSet && s.size.Load() < maxKnownSets {
		s.size.Add(1)
		s.known.Store(text, modules)
	}
	return modules, nil
}
