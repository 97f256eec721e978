// Package planner says what a new license would do to an installation, before
// it is activated: what changes, whether more seats would be in use than it has,
// who holds them, and what releasing some of them would do. It implements
// docs/spec/planning.md.
//
// [New] is a pure function of an [Input]: the active licenses, the offered one,
// how many holders hold what (a census), and the seats that shall be released
// with the activation. The [Plan] has a [Status], and with it
//
//   - why this installation does not accept the license, each a [Rejection];
//   - the modules that differ, each a [ModuleChange] with its figures;
//   - what has to be solved first, each a [Blocker];
//   - what ends with the activation, each a [Release];
//   - what an administrator should know, each a [Warning], which never blocks.
//
// Releases are part of the input, so a host plans again at every tick of a box
// and shows how many are still to be released. [Plan.Affects] says whether a
// blocker concerns a holder, and [Plan.Apply] what becomes of one. [Propose] says
// whom to release, by a ranking of the host's.
//
// Most hosts have an engine: package activation reads what a plan needs, makes
// it, and carries it out in the same transaction. Use this package alone to ask
// what if, as examples/whatif does.
//
// Nothing here reads a clock, a file or a network, holds a lock or starts a
// goroutine. Codes and figures are stable; texts are not.
package planner
