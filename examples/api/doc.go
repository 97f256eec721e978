// Package api is the JSON API of a host's licenses, for a front end of its own:
// licenses and offers, users and their seats, what was done, and who may use
// what. openapi.json describes every call.
//
// [New] makes a handler of a tenant, of the directory that joins the host's users
// with their seats, and of a [Host]: how requests are authenticated, and what is
// done in the host's own transactions. A host mounts it at /api/, behind what it
// has before all its handlers: TLS, limits, and the refusal of requests that
// other sites have made a browser send.
//
// A deed that pages have as well, as assigning a license, is written once:
// [API.Deeds] has them for forms. See examples/crm, which mounts it.
package api
