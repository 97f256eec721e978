// Package riverjobs runs the scheduled license checks of many tenants as jobs of
// River, in the PostgreSQL that the host has, on any number of workers. Hosts
// without River call [activation.Engine.Run] or [activation.Engine.RenewDue]
// instead.
//
// Once a minute or so, on whichever client is River's leader, [Periodic] makes
// a job that lists the tenants whose checks are due. It inserts a job for each
// of them: one for a tenant and the instant at which it is due, however often
// it is listed. Those jobs are worked by whichever client has room, and retried
// when they fail, so that a tenant that fails holds up no other. The engine
// does what River can't know. It claims a check before it asks the source, so
// that two jobs never ask at once. A check that a worker has claimed before it
// died is due again two minutes later. A job asks the sources of its tenant at
// once, and waits no more than a second for one that is asked for eight tenants
// already or is left alone: it comes again.
//
// A client of the host takes part when its configuration has three things, all
// in the same place as the jobs of the host's own:
//
//   - the workers, by [Register];
//   - the queue, [Queue], with more workers than eight for each source that may be
//     slow at the same time, so that there are some left for the others;
//   - the periodic job, by [Periodic], on every client that may be the leader.
//
// When a process is killed, River takes its jobs for running until
// [river.Config.RescueStuckJobsAfter], which is an hour unless the host sets it.
// Their tenants wait that long; what is active stays active.
package riverjobs
