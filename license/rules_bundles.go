package license

// checkComplete reports modules in bundles that require a user or satellite
// module which the bundle neither is nor includes.
//
// It judges each included module of a bundle once. Since requirements are
// distinct, it looks at no more than one requirement beyond the bundle's number
// of modules. So documents with many bundles and many requirements stay within
// the time that a document may take.
func (r *moduleRules) checkComplete() {
	c := completeness{
		modules: r.modules,
		has:     make([]int32, len(r.modules)),
		judged:  make([]int32, len(r.modules)),
		lacking: make([]bool, len(r.modules)),
		counted: make([]int32, len(r.modules)),
	}
	for i := range r.modules {
		m := &r.modules[i]
		if !m.bundle || m.lists == nil {
			continue
		}
		c.begin(int32(i))
		for j, module := range m.included {
			if module >= 0 && c.lacks(module) && !r.report(CodeBundleIncomplete, m, "includes", j) {
				return
			}
		}
	}
}

// completeness judges one bundle after another. An entry of its tables counts
// only with the stamp of the current bundle, so that the tables need not be
// cleared.
type completeness struct {
	modules []facts
	stamp   int32   // the stamp of the current bundle, from 1
	has     []int32 // by module: the current bundle is it or includes it
	judged  []int32 // by module: lacking is known
	lacking []bool
	counted []int32 // by module: the one that last counted it among its needs, from 1
}

func (c *completeness) begin(bundle int32) {
	c.stamp++
	c.has[bundle] = c.stamp
	for _, module := range c.modules[bundle].included {
		if module >= 0 {
			c.has[module] = c.stamp
		}
	}
}

// lacks reports whether an included module requires a module that the bundle
// lacks.
func (c *completeness) lacks(module int32) bool {
	if c.judged[module] == c.stamp {
		return c.lacking[module]
	}
	c.judged[module] = c.stamp
	c.lacking[module] = false
	for _, needed := range c.needs(module) {
		if c.has[needed] != c.stamp {
			c.lacking[module] = true
			break
		}
	}
	return c.lacking[module]
}

// needs returns the user and satellite modules that a module requires, each
// once.
func (c *completeness) needs(module int32) []int32 {
	l := c.modules[module].lists
	if l == nil || l.needing {
		if l == nil {
			return nil
		}
		return l.needs
	}
	l.needing = true
	for _, needed := range l.required {
		if needed >= 0 && c.modules[needed].kind.Assignable() && c.counted[needed] != module+1 {
			c.counted[needed] = module + 1
			l.needs = append(l.needs, needed)
		}
	}
	return l.needs
}
