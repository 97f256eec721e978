package strictjson_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/internal/strictjson"
)

type mark struct {
	pointer string
	code    strictjson.Code
}

// order is the order of docs/spec/domain.md, from whole pointers.
func order(a, b mark) int {
	return cmp.Or(slices.CompareFunc(strings.Split(a.pointer, "/"), strings.Split(b.pointer, "/"), orderSegments), cmp.Compare(a.code, b.code))
}

func orderSegments(a, b string) int {
	x, y := index(a), index(b)
	switch {
	case x != nil && y != nil:
		return x.Cmp(y)
	case x != nil:
		return -1
	case y != nil:
		return 1
	}
	return strings.Compare(a, b)
}

func index(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.String() != s || n.Sign() < 0 {
		return nil
	}
	return n
}

var segments = rapid.OneOf(
	rapid.SampledFrom([]string{"", "0", "1", "00", "-1", "+1", "~", "/", "~1", "a", "a-", "a/b", "ab", "999999999", "1000000000", "99999999999999999999"}),
	rapid.StringMatching(`[0-9]{1,12}`),
	rapid.StringMatching(`[a-c~/\x{7f}\x{80}\x{ffff}\x{10000}]{0,3}`),
)

// TestTreeLists compares a tree with a plain set of pointers.
func TestTreeLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := strictjson.Tree{Limit: rapid.IntRange(1, 200).Draw(t, "limit")}
		want := make(map[mark]bool)
		for range rapid.IntRange(0, 200).Draw(t, "findings") {
			node, pointer := tree.Root(), ""
			for _, s := range rapid.SliceOfN(segments, 0, 3).Draw(t, "path") {
				node = tree.Child(node, strictjson.Name(s))
				pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
			}
			code := strictjson.Code(rapid.Uint8Range(0, 31).Draw(t, "code"))
			tree.Mark(node, code)
			want[mark{pointer, code}] = true
			if !tree.Has(node, code) {
				t.Fatalf("%s %d is not there", pointer, code)
			}
		}
		if tree.Len() != len(want) {
			t.Fatalf("%d findings, want %d", tree.Len(), len(want))
		}
		var listed, all []string
		for pointer, code := range tree.All() {
			listed = append(listed, fmt.Sprint(pointer, code))
		}
		sorted := slices.Collect(func(yield func(mark) bool) {
			for m := range want {
				if !yield(m) {
					return
				}
			}
		})
		slices.SortFunc(sorted, order)
		for _, m := range sorted {
			all = append(all, fmt.Sprint(m.pointer, m.code))
		}
		first := min(tree.Limit, len(all))
		if len(listed) < first {
			t.Fatalf("%d are listed, want %d at least", len(listed), first)
		}
		if diff := gocmp.Diff(all[:first], listed[:first]); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestTreeIndexIsName(t *testing.T) {
	var tree strictjson.Tree
	if tree.Child(tree.Root(), strictjson.Index(7)) != tree.Child(tree.Root(), strictjson.Name("7")) {
		t.Error("an index and the name of its digits are different nodes")
	}
	if _, ok := tree.Find(tree.Root(), strictjson.Name("07")); ok {
		t.Error("07 is found where there is 7")
	}
}

// TestTreeLargeNodes has nodes with many children of the same names.
func TestTreeLargeNodes(t *testing.T) {
	tree := strictjson.Tree{Limit: 1}
	nodes := make(map[strictjson.Node]bool)
	for parent := range 3 {
		for child := range 200 {
			nodes[tree.Child(tree.Child(tree.Root(), strictjson.Index(parent)), strictjson.Index(child))] = true
		}
	}
	if len(nodes) != 600 {
		t.Errorf("%d nodes, want 600", len(nodes))
	}
}

func TestTreeEmpty(t *testing.T) {
	var tree strictjson.Tree
	for pointer, code := range tree.All() {
		t.Errorf("%q %d in an empty tree", pointer, code)
	}
}

// TestTreeListsInPart stops a listing everywhere.
func TestTreeListsInPart(t *testing.T) {
	tree := strictjson.Tree{Limit: 10}
	for i := range 3 {
		node := tree.Child(tree.Root(), strictjson.Index(i))
		tree.Mark(node, 0)
		tree.Mark(node, 1)
	}
	for stop := 1; stop <= 6; stop++ {
		listed := 0
		for range tree.All() {
			if listed++; listed == stop {
				break
			}
		}
		if listed != stop {
			t.Errorf("%d listed, want %d", listed, stop)
		}
	}
}
