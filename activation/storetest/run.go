package storetest

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seatwright/seatwright/activation"
)

// Factory makes the stores that [Run] tests.
type Factory struct {
	// Open returns a store on what is kept at a place, which is nothing at
	// first. A place is the absolute path of a directory that belongs to the
	// suite. A store without files makes a name from it, such as the name of a
	// schema from its hash.
	//
	// Open is called again for a place, in this process and in others that
	// run the same test, while earlier stores are in use and after their
	// process was killed: all of them are on the same data. A cleanup of t
	// closes the store and removes what is kept outside of the directory.
	Open func(t testing.TB, place string) activation.Store

	// Cut returns a store like Open, but one that loses its connection in the
	// commit of every Update: before the database has heard of the commit, or,
	// if reached, after.
	Cut func(t testing.TB, place string, reached bool) activation.Store

	// Begin begins a transaction of the host on the data of Open, at one of the
	// Levels, and returns a store whose Views and Updates run in it, and what
	// ends the transaction. It may be called from several goroutines, and waits
	// where a transaction has to.
	Begin func(t testing.TB, place, level string) (bound activation.Store, end func(commit bool) error)

	// Levels are the levels of isolation, or other ways, in which a host begins a
	// transaction. Without any there is one, the empty one.
	Levels []string

	// Spoil changes the census of a tenant at a place behind the back of the
	// store, so that it counts one more of each combination than there are.
	Spoil func(t testing.TB, place, tenant string)

	// Limits are the numbers of holders at which the store does something else
	// within an Update: how many it reads, writes or remembers at a time. The
	// suite works with as many holders as are around each of them. The page of
	// the engine is always among them.
	Limits []int

	// Exempt says which promises the store can't keep, and why:
	//
	//   - "Durability": it keeps nothing beyond its process. This covers the
	//     next two as well, which presuppose a database.
	//   - "ConnectionLost": there is no connection that could be lost, so that
	//     Cut is nil.
	//   - "HostTransactions": a host has no transactions on it, so that Begin
	//     is nil.
	//   - "Changes", "Due", "Watch", "Recount": it lacks that optional interface,
	//     so that for "Recount" Spoil is nil.
	Exempt map[string]string
}

// Run tests the stores of a factory, one subtest for each promise.
//
// To see what is left after a crash, it runs the test that calls it again in
// other processes, of which it kills some. So what a test does before it calls
// Run must be done alike in each of them.
func Run(t *testing.T, factory Factory) {
	t.Helper()
	if place, other := os.LookupEnv(placeOfChild); other {
		hammer(t, factory, place)
		return
	}
	all := promises()
	checkFactory(t, factory, all)
	for _, p := range all {
		t.Run(p.name, func(t *testing.T) {
			for _, c := range p.cases {
				t.Run(c.name, func(t *testing.T) { runCase(t, factory, p, c) })
			}
		})
	}
}

// promise is one promise with the cases that test it.
type promise struct {
	name string
	// sentence is what docs/spec/storage.md, or the store port, says.
	sentence string
	// exemptions are the names in Factory.Exempt of which one is enough.
	exemptions []string
	cases      []testCase
}

// testCase tests a part of a promise on a store of its own.
type testCase struct {
	name       string
	run        func(*env)
	exemptions []string
}

func runCase(t *testing.T, factory Factory, p promise, c testCase) {
	t.Helper()
	for _, exemption := range slices.Concat(p.exemptions, c.exemptions) {
		if reason, exempt := factory.Exempt[exemption]; exempt {
			t.Skipf("exempt from %s: %s", exemption, reason)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("broken promise %s (docs/spec/storage.md): %s", p.name, p.sentence)
		}
	})
	place := t.TempDir()
	c.run(&env{T: t, factory: factory, place: place, store: factory.Open(t, place)})
}

// checkFactory ends the test of a factory that would leave out a promise
// without a word.
func checkFactory(t *testing.T, factory Factory, all []promise) {
	t.Helper()
	if factory.Open == nil {
		t.Fatal("storetest: Factory.Open is missing")
	}
	var known []string
	for _, p := range all {
		known = append(known, p.exemptions...)
		for _, c := range p.cases {
			known = append(known, c.exemptions...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(factory.Exempt)) {
		if !slices.Contains(known, name) {
			t.Fatalf("storetest: no store is exempt from %s; there are %s", name,
				strings.Join(slices.Compact(slices.Sorted(slices.Values(known))), ", "))
		}
		if strings.TrimSpace(factory.Exempt[name]) == "" {
			t.Fatalf("storetest: the exemption from %s lacks a reason", name)
		}
	}
}
