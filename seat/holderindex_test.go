package seat

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPageIsAMap draws hashes that collide and wrap around, which real ones
// hardly do.
func TestPageIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want := page{slots: make([]slot, minPageSlots)}, map[string]uint32{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := rapid.Uint32Range(0, 19).Draw(t, "id")
			id, place := strings.Repeat("u", int(n))+fmt.Sprint(n), rapid.Uint32Range(0, 2).Draw(t, "place")
			p.put([]byte(id), uint16(n%5*3), place)
			want[id] = place
			if rapid.Bool().Draw(t, "tidy") {
				p.tidy()
			}
			maps.DeleteFunc(want, func(_ string, place uint32) bool { return place == 0 })
			if int(p.taken) != len(want) || 4*int(p.taken) > 3*len(p.slots) {
				t.Fatalf("%d of %d slots are taken, want %d", p.taken, len(p.slots), len(want))
			}
			got := map[string]uint32{}
			for i := range p.slots {
				s := &p.slots[i]
				if s.place == 0 {
					continue
				}
				id := string(p.id(s))
				got[id] = s.place
				if at := p.find([]byte(id), s.hash); at != i {
					t.Fatalf("%s is in slot %d, found in %d", id, i, at)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("the page (-want +got):\n%s", diff)
			}
		}
	})
}

func TestHolderIndexIsAMap(t *testing.T) {
	id := func(n int) string { return strings.Repeat("u", n%20) + fmt.Sprint(n) } // some are too long for a slot
	draw := rapid.MapOf(rapid.IntRange(0, 2000), rapid.Uint32Range(0, 2))
	rapid.Check(t, func(t *rapid.T) {
		var all []member
		want := map[string]uint32{}
		for _, label := range []string{"all", "again"} {
			for n, place := range draw.Draw(t, label) {
				all = append(all, member{id(n), place})
				want[id(n)] = place
			}
		}
		x := newHolderIndex(slices.Values(all))
		mustBeTidy(t, x)
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			moved := map[string]uint32{}
			for n, place := range draw.Draw(t, "moved") {
				moved[id(n)] = place
			}
			x = x.with(moved)
			mustBeTidy(t, x)
			maps.Copy(want, moved)
		}
		maps.DeleteFunc(want, func(_ string, place uint32) bool { return place == 0 })
		got := map[string]uint32{}
		for m := range x.all() {
			got[m.id] = m.place
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("all (-want +got):\n%s", diff)
		}
		for n := range 2001 {
			if place := x.place(id(n)); place != want[id(n)] {
				t.Fatalf("%s is at %d, want %d", id(n), place, want[id(n)])
			}
		}
	})
}

// mustBeTidy fails if a page has ids of others than its holders, or room for
// more, into which two copies of it might write at once.
func mustBeTidy(t *rapid.T, x holderIndex) {
	t.Helper()
	for _, p := range x.pages {
		length := 0
		for _, s := range p.slots {
			if s.length > maxShort {
				length += len(p.id(&s))
			}
		}
		if cap(p.long) != length {
			t.Fatalf("a page has %d bytes for ids of %d", cap(p.long), length)
		}
	}
}

// TestHashIsNoName looks for two ids with one hash: who has only that in
// common with a holder is a stranger.
func TestHashIsNoName(t *testing.T) {
	empty := newHolderIndex(slices.Values[[]member](nil))
	seen := map[uint16]string{}
	for i := range 10_000 { // many pairs of these have the same hash
		id := fmt.Sprintf("u%d", i)
		_, hash := empty.hash(id)
		twin, found := seen[hash]
		seen[hash] = id
		if !found {
			continue
		}
		x := empty.with(map[string]uint32{twin: 1})
		if place := x.place(id); place != 0 {
			t.Fatalf("a stranger is at %d", place)
		}
		x = x.with(map[string]uint32{id: 2})
		if a, b := x.place(twin), x.place(id); a != 1 || b != 2 {
			t.Fatalf("they are at %d and %d, want 1 and 2", a, b)
		}
		return
	}
	t.Fatal("no two ids have one hash")
}

// TestPagesStaySmall: however many come, a change copies little.
func TestPagesStaySmall(t *testing.T) {
	x := newHolderIndex(slices.Values[[]member](nil))
	for i := range 60 { // enough to make several pages too large
		moved := map[string]uint32{}
		for j := range 1000 {
			moved[fmt.Sprintf("u%d", 1000*i+j)] = 1
		}
		x = x.with(moved)
		for _, p := range x.pages {
			if len(p.slots) > maxPageSlots {
				t.Fatalf("with %d holders a page has %d slots, more than %d", 1000*(i+1), len(p.slots), maxPageSlots)
			}
		}
	}
	if got := len(slices.Collect(x.all())); got != 60_000 {
		t.Errorf("the index has %d holders, want 60,000", got)
	}
}

// TestManyComeAtOnce adds more holders to an empty index than hashes for a slot
// tell apart. In the pages that were there, each would be looked for among
// hundreds of thousands.
func TestManyComeAtOnce(t *testing.T) {
	const many = 300_000
	moved := make(map[string]uint32, many)
	for n := range many {
		moved[fmt.Sprint(n)] = uint32(n) + 1
	}
	x := newHolderIndex(slices.Values([]member{{"0", 7}, {"first", 8}})).with(moved)
	moved["first"] = 8
	for m := range x.all() {
		if moved[m.id] != m.place || x.place(m.id) != m.place {
			t.Fatalf("%s is at %d, listed at %d, want %d", m.id, x.place(m.id), m.place, moved[m.id])
		}
		delete(moved, m.id)
	}
	if len(moved) > 0 {
		t.Errorf("%d holders are missing", len(moved))
	}
}

