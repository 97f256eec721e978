package strictjson

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Tree is a set of findings: codes at places of a JSON text. Places are nodes,
// and each pointer has one node, however often it occurs in the text. It is
// made for hostile texts: a node takes some 50 bytes and a finding one bit, and
// pointers are only written for what is listed.
type Tree struct {
	// Limit is the number of findings that are listed for certain. Others may
	// be left out: in an array, what follows that many new findings, and in
	// lists of names, what comes after that many. It must be 1 or more.
	Limit int

	chunks [][]treeNode // chunkSize nodes each; the first one grows up to that
	nodes  int
	large  childTable // children of nodes that have many
	len    int
}

// Code is a kind of finding, 0 to 31. Codes at one place are listed in the
// order of their numbers.
type Code uint8

// Node is a place in a [Tree].
type Node int32

const noNode Node = -1

// Segment is a step of a pointer: the name of a member or the index of an
// element. The name "7" and the index 7 are the same.
type Segment struct {
	text  string // escaped; empty for an index
	index int32  // an index, or one of the constants below
}

// These stand for the index of a segment that is a text.
const (
	aName      int32 = -1 - iota
	aLongIndex       // it looks like an index that is too large for one
)

type treeNode struct {
	segment                   Segment
	codes                     uint32
	count                     int32 // the number of children
	parent, first, last, next Node
}

const (
	firstChunk = 16
	chunkSize  = 4096
)

// smallNode is how many children are compared one by one, before a map pays.
const smallNode = 8

// maxIndexDigits is the length of the longest index that is kept as a number.
const maxIndexDigits = 9

// Name returns the segment for the name of a member.
func Name(name string) Segment {
	if isIndex(name) {
		if len(name) > maxIndexDigits {
			return Segment{text: name, index: aLongIndex}
		}
		index, _ := strconv.Atoi(name)
		return Index(index)
	}
	if strings.IndexByte(name, '~') >= 0 || strings.IndexByte(name, '/') >= 0 {
		name = strings.ReplaceAll(name, "~", "~0")
		name = strings.ReplaceAll(name, "/", "~1")
	}
	return Segment{text: name, index: aName}
}

// Index returns the segment for an element of an array.
func Index(index int) Segment {
	return Segment{index: int32(index)} //nolint:gosec // at most the number of bytes, which callers limit
}

// isIndex reports whether a name looks like an index: 0, or digits without a
// leading zero.
func isIndex(name string) bool {
	if name == "" || (name[0] == '0' && len(name) > 1) {
		return false
	}
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' {
			return false
		}
	}
	return true
}

// compare orders segments: indices by value, before names by code point.
func (s Segment) compare(other Segment) int {
	switch {
	case s.index >= 0 && other.index >= 0:
		return cmp.Compare(s.index, other.index)
	case s.index != other.index && (s.index < 0 || other.index < 0):
		return cmp.Compare(s.rank(), other.rank())
	case s.index == aLongIndex && len(s.text) != len(other.text):
		return cmp.Compare(len(s.text), len(other.text))
	}
	return cmp.Compare(s.text, other.text)
}

// rank orders the kinds of segments: indices, long ones, names.
func (s Segment) rank() int {
	switch s.index {
	case aName:
		return 2
	case aLongIndex:
		return 1
	}
	return 0
}

// Root returns the node for the whole text.
func (t *Tree) Root() Node {
	if t.nodes == 0 {
		return t.add(noNode, Segment{})
	}
	return 0
}

// Len returns the number of findings.
func (t *Tree) Len() int { return t.len }

// Mark adds a finding, which may be there already.
func (t *Tree) Mark(node Node, code Code) {
	if !t.Has(node, code) {
		t.at(node).codes |= 1 << code
		t.len++
	}
}

// Has reports whether a finding was added.
func (t *Tree) Has(node Node, code Code) bool { return t.at(node).codes&(1<<code) != 0 }

