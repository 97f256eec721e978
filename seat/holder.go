package seat

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// MaxIDLength is the length of the longest holder id, in bytes.
const MaxIDLength = 255

// Holder is a user or a satellite that may hold seats, with the modules
// assigned to it. Holders live in the host's own tables; this is what the
// library keeps of them. See docs/spec/domain.md, Holders, assignments, seats.
type Holder struct {
	// ID is the host's id, opaque to the library: valid UTF-8 without NUL, 1
	// to [MaxIDLength] bytes, compared and ordered bytewise. [CheckID] checks
	// one. Use an id that never changes, not a name or a mail address.
	ID string `json:"id"`
	// Kind is [license.User] or [license.Satellite].
	Kind license.Kind `json:"kind"`
	// Type is the host's word, such as "internal" or "guest". It may be
	// empty. Modules may be limited to some types, see
	// license.Module.AssignableTo.
	Type string `json:"type,omitzero"`
	// Assigned lists the full names of the assigned modules. It is a set:
	// neither order nor repetition matters.
	Assigned []string `json:"assigned,omitzero"`
}

// Assignment gives one holder one module, which may be a bundle. It is what an
// administrator ticks.
type Assignment struct {
	// Holder is the id of the holder.
	Holder string `json:"holder"`
	// Module is the full name of the module.
	Module string `json:"module"`
}

// CheckID returns an error if a text can't be the id of a holder or a tenant,
// and nil if it can. The error does not repeat the id.
func CheckID(id string) error {
	switch {
	case id == "":
		return errors.New("the id is empty")
	case len(id) > MaxIDLength:
		return fmt.Errorf("the id has %d bytes, more than %d", len(id), MaxIDLength)
	case strings.ContainsRune(id, 0):
		return errors.New("the id has a NUL")
	case !utf8.ValidString(id):
		return errors.New("the id is not valid UTF-8")
	}
	return nil
}

// Combination is a number of holders with the same kind, type and assigned
// modules.
type Combination struct {
	Kind     license.Kind `json:"kind"`
	Type     string       `json:"type,omitzero"`
	Assigned []string     `json:"assigned,omitzero"` // full names; a set, as in [Holder]
	Count    int64        `json:"count"`             // 1 or more
}

// Census is the number of holders for each combination of kind, type and
// assigned modules. All figures of seats follow from it, and its size hardly
// depends on the number of holders. Its order does not matter. A nil census
// counts nobody.
type Census []Combination

// NewCensus counts holders. The combinations are in the order in which they
// first occur.
func NewCensus(holders iter.Seq[Holder]) Census {
	var census Census
	places := make(map[string]int)
	for h := range holders {
		assigned := nameset.Of(h.Assigned)
		key := combinationKey(h.Kind, h.Type, assigned)
		place, known := places[key]
		if !known {
			place = len(census)
			places[key] = place
			census = append(census, Combination{Kind: h.Kind, Type: h.Type, Assigned: assigned})
		}
		census[place].Count++
	}
	return census
}

// Key returns a text that two combinations share exactly if they have the same
// kind, type and set of assigned modules. Use it as the key of a map or a
// table; the text has no other meaning.
func (c Combination) Key() string {
	return combinationKey(c.Kind, c.Type, nameset.Of(c.Assigned))
}

// combinationKey puts the type last, after the number of modules, because only
// the type may contain any character.
func combinationKey(kind license.Kind, holderType string, assigned []string) string {
	var b strings.Builder
	b.WriteString(string(kind))
	for _, module := range assigned {
		b.WriteByte(0)
		b.WriteString(module)
	}
	b.WriteString("\x00\x00")
	b.WriteString(holderType)
	return b.String()
}
