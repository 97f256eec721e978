// Package online renews licenses over HTTP. It has the client of a feed for
// hosts, and the handler of a feed's server for vendors. The protocol is
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
// or a [StatusDocument], or a problem document (RFC 9457) with a status of 400
// or above. Any HTTP server that sends files with these types can be a feed.
//
// # Asking
//
// [New] returns a [Client], which is a [source.Source]:
//
//	feed, err := online.New("https://feed.acme.example", online.WithToken(token))
//	outcome, err := feed.Check(ctx, source.Request{Owner: "acme", Serial: "4711", Have: 7, ETag: tag})
//
// The client trusts nothing that it receives. Time, size, tries and redirects
// are limited, texts are cleaned, and the token goes to no other host. The
// engine of package activation plans when to ask next.
//
// # Serving
//
// [NewHandler] answers from a [Catalog]: a [Folder] of files, or one that a
// vendor implements over a database.
//
//	directory, err := online.NewFolder("/srv/licenses")
//	handler, err := online.NewHandler(directory)
package online