// Child returns the node below a node, which is made where it is missing.
func (t *Tree) Child(parent Node, segment Segment) Node {
	if child, ok := t.Find(parent, segment); ok {
		return child
	}
	child := t.add(parent, segment)
	p := t.at(parent)
	if p.last == noNode {
		p.first = child
	} else {
		t.at(p.last).next = child
	}
	p.last = child
	p.count++
	t.remember(parent, child)
	return child
}

// remember keeps the children of large nodes in the table.
func (t *Tree) remember(parent, child Node) {
	switch count := t.at(parent).count; {
	case count <= smallNode:
	case count > smallNode+1:
		t.large.add(t, child)
	default:
		for n := t.at(parent).first; n != noNode; n = t.at(n).next {
			t.large.add(t, n)
		}
	}
}

// Find returns the node below a node, if there is one.
func (t *Tree) Find(parent Node, segment Segment) (Node, bool) {
	p := t.at(parent)
	if p.count > smallNode {
		return t.large.find(t, parent, segment)
	}
	for n := p.first; n != noNode; n = t.at(n).next {
		if t.at(n).segment == segment {
			return n, true
		}
	}
	return noNode, false
}

func (t *Tree) add(parent Node, segment Segment) Node {
	node := t.nodes
	if node%chunkSize == 0 {
		size := chunkSize
		if node == 0 {
			size = firstChunk // most trees are small
		}
		t.chunks = append(t.chunks, make([]treeNode, 0, size))
	}
	chunk := &t.chunks[node/chunkSize]
	*chunk = append(*chunk, treeNode{segment: segment, parent: parent, first: noNode, last: noNode, next: noNode})
	t.nodes++
	return Node(node) //nolint:gosec // at most the number of bytes, which callers limit
}

func (t *Tree) at(node Node) *treeNode { return &t.chunks[node/chunkSize][node%chunkSize] }

// All lists the findings as RFC 6901 pointers: segment by segment, indices by
// value and before names, names by code point in their escaped form, a pointer
// before those that it begins; then by code.
func (t *Tree) All() iter.Seq2[string, Code] {
	return func(yield func(string, Code) bool) {
		if t.nodes > 0 {
			(&lister{tree: t, yield: yield}).list(0)
		}
	}
}

type lister struct {
	tree  *Tree
	path  []byte // the pointer of the node that is listed
	yield func(string, Code) bool
}

// list yields what is at a node and below it. It reports whether to go on.
func (l *lister) list(node Node) bool {
	if codes := l.tree.at(node).codes; codes != 0 {
		pointer := string(l.path)
		for code := Code(0); codes>>code != 0; code++ {
			if codes>>code&1 != 0 && !l.yield(pointer, code) {
				return false
			}
		}
	}
	length := len(l.path)
	for _, child := range l.tree.children(node) {
		l.path = l.tree.at(child).segment.appendTo(l.path)
		if !l.list(child) {
			return false
		}
		l.path = l.path[:length]
	}
	return true
}

// children returns the first children of a node in order, as many as can be
// listed: there is a finding at or below each.
func (t *Tree) children(node Node) []Node {
	count := int(t.at(node).count)
	children := make([]Node, 0, min(count, 2*t.Limit))
	compare := func(a, b Node) int { return t.at(a).segment.compare(t.at(b).segment) }
	full := false
	for n := t.at(node).first; n != noNode; n = t.at(n).next {
		if full && compare(n, children[t.Limit-1]) > 0 {
			continue
		}
		children = append(children, n)
		if len(children) == 2*t.Limit {
			slices.SortFunc(children, compare)
			children, full = children[:t.Limit], true
		}
	}
	slices.SortFunc(children, compare)
	return children
}

func (s Segment) appendTo(path []byte) []byte {
	path = append(path, '/')
	if s.index >= 0 {
		return strconv.AppendInt(path, int64(s.index), 10)
	}
	return append(path, s.text...)
}
