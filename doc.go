// Package seatwright is the root of a library by which CRM back ends handle
// licenses: a vendor sells seats for modules, an installation receives a new
// license, and before it is activated someone must know what changes, whether
// more seats are in use than the new license has, who holds them, and what to
// release.
//
// A host asks three things:
//
//   - What would this new license do to us? activation.NewPlan answers with
//     the changes, what blocks, and what releasing some seats would do.
//   - May this user have a seat? seat.Assign answers with a decision, or with
//     every reason against it and its figures.
//   - May this user use this now? That is docs/spec/domain.md, Entitlement.
//
// # Packages
//
//   - license: licenses, modules, sets of licenses; reading a document with
//     everything that is wrong with it. Pure.
//   - license/signed: signed envelopes, trusted keys, grants to partners.
//   - license/keygen: reads the license and machine files of Keygen.
//   - seat: who may hold which seats. Pure.
//   - activation: the plan for a new license. Pure.
//   - source, source/file, source/online: where licenses come from.
//
// Imports point one way: license, then seat, then activation; and license,
// then license/signed. The pure packages read no clock, no file and no
// network, hold no lock and start no goroutine; the instant is a parameter.
//
// This package holds documentation and the example below; there is nothing to
// import.
//
// # Compatibility
//
// Codes, figures and the fields of errors are stable. Texts of errors are for
// logs and may change with any version; texts for people are the host's. A
// document that one version of the library reads, every later 1.x reads.
//
// The specification is in docs/spec.
package seatwright
