package activation

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// contentOf is the SHA-256 of what a license says. It is the same for two licenses
// if [license.Diff] finds nothing between them, however their documents are
// written. It is zero for a license that can't be written, which no document has.
func contentOf(l *license.License) Digest {
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
		return Digest{}
	}
	return sha256.Sum256(document)
}
