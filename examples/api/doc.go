// Package api is the JSON API of a host's licenses, for a front end of its own. It
// covers licenses and offers, users and their seats, the history, and the
// entitlements of users. openapi.json describes every call.
//
// [New] makes a handler from a tenant, from the directory that joins the host's
// users with their seats, and from a [Host]. The Host authenticates requests, and
// changes seats in the host's own transactions. Mount the handler at /api/, behind
// what stands in front of all your handlers: TLS, limits, and the refusal of
// requests that other sites have made a browser send.
//
// Pages often do the same as calls, such as assigning a license. [API.Deeds] has
// these actions for forms, so that each is written once. See examples/crm, which
// mounts the handler.
package api
