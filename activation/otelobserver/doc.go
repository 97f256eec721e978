// Package otelobserver reports what an [activation.Engine] does as OpenTelemetry
// metrics. A host makes an [Observer] from its meter provider and hands it to
// the engine:
//
//	observer, err := otelobserver.New(provider, otelobserver.WithTenantAttribute())
//	engine, err := activation.New(store, trust, activation.WithObserver(observer))
//
// The instruments are those of the scope
// github.com/seatwright/seatwright/activation/otelobserver:
//
//	seatwright.operation.duration  histogram, s      operation, outcome, owner, tenant
//	seatwright.attention.began     counter, {item}   code, severity, owner, tenant
//	seatwright.attention.ended     counter, {item}   code, severity, owner, tenant
//	seatwright.seats.in_use        gauge, {seat}     module, tenant
//	seatwright.seats.capacity      gauge, {seat}     module, tenant
//
// The keys of the attributes begin with "seatwright.", as in
// seatwright.operation. Operation and outcome are the words of
// [activation.Observation]; the histogram's count by outcome says how many
// operations failed. Owner is left out of what is about none. Nothing else is
// recorded: no text of an error, no holder, nothing of a license but the names
// of its owner and modules.
//
// # Tenants
//
// The tenant is no attribute unless [WithTenantAttribute] says so, because each
// one is a set of series of its own. Without it, seats are not reported at all:
// those of one module in two tenants are different seats, under different
// licenses, and a gauge of both would show whichever changed last.
//
// With it, a tenant has up to two series for each of its modules, and a
// histogram for each pair of operation and outcome that it has seen. An SDK
// that limits the series of an instrument, as Go's does to 2000 unless told
// otherwise, gathers the rest under otel.metric.overflow=true. For the seats of
// many tenants, raise that limit, and take the tenant out of the durations with
// a view:
//
//	sdkmetric.NewView(
//		sdkmetric.Instrument{Name: "seatwright.operation.duration"},
//		sdkmetric.Stream{AttributeFilter: attribute.NewDenyKeysFilter("seatwright.tenant")})
//
// # Attention
//
// The counters count what has come to need attention and what needs none any
// more, by the codes and severities of docs/spec/attention.md; what has become
// more severe begins once more. One process counts each of them, so that the sums
// of all processes are right: an increase of began with the severity critical is
// worth a page.
//
// # Seats
//
// The gauges show what this process saw last: after its own operations, and
// after another process's as soon as it has refreshed its entitlements. Several
// processes that serve a tenant therefore report the same seats, which must not
// be added up; take the newest or the maximum of them. A module without limit
// has no capacity, and a module that is no longer licensed has no points.
//
// Operations that end at about the same time may be told in any order; figures
// of an earlier revision of the tenant than those that are shown are dropped. A
// store that was put back to an earlier state, with its revisions, therefore
// needs a new Observer, or the figures stay until the revisions are past it.
package otelobserver
