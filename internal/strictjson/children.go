package strictjson

import (
	"hash/maphash"
	"slices"
)

// childTable finds nodes of a [Tree] by parent and segment. A map from one to
// the other would do, but takes several times the memory and time for the
// hundred thousand findings that a small document can cause.
//
// It is a hash table with open addressing and a random seed.
type childTable struct {
	slots []Node // noNode if free; their number is a power of two
	used  int
	seed  maphash.Seed
}

type childKey struct {
	parent  Node
	segment Segment
}

const firstSlots = 64

func (c *childTable) find(t *Tree, parent Node, segment Segment) (Node, bool) {
	node := c.slots[c.slot(t, parent, segment)]
	return node, node != noNode
}

// add puts a node in that is not there.
func (c *childTable) add(t *Tree, node Node) {
	if c.used >= len(c.slots)/2 {
		c.grow(t)
	}
	c.used++
	c.slots[c.slot(t, t.at(node).parent, t.at(node).segment)] = node
}

func (c *childTable) grow(t *Tree) {
	if c.slots == nil {
		c.seed = maphash.MakeSeed()
	}
	old := c.slots
	c.slots = slices.Repeat([]Node{noNode}, max(firstSlots, 2*len(old)))
	for _, node := range old {
		if node != noNode {
			c.slots[c.slot(t, t.at(node).parent, t.at(node).segment)] = node
		}
	}
}

// slot returns where a node is, or where there is room for it.
func (c *childTable) slot(t *Tree, parent Node, segment Segment) int {
	mask := len(c.slots) - 1
	i := int(maphash.Comparable(c.seed, childKey{parent, segment})) & mask //nolint:gosec // any number will do
	for c.slots[i] != noNode {
		if n := t.at(c.slots[i]); n.parent == parent && n.segment == segment {
			break
		}
		i = (i + 1) & mask
	}
	return i
}
