// Package activation is what a host holds in its hands: an engine that ties
// together where licenses come from, their signatures, the planner, the rules
// of seats, and the host's store. It implements docs/spec/planning.md.
//
// # The engine
//
// [New] makes an [Engine], one for a process. [Engine.Tenant] returns a handle on
// one installation. A [Tenant] reads, plans, answers and checks what is due.
// [Tenant.As] returns an [Actor], which changes something on somebody's behalf.
//
// Most hosts need few of the methods. In the order in which a host comes to need
// them:
//
//   - A first license: [Actor.Install] takes the operator's file. Where an
//     administrator enters the serial number, [Actor.Expect] says whose licenses
//     are expected, and [Tenant.Renew] asks the owner's source ([WithSource]).
//     [Actor.Load] reads a file that an administrator uploads.
//   - Seats, one by one: [Actor.Admit] makes a user known and gives it modules,
//     [Actor.Retire] takes everything back. [Actor.Assign], [Actor.Release] and
//     [Actor.Switch] change what somebody has, and [Actor.Fill] gives a module to
//     as many as there is room for.
//   - Seats as a list: [Actor.Sync] brings the tenant to the list of who should have
//     what. [Actor.Reconcile] compares only who is there. [Actor.Import] brings in
//     seats that were kept elsewhere.
//   - A transaction of the host: [Tenant.In] runs all of these in it, and
//     [Tenant.Committed] says that it was committed. Without that call, the change
//     is seen after [WithSnapshotMaxAge].
//   - Questions: [Tenant.Entitlements] returns a snapshot that says from memory
//     whether somebody may use a module now, also while the store can't be reached.
//   - A renewal: it is activated by itself if nothing blocks it and the policy
//     allows it ([WithPolicy]); otherwise it waits as an offer. [Tenant.Plan] says
//     what the offer would do, with what an administrator has ticked.
//     [Tenant.Propose] says what to tick. [Actor.Activate] carries it out, if it is
//     still what was seen; [Actor.Schedule] does so at the license's beginning.
//   - Screens and reports: [Tenant.Status] fills a screen of licenses,
//     [TenantStatus.Attention] says what somebody should know, and [Tenant.Usage]
//     how many seats were used in a period. [Tenant.HolderPage] lists who has what,
//     [Tenant.History] and [Tenant.Log] what happened.
//   - Operation: [Engine.Run] asks each source when a check is due, and
//     [Engine.RenewDue] does so once, for a host with a timer. [WithAttention] tells
//     the host what has begun to need attention, [WithLogger] and [WithObserver] what
//     the engine does. After a restore, [Tenant.Verify] says what differs.
//
// Every method of an Actor has a dry run: [Actor.DryRun] returns what it would do.
// New starts no goroutine. Run ends all that it has started when its context ends.
//
// [Classify] sorts errors by what a host does about them. Codes and figures are
// stable. Texts of errors are for logs, and texts for people are the host's. The host
// also decides who may do what: to the library an actor is a word in the history.
//
// # The port
//
// Package sqlstore has stores for PostgreSQL, MariaDB, MySQL and SQLite, and package
// memstore one in memory. A host with another database implements [Store]. The file
// store.go is all that its author reads, and package storetest tests it.
package activation
