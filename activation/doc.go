// Package activation is what a host holds in its hands: an engine that ties
// together where licenses come from, their signatures, the planner, the rules
// of seats, and the host's store. It implements docs/spec/planning.md.
//
// # The engine
//
// [New] makes an [Engine], one for a process; [Engine.Tenant] returns a handle
// on one installation. A [Tenant] reads, plans, answers and checks what is due.
// [Tenant.As] returns an [Actor], which changes something on somebody's behalf:
//
//   - licenses: [Tenant.Renew] asks the owner's source and [Actor.Load] reads a
//     file; either activates by itself when nothing blocks and the policy allows
//     it, and otherwise leaves an offer. [Tenant.Plan] says what the offer would
//     do, with the releases that an administrator has ticked, [Tenant.Propose]
//     says what to tick, and [Actor.Activate] carries it out, if it is still
//     what was seen. [Actor.Expect] says whose licenses are expected;
//     [Tenant.Status] is what a screen shows.
//   - seats: [Actor.Admit] makes holders known and gives them modules;
//     [Actor.Assign], [Actor.Release], [Actor.Switch], [Actor.Fill] and
//     [Actor.Retire] change what they have, by the rules of package seat, each in
//     one transaction that has read what it decides by. DryRun returns what they
//     would do, and In runs them inside a transaction of the host.
//   - entitlements: [Tenant.Entitlements] returns a snapshot that answers from
//     memory, and goes on doing so when the store can't be reached.
//
// [Engine.RenewDue] asks whatever sources are due, over all tenants, and
// [Engine.Run] does so in a loop. New starts no goroutine; Run ends all of its
// own when its context ends.
//
// Package planner says what a new license would do, and is pure. [Classify]
// sorts errors by what a host does about them.
//
// # The port
//
// A host that does not use a ready store implements [Store]; store.go is all
// that its author reads, and package storetest tests it.
//
// Codes and figures are stable; the texts of errors are not, and texts for
// people are the host's. The host decides who may do what, too: an actor is an
// opaque word in the history.
package activation
