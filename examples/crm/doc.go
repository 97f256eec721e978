// Crm is an administration site for licenses, as somebody who embeds seatwright
// would build it: pages that work without JavaScript, a JSON API for a front
// end of the host's own, and users in the host's own table.
//
//	go run ./examples/crm
//
// starts it on a SQLite file with demo data and prints one address. A vendor and
// a partner are built in, which examples/feed plays, so that the whole story can
// be played alone. With -db postgres://… it runs on PostgreSQL, several instances
// at once. See README.md for the other flags.
//
// Read it in this order: main.go ties things together; database.go and
// people.go are what a host has anyway; server.go lists the pages, each of
// which has a file of its own; middleware.go is what stands before a host's own
// handlers. Nothing that the library decides is decided here again.
package main
