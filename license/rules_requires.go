package license

// checkCycles reports modules that require themselves, directly or through
// others.
func (r *moduleRules) checkCycles() {
	cyclic := findCycles(len(r.modules), func(module int32) []int32 {
		if l := r.modules[module].lists; l != nil {
			return l.required
		}
		return nil
	})
	for i, is := range cyclic {
		if is && !r.report(CodeRequiresCycle, &r.modules[i], "requires") {
			return
		}
	}
}

// findCycles reports for each node of a graph whether a path leads back to it.
// Negative targets are ignored. It is Tarjan's algorithm for strongly connected
// components, without recursion because chains may be long.
func findCycles(nodes int, targets func(int32) []int32) []bool {
	c := cycleFinder{
		targets: targets,
		order:   make([]int32, nodes),
		low:     make([]int32, nodes),
		open:    make([]bool, nodes),
		cyclic:  make([]bool, nodes),
	}
	for node := range nodes {
		if c.order[node] == 0 {
			c.visit(int32(node))
		}
	}
	return c.cyclic
}

type cycleFinder struct {
	targets func(int32) []int32
	visited int32
	order   []int32 // when each node was entered, from 1
	low     []int32 // the earliest open node that is reached from each
	open    []bool  // whether it stands on the stack of open nodes
	stack   []int32
	cyclic  []bool
	calls   []call
}

// call is a node whose targets are being visited.
type call struct {
	node int32
	next int // the index of its next target
}

func (c *cycleFinder) visit(start int32) {
	c.enter(start)
	for len(c.calls) > 0 {
		top := &c.calls[len(c.calls)-1]
		targets := c.targets(top.node)
		if top.next == len(targets) {
			c.leave()
			continue
		}
		target := targets[top.next]
		top.next++
		switch {
		case target < 0:
		case c.order[target] == 0:
			c.enter(target)
		case c.open[target]:
			c.low[top.node] = min(c.low[top.node], c.order[target])
			c.cyclic[top.node] = c.cyclic[top.node] || target == top.node
		}
	}
}

func (c *cycleFinder) enter(node int32) {
	c.visited++
	c.order[node], c.low[node], c.open[node] = c.visited, c.visited, true
	c.stack = append(c.stack, node)
	c.calls = append(c.calls, call{node: node})
}

// leave ends the visit of a node. If the node reached no older open node, it
// and the nodes opened since form one component.
func (c *cycleFinder) leave() {
	node := c.calls[len(c.calls)-1].node
	c.calls = c.calls[:len(c.calls)-1]
	if len(c.calls) > 0 {
		parent := c.calls[len(c.calls)-1].node
		c.low[parent] = min(c.low[parent], c.low[node])
	}
	if c.low[node] != c.order[node] {
		return
	}
	single := c.stack[len(c.stack)-1] == node
	for {
		member := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		c.open[member] = false
		c.cyclic[member] = c.cyclic[member] || !single
		if member == node {
			return
		}
	}
}
