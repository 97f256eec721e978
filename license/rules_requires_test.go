package license

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestFindCycles compares it with following every edge from every node.
func TestFindCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(0, 12).Draw(t, "nodes")
		edges := make([][]int32, nodes)
		for i := range edges {
			edges[i] = rapid.SliceOfN(rapid.Int32Range(-2, int32(nodes)-1), 0, 3).Draw(t, "targets")
		}
		want := make([]bool, nodes)
		for start := range edges {
			reached := make([]bool, nodes)
			next := []int32{int32(start)}
			for len(next) > 0 {
				node := next[0]
				next = next[1:]
				for _, target := range edges[node] {
					if target >= 0 && !reached[target] {
						reached[target] = true
						next = append(next, target)
					}
				}
			}
			want[start] = reached[start]
		}
		got := findCycles(nodes, func(node int32) []int32 { return edges[node] })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v (-want +got):\n%s", edges, diff)
		}
	})
}
