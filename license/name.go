package license

import "strings"

// FoldName returns the name of an owner or module in lower case, and whether it
// is valid: [a-z0-9][a-z0-9-]{0,62} after folding ASCII upper case. Fold a name
// that somebody has typed before you compare it. See docs/spec/domain.md,
// Names.
func FoldName(name string) (string, bool) {
	if name == "" || len(name) > MaxNameLength || name[0] == '-' {
		return "", false
	}
	upper := false
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case 'A' <= c && c <= 'Z':
			upper = true
		default:
			return "", false
		}
	}
	if upper {
		name = strings.ToLower(name)
	}
	return name, true
}

// fullNames returns the full names of the modules of a license, in their order.
// They are slices of one string, because a license may have thousands.
func (l *License) fullNames() []string {
	size := 0
	for i := range l.Modules {
		size += len(l.Owner.Name) + len(".") + len(l.Modules[i].Name)
	}
	var all strings.Builder
	all.Grow(size)
	names := make([]string, len(l.Modules))
	for i := range l.Modules {
		begin := all.Len()
		if !strings.Contains(l.Modules[i].Name, ".") {
			all.WriteString(l.Owner.Name)
			all.WriteByte('.')
		}
		all.WriteString(l.Modules[i].Name)
		names[i] = all.String()[begin:]
	}
	return names
}

// foldReference folds an entry of "requires": a module's name, alone or after
// its owner's name and a dot.
func foldReference(name string) (string, bool) {
	owner, module, full := strings.Cut(name, ".")
	if !full {
		return FoldName(name)
	}
	owner, ok := FoldName(owner)
	if !ok {
		return "", false
	}
	module, ok = FoldName(module)
	if !ok {
		return "", false
	}
	return owner + "." + module, true
}
