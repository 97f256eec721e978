package memstore

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTree compares a tree with a map, and looks whether trees that it was
// made from are still what they were.
func TestTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			tree tree[int, int]
			want map[int]int
		}
		present := version{newTree[int, int](cmp.Compare[int]), map[int]int{}}
		versions := []version{present}
		key := rapid.IntRange(0, 40)
		for i := range rapid.IntRange(0, 80).Draw(t, "changes") {
			next := version{present.tree, maps.Clone(present.want)}
			if k := key.Draw(t, "key"); rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
				next.tree = next.tree.without(k)
				delete(next.want, k)
			} else {
				next.tree = next.tree.with(k, i)
				next.want[k] = i
			}
			present = next
			versions = append(versions, next)
		}
		edge := key.Draw(t, "edge")
		for _, v := range versions {
			compareTree(t, v.tree, v.want, edge)
		}
	})
}

func compareTree(t require.TestingT, tr tree[int, int], want map[int]int, edge int) {
	keys := slices.Sorted(maps.Keys(want))
	above := slices.DeleteFunc(slices.Clone(keys), func(k int) bool { return k <= edge })
	below := slices.DeleteFunc(slices.Clone(keys), func(k int) bool { return k >= edge })
	slices.Reverse(below)
	value, found := tr.find(edge)
	wanted, known := want[edge]
	require.Equal(t, len(want), tr.size)
	require.Equal(t, want, maps.Collect(tr.all()))
	require.Equal(t, fmt.Sprint(keys, above, below), fmt.Sprint(keysOf(tr.all()), keysOf(tr.above(edge)), keysOf(tr.below(edge))))
	require.Equal(t, known, found)
	require.Equal(t, wanted, value)
	requireBalanced(t, tr.root)
}

func keysOf(sequence iter.Seq2[int, int]) (keys []int) {
	for k := range sequence {
		keys = append(keys, k)
	}
	return keys
}

// requireBalanced returns the height.
func requireBalanced(t require.TestingT, n *node[int, int]) int {
	if n == nil {
		return 0
	}
	left, right := requireBalanced(t, n.left), requireBalanced(t, n.right)
	require.InDelta(t, left, right, 1)
	require.Equal(t, 1+max(left, right), n.height)
	return n.height
}

// TestTreeStops ends ranges early, from every place.
func TestTreeStops(t *testing.T) {
	tr := newTree[int, int](cmp.Compare[int])
	for k := range 20 {
		tr = tr.with(k, k)
	}
	for stop := range 20 {
		for _, sequence := range []iter.Seq2[int, int]{tr.all(), tr.above(-1), tr.below(20)} {
			seen := 0
			for range sequence {
				if seen == stop {
					break
				}
				seen++
			}
			require.Equal(t, stop, seen)
		}
	}
}
