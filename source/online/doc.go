// Package online is the feed by which licenses renew themselves over HTTP: its
// client, and the handler of its server. The protocol is that of
// docs/spec/feed.md.
//
// # On the wire
//
// A client asks for an owner and a serial, and says what it has:
//
//	GET /licenses/acme/4711?have=7 HTTP/1.1
//	Host: feed.acme.example
//	Accept: application/vnd.seatwright.license+json, application/vnd.seatwright.status+json, application/problem+json
//	If-None-Match: "5f7f…"
//	Authorization: Bearer …
//	User-Agent: seatwright/1.0.0 ExampleCRM/10.3
//
// and is sent a signed envelope, or 304 when it has that already:
//
//	HTTP/1.1 200 OK
//	Content-Type: application/vnd.seatwright.license+json
//	ETag: "98ea…"
//	Cache-Control: no-cache
//
//	{"license": "…"}
//
// or a [StatusDocument], or a problem document (RFC 9457) with a status from 400 on. Any
// HTTP server can be a feed that sends files with these types.
//
// # Asking
//
// [New] returns a [Client], which is a [source.Source]:
//
//	feed, err := online.New("https://feed.acme.example", online.WithToken(token))
//	outcome, err := feed.Check(ctx, source.Request{Owner: "acme", Serial: "4711", Have: 7, ETag: tag})
//
// It trusts nothing that it is sent: time, size, number of tries and redirects
// are limited, texts are cleaned, and the token goes to no other host. When to
// ask next is planned by the engine of package activation.
//
// # Serving
//
// [NewHandler] answers from a [Catalog]: a [Folder] of files, or what a
// vendor implements over a database.
//
//	directory, err := online.NewFolder("/srv/licenses")
//	handler, err := online.NewHandler(directory)
package online
