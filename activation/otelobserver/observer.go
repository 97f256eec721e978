package otelobserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	scope = "github.com/seatwright/seatwright/activation/otelobserver"

	operationKey = attribute.Key("seatwright.operation")
	outcomeKey   = attribute.Key("seatwright.outcome")
	ownerKey     = attribute.Key("seatwright.owner")
	tenantKey    = attribute.Key("seatwright.tenant")
	moduleKey    = attribute.Key("seatwright.module")
	codeKey      = attribute.Key("seatwright.code")
	severityKey  = attribute.Key("seatwright.severity")
)

// bounds are in seconds, from a transaction in memory to a check of a source
// that hardly answers. The SDK's default bounds suit milliseconds.
var bounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Observer is an [activation.Observer] that records OpenTelemetry metrics; the
// package comment lists them. It is safe for concurrent use. Several engines
// may share it if they have no tenant in common. The zero Observer records
// nothing.
type Observer struct {
	tenants  bool
	duration metric.Float64Histogram

	began, ended metric.Int64Counter

	inUse, capacity metric.Int64ObservableGauge
	registration    metric.Registration // nil if seats are not reported

	mu    sync.Mutex
	seats map[string]figures // by tenant
}

// figures is what is known of a tenant's seats. The slice is never changed.
type figures struct {
	revision int64
	seats    []activation.Sample
}

var _ activation.Observer = (*Observer)(nil)

// Option is an option of [New].
type Option func(*Observer)

// WithTenantAttribute adds the id of the tenant to everything that is recorded.
// It also reports seats in use and capacity, which mean something only for one
// tenant. The default is neither. Use it with few tenants; the package comment
// says what it costs with many.
func WithTenantAttribute() Option {
	return func(o *Observer) { o.tenants = true }
}

// New returns an Observer that records with a meter of the provider. It returns
// an error if the provider or an option is nil, or if the provider refuses to
// make an instrument; then it wraps the provider's error.
func New(provider metric.MeterProvider, options ...Option) (*Observer, error) {
	if provider == nil {
		return nil, errors.New("otelobserver: the meter provider is nil")
	}
	o := &Observer{seats: make(map[string]figures)}
	for i, option := range options {
		if option == nil {
			return nil, fmt.Errorf("otelobserver: option %d is nil", i+1)
		}
		option(o)
	}
	if err := o.instrument(provider.Meter(scope)); err != nil {
		return nil, fmt.Errorf("otelobserver: make the instruments: %w", err)
	}
	return o, nil
}

func (o *Observer) instrument(meter metric.Meter) (err error) {
	o.duration, err = meter.Float64Histogram("seatwright.operation.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Duration of the operations of the license engine."),
		metric.WithExplicitBucketBoundaries(bounds...))
	if err != nil {
		return err
	}
	o.began, err = meter.Int64Counter("seatwright.attention.began",
		metric.WithUnit("{item}"),
		metric.WithDescription("What has come to need attention, or has become more severe."))
	if err != nil {
		return err
	}
	o.ended, err = meter.Int64Counter("seatwright.attention.ended",
		metric.WithUnit("{item}"),
		metric.WithDescription("What needs no attention any more."))
	if err != nil || !o.tenants {
		return err
	}
	// Observed when they are collected, not recorded when they change. So a
	// module that is gone or no longer has a limit has no point any more.
	o.inUse, err = meter.Int64ObservableGauge("seatwright.seats.in_use",
		metric.WithUnit("{seat}"),
		metric.WithDescription("Seats of a module that are in use."))
	if err != nil {
		return err
	}
	o.capacity, err = meter.Int64ObservableGauge("seatwright.seats.capacity",
		metric.WithUnit("{seat}"),
		metric.WithDescription("Seats of a module that can be in use, overdraft included; none if it is unrestricted."))
	if err != nil {
		return err
	}
	o.registration, err = meter.RegisterCallback(o.collect, o.inUse, o.capacity)
	return err
}

// Observe records an operation that has ended. The engine calls it; a host does
// not.
func (o *Observer) Observe(ctx context.Context, observation activation.Observation) {
	if o.duration == nil {
		return
	}
	// The engine's clock may have been set back.
	seconds := max(0, observation.Duration.Seconds())
	o.duration.Record(ctx, seconds, metric.WithAttributes(o.attributes(observation)...))
	o.count(ctx, o.began, observation.Tenant, observation.Began)
	o.count(ctx, o.ended, observation.Tenant, observation.Ended)
	if o.registration != nil && observation.Seats != nil {
		o.remember(observation.Tenant, figures{observation.Revision, observation.Seats})
	}
}

// count counts items that begin or end.
func (o *Observer) count(ctx context.Context, counter metric.Int64Counter, tenant string, items []attention.Item) {
	for _, item := range items {
		attributes := []attribute.KeyValue{codeKey.String(string(item.Code)), severityKey.String(string(item.Severity))}
		if item.Owner != "" {
			attributes = append(attributes, ownerKey.String(item.Owner))
		}
		if o.tenants {
			attributes = append(attributes, tenantKey.String(tenant))
		}
		counter.Add(ctx, 1, metric.WithAttributes(attributes...))
	}
}

// attributes leaves out invalid names and ids. The engine reports operations
// that it refused for those too, but exporters don't accept arbitrary bytes,
// and a caller must not be able to create series.
func (o *Observer) attributes(observation activation.Observation) []attribute.KeyValue {
	attributes := append(make([]attribute.KeyValue, 0, 4),
		operationKey.String(string(observation.Operation)), outcomeKey.String(string(observation.Outcome)))
	if owner, ok := license.FoldName(observation.Owner); ok {
		attributes = append(attributes, ownerKey.String(owner))
	}
	if o.tenants && seat.CheckID(observation.Tenant) == nil {
		attributes = append(attributes, tenantKey.String(observation.Tenant))
	}
	return attributes
}

// remember keeps the figures unless newer ones were reported before. Of a
// tenant without licenses it keeps the revision only.
func (o *Observer) remember(tenant string, latest figures) {
	latest.seats = slices.Clone(latest.seats)
	o.mu.Lock()
	defer o.mu.Unlock()
	if latest.revision >= o.seats[tenant].revision {
		o.seats[tenant] = latest
	}
}

// collect is called by the SDK. No operation waits for it, because it may take
// long with many tenants.
func (o *Observer) collect(_ context.Context, to metric.Observer) error {
	o.mu.Lock()
	tenants := maps.Clone(o.seats)
	o.mu.Unlock()
	for tenant, known := range tenants {
		for _, s := range known.seats {
			at := metric.WithAttributes(tenantKey.String(tenant), moduleKey.String(s.Module))
			to.ObserveInt64(o.inUse, s.InUse, at)
			if !s.Unrestricted {
				to.ObserveInt64(o.capacity, s.Capacity, at)
			}
		}
	}
	return nil
}

// Unregister stops the report of seats, which otherwise lasts as long as the
// meter provider. Call it only if you replace the engine while the provider
// stays. Operations are still recorded afterwards.
func (o *Observer) Unregister() error {
	if o.registration == nil {
		return nil
	}
	if err := o.registration.Unregister(); err != nil {
		return fmt.Errorf("otelobserver: end the report of seats: %w", err)
	}
	return nil
}
