package benchmarks

import (
	"fmt"
	"testing"

	"github.com/seatwright/seatwright/seat"
)

// sizes are the numbers of holders.
var sizes = []int{10_000, 100_000, 1_000_000}

// BenchmarkCheck asks, with so many holders:
//
//   - names: by holder and module. The goal is 1.5 times two look-ups in plain
//     maps.
//   - guarded: the same, compared with maps behind a lock.
//   - grants: about modules of holders who are resolved. The goal is 1.3 times
//     one look-up in a plain map and a bit test.
//   - module: about holders and one module that is resolved. The goal is that
//     of grants.
func BenchmarkCheck(b *testing.B) {
	for _, holders := range sizes {
		b.Run(fmt.Sprintf("holders=%d", holders), func(b *testing.B) {
			f := fixtureOf(b, holders)
			both(b, "names", f.byNames(), f.byMaps(), "x-maps", multiple)
			both(b, "guarded", f.byNames(), f.byGuardedMaps(), "x-guarded-maps", multiple)
			words, grants := f.resolvedHolders()
			both(b, "grants", f.byGrants(grants), f.byWords(words), "x-map", multiple)
			module := f.licenses.Entries()[0].Name
			both(b, "module", f.byModule(module), f.byBit(module), "x-map", multiple)
		})
	}
}

func quick(answer func(from, to int) int) side { return side{answer: answer, batch: batch} }

func (f *fixture) byNames() side {
	return quick(func(from, to int) int {
		yes := 0
		for _, q := range f.questions[from:to] {
			if f.ours.Check(q.holder, q.module).Allowed() {
				yes++
			}
		}
		return yes
	})
}

func (f *fixture) byMaps() side {
	return quick(func(from, to int) int {
		yes := 0
		for _, q := range f.questions[from:to] {
			if f.maps.allowed(q.holder, q.module) {
				yes++
			}
		}
		return yes
	})
}

func (f *fixture) byGuardedMaps() side {
	guarded := &guardedMaps{plainMaps: f.maps}
	return quick(func(from, to int) int {
		yes := 0
		for _, q := range f.questions[from:to] {
			if guarded.allowed(q.holder, q.module) {
				yes++
			}
		}
		return yes
	})
}

// resolvedHolders is what both sides keep in a session, for each question.
func (f *fixture) resolvedHolders() ([]uint64, []seat.Grants) {
	words, grants := make([]uint64, questions), make([]seat.Grants, questions)
	for i, q := range f.questions {
		words[i], grants[i] = f.maps.holders[q.holder], f.ours.For(q.holder)
	}
	return words, grants
}

func (f *fixture) byGrants(grants []seat.Grants) side {
	return quick(func(from, to int) int {
		yes := 0
		for i := from; i < to; i++ {
			if grants[i].Check(f.questions[i].module).Allowed() {
				yes++
			}
		}
		return yes
	})
}

func (f *fixture) byWords(words []uint64) side {
	return quick(func(from, to int) int {
		yes := 0
		for i := from; i < to; i++ {
			if bit, known := f.maps.bits[f.questions[i].module]; known && words[i]>>bit&1 != 0 {
				yes++
			}
		}
		return yes
	})
}

func (f *fixture) byModule(module string) side {
	resolved := f.ours.Module(module)
	return quick(func(from, to int) int {
		yes := 0
		for _, q := range f.questions[from:to] {
			if resolved.Check(q.holder).Allowed() {
				yes++
			}
		}
		return yes
	})
}

func (f *fixture) byBit(module string) side {
	bit := f.maps.bits[module]
	return quick(func(from, to int) int {
		yes := 0
		for _, q := range f.questions[from:to] {
			if f.maps.holders[q.holder]>>bit&1 != 0 {
				yes++
			}
		}
		return yes
	})
}
