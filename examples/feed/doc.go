// Package feed is a license server for demos and tests. It plays the vendor and the
// partners: it signs licenses with keys that it has made, publishes them or hands
// them out as files, and never uses a number twice. On request it answers as no
// good license server does: see [Answer].
//
// It uses the protocol of docs/spec/feed.md, so a real client can ask it:
//
//	vendors, err := feed.New(ctx, feed.NewMemory(), document)
//	err = vendors.Begin(ctx, "acme", feed.Change{}, time.Now())
//	client, err := online.New("http://localhost", online.WithHTTPClient(&http.Client{Transport: vendors}))
//	engine, err := activation.New(store, vendors.Trust, activation.WithSource("acme", client))
//
// Here the [Server] is a transport, so nothing listens and no port is needed. It is
// an [http.Handler] as well, for a host that runs elsewhere. It keeps everything in
// a [Store]; any number of servers on one store are the same vendor.
//
// examples/crm uses it for its demo. Do not issue real licenses with it: a real
// issuer keeps keys and ledger as docs/vendor-guide.md says, and uses
// examples/vendor.
package feed
