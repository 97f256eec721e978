// Package benchmarks compares seatwright with what a host would use instead of
// it. It has a module of its own, so that nobody who embeds the library needs
// the peers.
//
// Checks are measured on both sides in the same run: one operation is a round,
// in which first one side and then the other answers a batch of questions, and
// what is reported is the median over the rounds. A busy machine then slows down
// both; the ratio still moves, most where everything fits into a cache, so
// compare runs on an idle one. Tenants, holders and questions come from a fixed
// seed. A unit that begins with "x-" is a ratio:
//
//   - x-map, x-maps, x-guarded-maps: seatwright as a multiple of the peer;
//     smaller is better.
//   - x-at-rest: the 99th percentile while snapshots are made, as a multiple of
//     that while none is. It includes what the scheduler and the garbage
//     collector take.
//   - x-faster-than-casbin, x-faster-than-cloning: the time of the peer as a
//     multiple of seatwright's; larger is better.
//
// The goals are figures to reach, not limits that a test enforces. Run one
// with, for example:
//
//	go test -run '^$' -bench 'Check' ./internal/benchmarks
package benchmarks
