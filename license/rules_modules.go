package license

// facts hold what the rules between modules need. Members that are malformed,
// missing or occur twice are empty.
type facts struct {
	name   string
	kind   Kind
	index  int32 // the index in the document
	bundle bool
	plain  bool // known not to be a bundle; if the member is malformed, both are false
	*lists      // nil if it has no lists
}

type lists struct {
	includes, requires, replaces []string // malformed elements are empty
	// included and required are the modules that includes and requires name,
	// element by element.
	included, required []int32
	// needs lists the required modules that a bundle must have, each once;
	// see completeness.
	needs   []int32
	needing bool // whether needs is known
}

// Elements of included and required that are not modules.
const (
	foreign int32 = -1 - iota // malformed, or of another owner
	unknown
)

func newFacts(index int, m *Module, present, valid memberSet) facts {
	has := func(set memberSet, name string) bool { return set&moduleMembers.members[name].bit != 0 }
	f := facts{index: int32(index), plain: !has(present, "bundle")} //nolint:gosec // at most the number of bytes of a document
	if has(valid, "name") {
		f.name = m.Name
	}
	if has(valid, "kind") {
		f.kind = m.Kind
	}
	if has(valid, "bundle") {
		f.bundle, f.plain = m.Bundle, !m.Bundle
	}
	l := lists{}
	if has(valid, "includes") {
		l.includes = m.Includes
	}
	if has(valid, "requires") {
		l.requires = m.Requires
	}
	if has(valid, "replaces") {
		l.replaces = m.Replaces
	}
	if len(l.includes)+len(l.requires)+len(l.replaces) > 0 {
		kept := l // only here is l allocated: most modules have no lists
		f.lists = &kept
	}
	return f
}

// moduleRules are the rules between modules. Each goes through the modules in
// the order of the document, so that it may stop once it has found as much as
// can be reported.
type moduleRules struct {
	owner    string
	modules  []facts
	byName   map[string]int32
	findings *findings
	reported map[Code]int
}

// checkModules applies the rules between modules. The owner is empty if it is
// not known.
func checkModules(owner string, modules []facts, f *findings) {
	r := &moduleRules{
		owner:    owner,
		modules:  modules,
		byName:   make(map[string]int32, len(modules)),
		findings: f,
		reported: make(map[Code]int),
	}
	r.checkNames()
	related := r.resolve()
	for i := range modules {
		r.checkBundle(&modules[i])
	}
	if !related {
		return
	}
	for i := range modules {
		if modules[i].lists != nil {
			r.checkIncludes(&modules[i])
			r.checkRequires(&modules[i])
		}
	}
	r.checkReplaces()
	r.checkCycles()
	r.checkComplete()
}

// report adds a finding at a member of a module or, with an index, at one of
// its elements. It reports whether there is room for more findings of the code.
func (r *moduleRules) report(code Code, m *facts, name string, index ...int) bool {
	if r.reported[code] == r.findings.limit() {
		return false
	}
	r.reported[code]++
	path := [4]step{member("modules"), element(int(m.index)), member(name)}
	if len(index) == 0 {
		r.findings.add(code, path[:3]...)
		return true
	}
	path[3] = element(index[0])
	r.findings.add(code, path[:]...)
	return true
}

// checkNames maps each name to its module. The first module with a name counts.
func (r *moduleRules) checkNames() {
	for i := range r.modules {
		m := &r.modules[i]
		if m.name == "" {
			continue
		}
		if _, taken := r.byName[m.name]; taken {
			r.report(CodeDuplicateModule, m, "name")
			continue
		}
		r.byName[m.name] = int32(i)
	}
}

// resolve looks up the names in lists, once for all rules. It reports whether
// there are any lists.
func (r *moduleRules) resolve() (related bool) {
	for i := range r.modules {
		l := r.modules[i].lists
		if l == nil {
			continue
		}
		related = true
		l.included = r.lookUp(l.includes)
		l.required = r.lookUp(l.requires)
	}
	return related
}

func (r *moduleRules) lookUp(names []string) []int32 {
	if len(names) == 0 {
		return nil
	}
	modules := make([]int32, len(names))
	for i, name := range names {
		owner, module := SplitName(name)
		if name == "" || (owner != "" && owner != r.owner) {
			modules[i] = foreign
			continue
		}
		var known bool
		if modules[i], known = r.byName[module]; !known {
			modules[i] = unknown
		}
	}
	return modules
}

func (r *moduleRules) checkBundle(m *facts) {
	if m.bundle && m.kind == Site {
		r.report(CodeBundleOnSite, m, "bundle")
	}
	if m.plain && m.lists != nil && len(m.includes) > 0 {
		r.report(CodeIncludesWithoutBundle, m, "includes")
	}
}

func (r *moduleRules) checkIncludes(m *facts) {
	for i, target := range m.included {
		switch {
		case target == unknown:
			r.report(CodeUnknownModule, m, "includes", i)
		case target >= 0 && !includable(m, &r.modules[target]):
			r.report(CodeNotIncludable, m, "includes", i)
		}
	}
}

// includable reports whether a bundle may include a module, as far as is known.
func includable(bundle, m *facts) bool {
	sameKind := bundle.kind == "" || m.kind == "" || bundle.kind == m.kind
	return sameKind && !m.bundle
}

func (r *moduleRules) checkRequires(m *facts) {
	for i, target := range m.required {
		if target == unknown {
			r.report(CodeUnknownModule, m, "requires", i)
		}
	}
}

func (r *moduleRules) checkReplaces() {
	replaced := make(map[string]bool)
	for i := range r.modules {
		m := &r.modules[i]
		if m.lists == nil {
			continue
		}
		for j, name := range m.replaces {
			if name == "" {
				continue
			}
			if _, present := r.byName[name]; present {
				r.report(CodeReplacesPresent, m, "replaces", j)
			}
			if replaced[name] {
				r.report(CodeReplacesTwice, m, "replaces", j)
			}
			replaced[name] = true
		}
	}
}
