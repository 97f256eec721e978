// Package seatwright is the root of a library that handles licenses inside a
// CRM back end. A vendor sells seats for modules, and an installation receives
// signed licenses. Before a new one is activated, the library says what
// changes, whether more seats are in use than it has, who holds them, and what
// to release. A license that nothing blocks is activated without asking, unless
// the host's policy says otherwise.
//
// A host embeds an engine and asks it three things:
//
//   - What would this new license do to us? activation.Tenant.Renew and
//     activation.Actor.Load bring one in, activation.Tenant.Plan says what
//     it changes and what blocks, activation.Actor.Activate carries it out.
//   - May this user have a seat? activation.Actor.Admit makes a user known and
//     gives it seats, Assign gives a known one more. A refusal has every reason
//     and the figures.
//   - May this user use this now? activation.Tenant.Entitlements answers from
//     memory, whether the store can be reached or not.
//
// A host that knows who should have what hands over the whole list by
// activation.Actor.Sync; activation.Tenant.Usage says how many seats were used.
//
// The shortest path is activation.New with a store, such as that of package
// activation/memstore, and a signed.Trust; the example in example_test.go is
// whole. A host whose operator gets a license as a file needs
// activation.Actor.Install and nothing else for it. A host brings the store
// (activation.Store; package activation/storetest says whether it is right), the
// keys that it trusts, and the screens.
//
// # Packages
//
//   - license: licenses, modules, sets of licenses; reading a document with
//     everything that is wrong with it. Pure.
//   - license/signed: signed envelopes, trusted keys, grants to partners.
//   - license/keygen: reads the license and machine files of Keygen.
//   - seat: who may hold which seats, and who may use what. Pure.
//   - activation: the engine; the port to a store. activation/planner: what a new
//     license would do. activation/attention: what somebody should know. These two
//     are pure.
//   - activation/memstore: a store in memory; activation/storetest: a suite that
//     tests any store.
//   - source, source/file, source/online: where licenses come from.
//
// Modules of their own, for what they require, are activation/sqlstore, stores
// in PostgreSQL, MariaDB, MySQL and SQLite; activation/sqlstore/riverjobs, the
// checks of many tenants as River jobs; and activation/otelobserver, which
// counts with OpenTelemetry.
//
// Imports point one way: license, then seat, then activation/planner, then
// activation; license, then license/signed, then activation; source, then
// activation. The pure packages read no clock, no file and no network, hold no
// lock and start no goroutine; the instant is a parameter. Most hosts import
// activation, license/signed and a source, and use some types of the others.
//
// This package holds documentation and the example; there is nothing to
// import.
//
// # Compatibility
//
// Codes keep their meaning. Texts of errors are for logs and may change with
// any version; texts for people are the host's. Every later version reads the
// documents, envelopes and databases that an earlier one reads.
// docs/stability.md has the rest.
//
// The specification is in docs/spec, a tour of the code in
// docs/architecture.md, and what holds against whom in docs/security.md.
package seatwright