// TestPagesGrowLate: a page of eight is made larger for the seventh holder.
func TestPagesGrowLate(t *testing.T) {
	p := page{slots: make([]slot, minPageSlots)}
	for n, want := range []int{8, 8, 8, 8, 8, 8, 16} {
		p.put([]byte(fmt.Sprint(n)), uint16(n), 1)
		if len(p.slots) != want {
			t.Errorf("a page of %d holders has %d slots, want %d", n+1, len(p.slots), want)
		}
	}
}

// TestHashesAreSpread: with one slot for all, answers would be right and slow.
func TestHashesAreSpread(t *testing.T) {
	x := newHolderIndex(slices.Values[[]member](nil))
	pages, slots := map[uint32]bool{}, map[uint16]bool{}
	for i := range 1000 {
		page, slot := x.hash(fmt.Sprintf("u%d", i))
		pages[page], slots[slot] = true, true
	}
	if len(pages) < 990 || len(slots) < 970 {
		t.Errorf("1,000 ids have %d hashes for the page and %d for the slot", len(pages), len(slots))
	}
}

// TestSetsAreShared: holders with the same modules take the place of one set,
// however they come.
func TestSetsAreShared(t *testing.T) {
	holders := func(n int) []Holder {
		list := []Holder{{ID: "none"}}
		for i := range n {
			list = append(list, Holder{ID: fmt.Sprintf("u%d", i), Assigned: [][]string{{"a.b", "a.c"}, {"a.c", "a.b"}}[i%2]})
		}
		return list
	}
	e := NewEntitlements(nil, time.Time{}, slices.Values(holders(4)))
	const want = 2 // the empty set, and the one that all holders have
	if len(e.assigned) != want {
		t.Errorf("%d sets are kept, want %d", len(e.assigned), want)
	}
	for _, n := range []int{0, 1, fewChanges, fewChanges + 1, 100} {
		if e = e.With(holders(n)); len(e.assigned) != want {
			t.Errorf("with %d holders %d sets are kept, want %d", n, len(e.assigned), want)
		}
	}
}

// TestListsMayBeReused: what a list held before does not count.
func TestListsMayBeReused(t *testing.T) {
	list := []string{""}
	holders := func(yield func(Holder) bool) {
		for i, module := range []string{"a.b", "a.c", "a.b", "a.c"} {
			if list[0] = module; !yield(Holder{ID: fmt.Sprint(i), Assigned: list}) {
				return
			}
		}
	}
	e := NewEntitlements(nil, time.Time{}, holders)
	for i, want := range []string{"a.b", "a.c", "a.b", "a.c"} {
		if got := e.assigned[e.holders.place(fmt.Sprint(i))]; !slices.Equal(got, []string{want}) {
			t.Errorf("%d has %v, want %s", i, got, want)
		}
	}
}

// TestLargeIndex has more holders than the blocks of a part, with ids of many
// lengths, some twice.
func TestLargeIndex(t *testing.T) {
	const many = 3 * maxBlock << partBits
	id := func(n int) string { return strings.Repeat("u", n%40) + fmt.Sprint(n) }
	x := newHolderIndex(func(yield func(member) bool) {
		for n := range many + many/10 {
			if !yield(member{id(n % many), uint32(n) + 1}) {
				return
			}
		}
	})
	for n := range many {
		want := uint32(n) + 1
		if n < many/10 {
			want += many // the later counts
		}
		if got := x.place(id(n)); got != want {
			t.Fatalf("%s is at %d, want %d", id(n), got, want)
		}
	}
	if got := len(slices.Collect(x.all())); got != many {
		t.Errorf("the index has %d holders, want %d", got, many)
	}
}

// TestStaleSetsAreLeftOut: sets that nobody has any more do not pile up.
func TestStaleSetsAreLeftOut(t *testing.T) {
	e := NewEntitlements(nil, time.Time{}, slices.Values([]Holder{{ID: "first", Assigned: []string{"a.b"}}}))
	remade, most := 0, 0
	for i := range 3 * manySets {
		before := len(e.assigned)
		e = e.With([]Holder{{ID: "u", Assigned: []string{fmt.Sprintf("a.m%d", i)}}})
		if limit := 2*e.made + manySets; len(e.assigned) > limit || len(e.profiles) != len(e.assigned) {
			t.Fatalf("%d sets and %d profiles, want as many of both, at most %d", len(e.assigned), len(e.profiles), limit)
		}
		most = max(most, len(e.assigned))
		if len(e.assigned) < before {
			remade++
			if want := 3; len(e.assigned) != want { // the empty set, that of the first holder, and that of u
				t.Errorf("%d sets are left, want %d", len(e.assigned), want)
			}
		}
	}
	if remade != 2 {
		t.Errorf("it was made anew %d times, want 2", remade)
	}
	if want := 2*3 + manySets; most != want { // of the three sets that were left
		t.Errorf("at most %d sets were kept, want %d", most, want)
	}
}
