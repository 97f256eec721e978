// Package seat decides who may hold which seats of a license. It holds the
// rules of docs/spec/domain.md, Holders, assignments, seats, as pure
// functions: they read no clock, no store and no network, keep nothing, change
// none of their arguments, and may be called from any number of goroutines.
//
// A [Holder] is a user or a satellite with the modules that are assigned to
// it. It occupies a seat of each of them and of everything that an assigned
// bundle includes; what a bundle includes is always read from a license
// ([Census.InUse]).
//
// [Assign], [Release], [Switch], [Fill] and [Retire] take a [Situation], which is
// the licenses, the instant and a [Census], and the holders concerned, and
// return a [Decision]: what begins, what ends and why. Nothing happens by
// itself; a host that stores the decision in the transaction in which it read
// the census has assigned, and one that only shows it has made a dry run.
//
// A refusal is a [*RefusedError] with every reason for every assignment. Each
// reason is a typed error with figures, such as [*NoFreeSeatError], and
// matches one sentinel for each rule, such as [ErrNoFreeSeat]. Codes and
// figures are stable; texts are not.
package seat
