// Package content compares what licenses say, whoever has signed them and however
// their documents are written, so that no number is used again for something else.
package content

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Of is the SHA-256 of what a license says. It is the same for two licenses
// if [license.Diff] finds nothing between them, however their documents are
// written. It is zero for a license that can't be written, which no document has.
func Of(l *license.License) [sha256.Size]byte {
	said := *l
	said.Licensee.Company, said.Licensee.Serial = strings.TrimSpace(l.Licensee.Company), strings.TrimSpace(l.Licensee.Serial)
	said.Critical = nameset.Of(l.Critical)
	said.Modules = slices.Clone(l.Modules)
	for i := range said.Modules {
		m := &said.Modules[i]
		m.Name = license.FullName(l.Owner.Name, m.Name)
		requires := make([]string, len(m.Requires))
		for i, name := range m.Requires {
			requires[i] = license.FullName(l.Owner.Name, name)
		}
		m.Requires = nameset.Of(requires)
		m.Includes, m.Replaces, m.AssignableTo = nameset.Of(m.Includes), nameset.Of(m.Replaces), nameset.Of(m.AssignableTo)
	}
	slices.SortFunc(said.Modules, func(a, b license.Module) int { return cmp.Compare(a.Name, b.Name) })
	document, err := json.Marshal(said)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(document)
}

// Numbered is what was activated under a number of a serial.
type Numbered struct {
	Serial string
	Number int64
	// Content is what [Of] returns, or zero where that is not known.
	Content [sha256.Size]byte
}

// Reused reports whether the number of a license stands for something else
// among those that were activated. The content of the license is computed only
// where its number is among them, since that costs as much as all else in a
// small plan.
func Reused(activated []Numbered, l *license.License) bool {
	content := sync.OnceValue(func() [sha256.Size]byte { return Of(l) })
	return slices.ContainsFunc(activated, func(n Numbered) bool {
		return n.Number == l.Number && n.Content != [sha256.Size]byte{} &&
			license.SameText(n.Serial, l.Licensee.Serial) && n.Content != content()
	})
}
