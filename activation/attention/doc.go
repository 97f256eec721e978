// Package attention has the words for what somebody should know about a tenant:
// a license that ends soon, an offer that is blocked, a source that fails, seats
// that are in use. It is pure, and only data. It implements
// docs/spec/attention.md.
//
// The engine finds the items. TenantStatus.Attention in package activation says
// what needs attention at an instant, for a banner. WithAttention tells a host
// of each item once when it begins and once when it has ended, for mails,
// tickets and webhooks.
//
// Codes and figures are stable; the texts of [Item.String] are not, and texts
// for people in other languages are the host's. New codes may be added in any
// version: a host that knows a code by its severity alone misses nothing.
package attention
