// Package otelobserver reports the work of an [activation.Engine] as
// OpenTelemetry metrics. A host makes an [Observer] with its meter provider and
// gives it to the engine:
//
//	observer, err := otelobserver.New(provider, otelobserver.WithTenantAttribute())
//	engine, err := activation.New(store, trust, activation.WithObserver(observer))
//
// The instruments belong to the scope
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
// [activation.Observation]. The counts of the histogram by outcome tell how
// many operations failed. The owner is left out if an operation is about none.
// Nothing else is recorded: no text of an error, no holder, and of a license
// only the names of its owner and modules.
//
// # Tenants
//
// The tenant becomes an attribute only with [WithTenantAttribute], because each
// tenant adds a set of series. Without it, seats are not reported at all. The
// seats of a module in two tenants are different seats under different
// licenses, and one gauge for both would show whichever changed last.
//
// With it, a tenant has up to two series for each of its modules, and a
// histogram for each pair of operation and outcome that occurs. An SDK may
// limit the series of an instrument: Go's allows 2000 by default, and collects
// the rest under otel.metric.overflow=true. To report the seats of many
// tenants, raise that limit, and remove the tenant from the durations with a
// view:
//
//	sdkmetric.NewView(
//		sdkmetric.Instrument{Name: "seatwright.operation.duration"},
//		sdkmetric.Stream{AttributeFilter: attribute.NewDenyKeysFilter("seatwright.tenant")})
//
// # Attention
//
// The counters count what has begun to need attention and what no longer does,
// by the codes and severities of docs/spec/attention.md. An item that becomes
// more severe begins once more. Only one process counts each item, so the sum
// over all processes is right. Page somebody when began increases with the
// severity critical.
//
// # Seats
//
// The gauges show what this process saw last: after its own operations, and
// after those of another process once it has refreshed its entitlements.
// Processes that serve the same tenant therefore report the same seats. Do not
// add them up; take the newest or the maximum. A module without a limit has no
// capacity, and a module that is no longer licensed has no points.
//
// Operations that end at about the same time may be reported in any order.
// Figures of an earlier revision of the tenant than the shown ones are dropped.
// If a store was restored to an earlier state, with its revisions, make a new
// Observer. Otherwise the figures stay the same until the revisions have caught
// up.
package otelobserver
