// Soak runs a host of many tenants for a while, under conditions that are worse
// than those of any host, and says in a report whether anything broke:
//
//	go run ./internal/soak -for 10m
//
// Several processes, the workers, share a database in PostgreSQL. Each of them
// asks a feed for new licenses whenever a check is due, has administrators who
// release seats and activate what is blocked, and users who come and go. The
// feed answers some requests too late, some with status 500, and some with an
// envelope in which a bit is turned. Every few seconds a worker is killed and
// started again; the first worker never is, so that what grows can be seen.
//
// Meanwhile an observer counts seats in consistent reads. Afterwards everything
// that the workers have acknowledged is looked for in the database, and every
// fault that the feed has made in their logs.
//
// The clock runs faster than that of the wall, so that a check that failed is
// repeated after half a minute rather than a quarter of an hour. All random
// choices follow from the seed, though not what comes of them.
//
// With -database, it is everything at once instead:
//
//	go run ./internal/soak -for 10m -database postgresql -into docs/soak.md
//
// Three processes do all that an engine can do in a few tenants, in
// transactions of the host's at every level and without. Some of these go back
// to a savepoint. Meanwhile users come, go and are erased in the host's own
// table with the triggers of the templates. Their clocks jump, and half-way a
// key is revoked, of which only processes that start later know. Every few
// seconds a process is killed, all connections are cut, the server crashes, or
// a replica takes over that has not got the last commits. SQLite has no server;
// there, processes are killed. Everything is counted by hand in SQL, and
// compared with what the processes say from memory.
//
// It needs PostgreSQL's programs, or SEATWRIGHT_TEST_POSTGRES with the DSN of a
// server. It ends by itself, and at an interrupt, and leaves nothing behind. The
// exit status is 0 if all claims of the report hold, and 1 otherwise.
package main
