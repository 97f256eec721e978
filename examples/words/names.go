package words

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// Names is what modules and owners are called, by their code names.
type Names map[string]string

// Names takes the host's own words first, then what the licenses of a status say,
// which may be nil.
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
	maps.Copy(said, n) // what is active goes first
	maps.Copy(n, said)
}

// Of is what a module or an owner is called.
func (n Names) Of(name string) string {
	if text, ok := n[name]; ok {
		return text
	}
	return name
}

var codeNames = regexp.MustCompile(`\b[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*\b|^[a-z0-9-]+:|\bof [a-z0-9-]+(?:\.[a-z0-9-]+)?\b|^[a-z0-9-]+ `)

// Text writes a sentence with what modules and owners are called.
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
