// Package memstore keeps licenses, holders and their seats in memory: for
// tests, for trying things out, and for small hosts that fill it again when
// they start. It is the reference implementation of [activation.Store], and
// keeps every promise of docs/spec/storage.md but durability and host transactions.
//
// [New] makes an empty [Store], to be handed to the engine. It starts no
// goroutine and needs no closing.
//
// A tenant's state is immutable and stands behind an atomic pointer. A View
// reads whatever state it found there; an Update derives a new one, which
// shares with the old one all that did not change, and puts it there in the
// end. So neither waits for the other, an Update that fails has nothing to
// undo, and its cost grows with what it changes and hardly with the holders
// there are.
package memstore
