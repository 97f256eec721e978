// Package attention defines what somebody should know about a tenant: a license
// that ends soon, a blocked offer, a failing source, seats that run out. It is
// pure data, and implements docs/spec/attention.md.
//
// The engine finds the items. TenantStatus.Attention in package activation
// lists what needs attention at an instant; use it for a banner. WithAttention
// calls the host once when an item begins and once when it has ended; use it
// for mails, tickets and webhooks.
//
// Codes and figures are stable. The texts of [Item.String] are not: write your
// own for people, in their language. Any version may add codes. A host that
// handles an unknown code by its severity misses nothing.
package attention
