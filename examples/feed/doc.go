// Package feed is a license server to play with, for the vendor and the partners
// of a demo or of a test. It signs licenses with keys that it has made, publishes
// them or hands them out as files, and never uses a number twice. On request it
// answers as no good license server does: see [Answer].
//
// It speaks the protocol of docs/spec/feed.md, so what asks it is a real client:
//
//	vendors, err := feed.New(ctx, feed.NewMemory(), document)
//	err = vendors.Begin(ctx, "acme", feed.Change{}, time.Now())
//	client, err := online.New("http://localhost", online.WithHTTPClient(&http.Client{Transport: vendors}))
//	engine, err := activation.New(store, vendors.Trust, activation.WithSource("acme", client))
//
// A [Server] is a transport here, so nothing listens and no port is needed. It is an
// [http.Handler] as well, for a host that runs elsewhere. It keeps everything in a
// [Store], and any number of servers on one store are the same vendor.
//
// examples/crm plays with it. An issuer in earnest keeps keys and ledger as
// docs/vendor-guide.md says, and examples/vendor is the program for that.
package feed
