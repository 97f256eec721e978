package scenario

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Write writes a scenario as [Read] reads it, on one line, with what a host knows
// before a license is offered: without offered, releases and what is expected.
//
// Holders come from the census instead of the scenario. They are called h1, h2 and
// so on, combination by combination, so that nothing tells who they are, nor in
// which order they were kept. The memory that it takes does not grow with their
// number.
//
// The error says that the scenario would be larger than [MaxSize], and nothing was
// written then; or it is that of w.
func Write(w io.Writer, s *Scenario, census seat.Census) error { return write(w, s, census, MaxSize) }

// write is Write with another limit of size.
func write(w io.Writer, s *Scenario, census seat.Census, limit int64) error {
	if err := writeWithin(w, s, census, limit); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	return nil
}

func writeWithin(w io.Writer, s *Scenario, census seat.Census, limit int64) error {
	head, err := json.Marshal(header{
		Name: s.Name, Now: s.Now.UTC(), Active: s.Active.Licenses(),
		AllowIdentityChange: s.AllowIdentityChange, Highest: s.Highest, HighestRevoked: s.HighestRevoked,
		Activated: activatedMembers(s.Activated), BindTo: s.BindTo,
	})
	if err != nil {
		return err
	}
	groups, err := grouped(census)
	if err != nil {
		return err
	}
	// The first time only counts, so that what is too large is not begun.
	if writeTo(&limited{left: limit}, head, groups) != nil {
		return fmt.Errorf("that of %s is larger than %d bytes", errtext.Count(holdersOf(census), "holder"), limit)
	}
	return writeTo(w, head, groups)
}

func holdersOf(census seat.Census) (n int64) {
	for _, c := range census {
		n += c.Count
	}
	return n
}

// header is the members of a scenario that stand before the holders.
type header struct {
	Name                string             `json:"name"`
	Now                 time.Time          `json:"now"`
	Active              []*license.License `json:"active,omitempty"`
	AllowIdentityChange bool               `json:"allowIdentityChange,omitempty"`
	Highest             int64              `json:"highest,omitempty"`
	HighestRevoked      int64              `json:"highestRevoked,omitempty"`
	Activated           []activatedMember  `json:"activated,omitempty"`
	BindTo              planner.Expected   `json:"bindTo,omitzero"`
}

// group is a combination as each of its holders is written, but for the id.
type group struct {
	members string
	count   int64
}

// grouped returns the combinations in an order of their own, since that of a store
// may say who came first.
func grouped(census seat.Census) ([]group, error) {
	census = slices.Clone(census)
	slices.SortFunc(census, func(a, b seat.Combination) int { return strings.Compare(a.Key(), b.Key()) })
	groups := make([]group, len(census))
	for i, c := range census {
		if err := checkCombination(c); err != nil {
			return nil, err
		}
		members, err := json.Marshal(struct {
			Kind     license.Kind `json:"kind"`
			Type     string       `json:"type,omitempty"`
			Assigned []string     `json:"assigned"`
		}{c.Kind, c.Type, append([]string{}, c.Assigned...)})
		if err != nil {
			return nil, err
		}
		groups[i] = group{string(members[len(`{`):]), c.Count}
	}
	return groups, nil
}

// checkCombination refuses what [Read] would refuse.
func checkCombination(c seat.Combination) error {
	if c.Kind != license.User && c.Kind != license.Satellite {
		return fmt.Errorf("%q, the kind of %s, is neither user nor satellite", c.Kind, errtext.Count(c.Count, "holder"))
	}
	for _, name := range c.Assigned {
		if _, ok := foldFullName(name); !ok {
			return fmt.Errorf("%q, assigned to %s, is not the full name of a module", name, errtext.Count(c.Count, "holder"))
		}
	}
	return nil
}

func writeTo(w io.Writer, head []byte, groups []group) error {
	b := bufio.NewWriter(w)
	_, _ = b.Write(head[:len(head)-len(`}`)]) // Flush returns any error
	_, _ = b.WriteString(`,"holders":[`)
	var holder []byte
	number := int64(0)
	for _, g := range groups {
		for range g.count {
			if holder = holder[:0]; number > 0 {
				holder = append(holder, ',')
			}
			number++
			holder = strconv.AppendInt(append(holder, "\n"+`{"id":"h`...), number, 10)
			holder = append(append(holder, `",`...), g.members...)
			if _, err := b.Write(holder); err != nil {
				return err
			}
		}
	}
	_, _ = b.WriteString("]}\n")
	return b.Flush()
}

var errTooLarge = errors.New("the limit is reached")

// limited counts what is written to nowhere, and fails at a limit.
type limited struct{ left int64 }

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, errTooLarge
	}
	return len(p), nil
}
