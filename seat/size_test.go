package seat

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
)

// TestSizeIsAboutRight compares the size with what the heap grows by.
func TestSizeIsAboutRight(t *testing.T) {
	sold := &license.License{Owner: license.Owner{Name: "acme"}, Number: 1}
	for i := range 100 {
		sold.Modules = append(sold.Modules, license.Module{Name: fmt.Sprintf("module-%03d", i), Kind: license.User, Quantity: 9})
	}
	licenses, err := license.NewSet(sold)
	assert.NoError(t, err)
	tests := []struct {
		name                     string
		snapshots, holders, sets int
		licenses                 *license.Set
		idLength                 int
	}{
		{"nobody", 5000, 0, 1, nil, 0},
		{"nobody, with modules", 500, 0, 1, licenses, 0},
		{"a few", 5000, 10, 3, nil, 16},
		{"many", 4, 20_000, 50, licenses, 16},
		{"many, in many sets", 3, 20_000, 2000, licenses, 16},
		{"long ids", 4, 20_000, 50, nil, MaxIDLength},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kept := make([]*Entitlements, test.snapshots)
			before := heap()
			said := int64(0)
			for i := range kept {
				kept[i] = NewEntitlements(test.licenses, time.Time{}, drawnHolders(test.holders, test.sets, test.idLength))
				said += kept[i].Size()
			}
			grown := heap() - before
			t.Logf("%d bytes each, said to be %d", grown/int64(len(kept)), said/int64(len(kept)))
			assert.InDelta(t, 1, float64(said)/float64(grown), 0.35)
			runtime.KeepAlive(kept)
		})
	}
}

// drawnHolders lists holders whose texts are their own, as those that come from
// a store are.
func drawnHolders(n, sets, idLength int) func(func(Holder) bool) {
	return func(yield func(Holder) bool) {
		for i := range n {
			h := Holder{ID: fmt.Sprintf("%0*d", idLength, i), Kind: license.User}
			for j := range 3 {
				h.Assigned = append(h.Assigned, fmt.Sprintf("acme.module-%03d", (i%sets)*(j+1)%100+j*100))
			}
			h.Assigned = append(h.Assigned, fmt.Sprintf("acme.of-set-%04d", i%sets))
			if !yield(h) {
				return
			}
		}
	}
}

func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestSizeFollowsChanges compares the part of the long ids of an index that was changed
// step by step with a count.
func TestSizeFollowsChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.StringMatching(`[a-f]{1,9}|[a-f]{14,17}`), 1, 40)
		e := NewEntitlements(nil, time.Time{}, slices.Values([]Holder(nil)))
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			var changed []Holder
			for _, id := range ids.Draw(t, "changed") {
				changed = append(changed, Holder{ID: id, Assigned: []string{"acme.web"}})
			}
			e = e.With(changed, ids.Draw(t, "gone")...)
			taken, length := 0, 0
			for m := range e.holders.all() {
				if taken++; len(m.id) > maxShort {
					length += len(m.id)
				}
			}
			for _, p := range e.holders.pages {
				taken, length = taken-int(p.taken), length-cap(p.long)
			}
			if taken != 0 || length != 0 {
				t.Fatalf("%d holders and %d bytes of long ids are not counted", taken, length)
			}
		}
		if wide := NewEntitlements(nil, time.Time{}, slices.Values([]Holder{{ID: strings.Repeat("x", 200), Assigned: []string{"acme.web"}}})); wide.Size() < 200 {
			t.Fatal("long ids are not counted")
		}
	})
}
