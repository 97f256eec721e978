// Package activation plans what the activation of a new license would do to an
// installation. It implements docs/spec/planning.md.
//
// [NewPlan] is a pure function of an [Input]: the active licenses, the offered
// one, how many holders hold what (a census), and the seats that shall be
// released with the activation. The [Plan] has a status, and with it
//
//   - [Rejection]: why this installation does not accept the license at all;
//   - [Change]: the modules that differ, with the figures of a dialog;
//   - [Blocker]: what has to be solved first, such as more seats in use than
//     the license has, with how many must be released;
//   - [Release]: what is released, requested or because it requires what is;
//   - [Warning]: what an administrator should know, which never blocks.
//
// Releases are part of the input, so a host plans again at every tick of a box
// and shows how many are still to be released. [Plan.BlockerHolders] pages
// through the holders whom a blocker concerns, and [Plan.Apply] says what
// becomes of one holder.
//
// Codes and figures are stable; the texts of errors are not, and texts for
// people are the host's.
package activation
