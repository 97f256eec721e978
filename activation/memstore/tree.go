package memstore

import "iter"

// tree is an immutable map, ordered by key. It is an AVL tree: a changed tree
// shares all nodes with the earlier one except those on the path to the change.
type tree[K, V any] struct {
	compare func(a, b K) int
	root    *node[K, V]
	size    int
}

// node is copied far more often than its item, so it is kept small.
type node[K, V any] struct {
	*item[K, V]
	left, right *node[K, V]
	height      int
}

type item[K, V any] struct {
	key   K
	value V
}

func newTree[K, V any](compare func(a, b K) int) tree[K, V] {
	return tree[K, V]{compare: compare}
}

func (t tree[K, V]) find(key K) (value V, found bool) {
	for n := t.root; n != nil; {
		switch order := t.compare(key, n.key); {
		case order < 0:
			n = n.left
		case order > 0:
			n = n.right
		default:
			return n.value, true
		}
	}
	return value, false
}

// value returns the zero value for a missing key.
func (t tree[K, V]) value(key K) V {
	value, _ := t.find(key)
	return value
}

func (t tree[K, V]) with(key K, value V) tree[K, V] {
	if _, known := t.find(key); !known {
		t.size++
	}
	t.root = t.root.with(t.compare, &item[K, V]{key, value})
	return t
}

func (t tree[K, V]) without(key K) tree[K, V] {
	if _, known := t.find(key); known {
		t.size--
		t.root = t.root.without(t.compare, key)
	}
	return t
}

// all goes through the map in order.
func (t tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.all(yield) }
}

// above goes in order through the keys that are greater than key.
func (t tree[K, V]) above(key K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.above(t.compare, key, yield) }
}

// below goes backwards through the keys that are less than key.
func (t tree[K, V]) below(key K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.below(t.compare, key, yield) }
}

func (n *node[K, V]) with(compare func(a, b K) int, added *item[K, V]) *node[K, V] {
	if n == nil {
		return join(added, nil, nil)
	}
	switch order := compare(added.key, n.key); {
	case order < 0:
		return balance(n.item, n.left.with(compare, added), n.right)
	case order > 0:
		return balance(n.item, n.left, n.right.with(compare, added))
	default:
		return join(added, n.left, n.right)
	}
}

// without removes a key that is there.
func (n *node[K, V]) without(compare func(a, b K) int, key K) *node[K, V] {
	switch order := compare(key, n.key); {
	case order < 0:
		return balance(n.item, n.left.without(compare, key), n.right)
	case order > 0:
		return balance(n.item, n.left, n.right.without(compare, key))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	default:
		return balance(n.right.first(), n.left, n.right.withoutFirst())
	}
}

func (n *node[K, V]) first() *item[K, V] {
	for n.left != nil {
		n = n.left
	}
	return n.item
}

func (n *node[K, V]) withoutFirst() *node[K, V] {
	if n.left == nil {
		return n.right
	}
	return balance(n.item, n.left.withoutFirst(), n.right)
}

// balance makes a node of two subtrees whose heights differ by at most 2.
func balance[K, V any](middle *item[K, V], left, right *node[K, V]) *node[K, V] {
	switch {
	case left.tall() > right.tall()+1:
		if inner := left.right; inner.tall() > left.left.tall() {
			return join(inner.item, join(left.item, left.left, inner.left), join(middle, inner.right, right))
		}
		return join(left.item, left.left, join(middle, left.right, right))
	case right.tall() > left.tall()+1:
		if inner := right.left; inner.tall() > right.right.tall() {
			return join(inner.item, join(middle, left, inner.left), join(right.item, inner.right, right.right))
		}
		return join(right.item, join(middle, left, right.left), right.right)
	default:
		return join(middle, left, right)
	}
}

func join[K, V any](middle *item[K, V], left, right *node[K, V]) *node[K, V] {
	return &node[K, V]{item: middle, left: left, right: right, height: 1 + max(left.tall(), right.tall())}
}

func (n *node[K, V]) tall() int {
	if n == nil {
		return 0
	}
	return n.height
}

func (n *node[K, V]) all(yield func(K, V) bool) bool {
	return n == nil || n.left.all(yield) && yield(n.key, n.value) && n.right.all(yield)
}

func (n *node[K, V]) above(compare func(a, b K) int, key K, yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	if compare(n.key, key) <= 0 {
		return n.right.above(compare, key, yield)
	}
	return n.left.above(compare, key, yield) && yield(n.key, n.value) && n.right.all(yield)
}

func (n *node[K, V]) below(compare func(a, b K) int, key K, yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	if compare(n.key, key) >= 0 {
		return n.left.below(compare, key, yield)
	}
	return n.right.below(compare, key, yield) && yield(n.key, n.value) && n.left.below(compare, key, yield)
}
