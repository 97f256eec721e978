// Package memstore keeps licenses, holders and seats in memory. Use it for
// tests, for trying things out, and for small hosts that fill it again at each
// start. Do not use it where seats must survive a restart, or where several
// processes share them. It is the reference implementation of
// [activation.Store], and keeps every promise of docs/spec/storage.md except
// durability and host transactions.
//
// [New] makes an empty [Store] for the engine. It starts no goroutine and need
// not be closed.
//
// A tenant's state is immutable and stands behind an atomic pointer. A View
// reads the state that it finds there. An Update derives a new state, which
// shares with the old one everything that did not change, and stores it in the
// end. So neither waits for the other, and a failed Update has nothing to undo.
// The cost of an Update grows with what it changes, and hardly with the number
// of holders.
package memstore
