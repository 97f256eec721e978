package words

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// Names has the names of modules and owners for people, by their code names.
type Names map[string]string

// Names returns the names for a status, which may be nil. It takes the host's own
// words first, and then those of the licenses.
func (w Words) Names(status *activation.TenantStatus) Names {
	called := make(Names)
	if status != nil {
		for _, o := range status.Owners {
			called.add(o.License)
			for _, offer := range append(slices.Clone(o.Others), o.Pending) {
				if offer != nil {
					called.add(offer.License)
				}
			}
		}
	}
	for key, text := range w {
		if name, ok := strings.CutPrefix(key, "name."); ok {
			called[name] = text
		}
	}
	return called
}

func (n Names) add(l *license.License) {
	if l == nil {
		return
	}
	said := Names{l.Owner.Name: l.Owner.Description}
	for _, m := range l.Modules {
		said[license.FullName(l.Owner.Name, m.Name)] = Brief(m.Description)
	}
	maps.DeleteFunc(said, func(_, text string) bool { return strings.TrimSpace(text) == "" })
	maps.Copy(said, n) // descriptions of active licenses win
	maps.Copy(n, said)
}

// Of returns the name of a module or an owner.
func (n Names) Of(name string) string {
	if text, ok := n[name]; ok {
		return text
	}
	return name
}

var codeNames = regexp.MustCompile(`\b[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*\b|^[a-z0-9-]+:|\bof [a-z0-9-]+(?:\.[a-z0-9-]+)?\b|^[a-z0-9-]+ `)

// Text replaces the code names in a sentence by the names of modules and owners.
func (n Names) Text(text string) string {
	text = codeNames.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.Trim(strings.TrimPrefix(found, "of "), ": ")
		called, ok := n[name]
		if !ok {
			return found
		}
		return strings.Replace(found, name, called, 1)
	})
	return dated(text)
}
