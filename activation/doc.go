// Package activation is what a host holds in its hands: an engine that ties
// together where licenses come from, their signatures, the planner, the rules
// of seats, and the host's store. It implements docs/spec/planning.md.
//
// # The engine
//
// [New] makes an [Engine], one for a process; [Engine.Tenant] returns a handle
// on one installation. A [Tenant] has three kinds of operations:
//
//   - licenses: [Tenant.Renew] asks the owner's source and [Tenant.Load] reads a
//     file; either activates by itself when nothing blocks and the policy allows
//     it, and otherwise leaves an offer. [Tenant.Plan] says what the offer would
//     do, with the releases that an administrator has ticked, [Tenant.Propose]
//     says what to tick, and [Tenant.Activate] carries it out, if it is still
//     what was seen. [Tenant.Expect] says whose licenses are expected;
//     [Tenant.Status] is what a screen shows.
//   - seats: [Tenant.Assign], [Tenant.Release], [Tenant.Switch], [Tenant.Fill]
//     and [Tenant.Retire], by the rules of package seat, each in one transaction
//     that has read what it decides by. [Tenant.DryRun] returns what they would
//     do, and [Tenant.In] runs them inside a transaction of the host.
//   - entitlements: [Tenant.Entitlements] returns a snapshot that answers from
//     memory, and goes on doing so when the store can't be reached.
//
// [Engine.RenewDue] asks whatever sources are due, over all tenants, and
// [Engine.Run] does so in a loop. New starts no goroutine; Run ends all of its
// own when its context ends.
//
// # The planner
//
// [NewPlan] is a pure function of an [Input]: the active licenses, the offered
// one, how many holders hold what (a census), and the seats that shall be
// released with the activation. The [Plan] has a status, and with it
// [Rejection], [Change], [Blocker], [Release] and [Warning]. Releases are part
// of the input, so a host plans again at every tick of a box and shows how many
// are still to be released. [Plan.BlockerHolders] pages through the holders whom
// a blocker concerns, and [Plan.Apply] says what becomes of one holder.
// [Propose] says whom to release, by a ranking of the host's.
//
// # The port
//
// A host that does not use a ready store implements [Store]; store.go is all
// that its author reads, and package storetest tests it.
//
// Codes and figures are stable; the texts of errors are not, and texts for
// people are the host's. Who may do what is the host's business too: an actor
// is an opaque word in the history.
package activation
