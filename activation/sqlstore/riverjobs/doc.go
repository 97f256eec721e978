// Package riverjobs runs the scheduled license checks of many tenants as jobs
// of River, in the host's PostgreSQL, on any number of workers. Use it if your
// host has River already. Without River, call [activation.Engine.Run] or
// [activation.Engine.RenewDue].
//
// About once a minute, on the client that is River's leader, [Periodic] makes a
// job that lists the tenants whose checks are due. It inserts a job for each
// tenant and due instant, once, however often the tenant is listed. Any client
// with room works on these jobs, and retries them when they fail. So a failing
// tenant holds up no other.
//
// The engine adds what River can't know. It claims a check before it asks the
// source, so two jobs never ask at once. If a worker dies after it has claimed
// a check, the check is due again two minutes later. A job asks the sources of
// its tenant at the same time. If a source is left alone, or is asked for eight
// tenants already, the job waits at most a second for it and comes again later.
//
// A client of the host takes part if its configuration has three things, in the
// places where the host's own jobs are set up:
//
//   - the workers, by [Register];
//   - the queue, [Queue], with more than eight workers for each source that
//     may be slow at the same time, so that some are left for the others;
//   - the periodic job, by [Periodic], on every client that may become the
//     leader.
//
// If a process is killed, River considers its jobs as running until
// [river.Config.RescueStuckJobsAfter], an hour by default. Their tenants wait
// that long; active licenses stay active.
package riverjobs
