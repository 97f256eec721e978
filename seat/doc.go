// Package seat decides who may hold which seats of a license. It implements the
// rules of docs/spec/domain.md, Holders, assignments, seats, as pure functions.
//
// Most hosts call none of these functions. They call the methods of the same
// names in package activation: Admit, Assign, Release, Switch, Fill, Retire and
// Sync. Those read, decide and store in one transaction. Such hosts use the
// types of this package: [Holder] and [Assignment] as arguments, [Decision] and
// [RefusedError] as results, [Entitlement] as the answer to whether somebody
// may use a module. Call the functions yourself to decide about seats that are
// kept elsewhere, or in a test.
//
// # Seats
//
// A [Holder] is a user or a satellite with the modules that are assigned to it.
// It occupies a seat of each of them, and of every module that an assigned
// bundle includes. The contents of a bundle are read from the license each time
// ([Census.InUse]), so a new license changes what its holders occupy.
//
// # Rules
//
// [Assign], [Fill] and [Switch] take a [Situation]: the licenses, the instant,
// and a [Census] of all holders. They also take the holders that the call is
// about, and return a [Decision]: what begins, what ends, and why. [Release]
// and [Retire] are never refused and need no situation. [Sync] plans how
// holders get the modules that they should have.
//
// The functions only decide. A host that stores the decision in the transaction
// in which it read the census has carried it out. A host that only shows the
// decision has made a dry run.
//
// A refusal is a [*RefusedError] with every reason for every assignment. Each
// reason is a typed error with figures, such as [*NoFreeSeatError]. It also
// matches one sentinel for each rule, such as [ErrNoFreeSeat]. Codes and
// figures are stable; texts are not.
//
// # Entitlements
//
// [NewEntitlements] makes a snapshot, and [Entitlements.Check] answers from it
// whether a holder may use a module. A host takes its snapshot from
// activation.Tenant.Entitlements, which keeps one up to date.
//
// The functions read no clock, no store and no network. They keep nothing,
// change none of their arguments, and are safe for concurrent use.
package seat
