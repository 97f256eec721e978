package otelobserver_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/otelobserver"
)

const (
	duration = "seatwright.operation.duration"
	inUse    = "seatwright.seats.in_use"
	capacity = "seatwright.seats.capacity"
)

// meters is an SDK with an observer that is collected by hand.
type meters struct {
	*testing.T
	reader   *sdkmetric.ManualReader
	observer *otelobserver.Observer
}

func newMeters(t *testing.T, views []sdkmetric.View, options ...otelobserver.Option) *meters {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithView(views...))
	observer, err := otelobserver.New(provider, options...)
	require.NoError(t, err)
	return &meters{T: t, reader: reader, observer: observer}
}

func (m *meters) observe(observations ...activation.Observation) {
	for _, o := range observations {
		m.observer.Observe(m.Context(), o)
	}
}

func (m *meters) collect() map[string]metricdata.Metrics {
	m.Helper()
	var collected metricdata.ResourceMetrics
	require.NoError(m, m.reader.Collect(m.Context(), &collected))
	byName := make(map[string]metricdata.Metrics)
	for _, scope := range collected.ScopeMetrics {
		for _, one := range scope.Metrics {
			byName[one.Name] = one
		}
	}
	return byName
}

// durations returns a line for each series of the histogram.
func (m *meters) durations() []string {
	m.Helper()
	var lines []string
	if data, ok := m.collect()[duration].Data.(metricdata.Histogram[float64]); ok {
		for _, p := range data.DataPoints {
			lines = append(lines, fmt.Sprintf("%s count=%d sum=%g", text(p.Attributes), p.Count, p.Sum))
		}
	}
	slices.Sort(lines)
	return lines
}

// counts returns the durations without their sums, for those by a real clock.
func (m *meters) counts() []string {
	m.Helper()
	lines := m.durations()
	for i := range lines {
		lines[i], _, _ = strings.Cut(lines[i], " sum=")
	}
	return lines
}

// seats returns a line for each series of the gauges.
func (m *meters) seats() []string {
	m.Helper()
	collected := m.collect()
	var lines []string
	for _, name := range []string{inUse, capacity} {
		if data, ok := collected[name].Data.(metricdata.Gauge[int64]); ok {
			for _, p := range data.DataPoints {
				lines = append(lines, fmt.Sprintf("%s %s %d", name, text(p.Attributes), p.Value))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func TestDurations(t *testing.T) {
	assign := activation.Observation{
		Operation: "assign", Tenant: "tenant-42", Outcome: "done", Duration: 250 * time.Millisecond,
	}
	with := func(change func(*activation.Observation)) activation.Observation {
		o := assign
		change(&o)
		return o
	}
	const done = "seatwright.operation=assign,seatwright.outcome=done"
	for _, test := range []struct {
		name         string
		options      []otelobserver.Option
		observations []activation.Observation
		want         []string
	}{
		{"nothing", nil, nil, nil},
		{"no tenant by default", nil, []activation.Observation{assign}, []string{done + " count=1 sum=0.25"}},
		{
			"tenants are counted together by default", nil,
			[]activation.Observation{assign, with(func(o *activation.Observation) { o.Tenant = "tenant-43" })},
			[]string{done + " count=2 sum=0.5"},
		},
		{
			"tenants apart",
			[]otelobserver.Option{otelobserver.WithTenantAttribute()},
			[]activation.Observation{assign, with(func(o *activation.Observation) { o.Tenant = "tenant-43" })},
			[]string{done + ",seatwright.tenant=tenant-42 count=1 sum=0.25", done + ",seatwright.tenant=tenant-43 count=1 sum=0.25"},
		},
		{
			"outcomes apart", nil,
			[]activation.Observation{assign, with(func(o *activation.Observation) { o.Outcome = "refused" })},
			[]string{done + " count=1 sum=0.25", "seatwright.operation=assign,seatwright.outcome=refused count=1 sum=0.25"},
		},
		{
			"an owner", nil,
			[]activation.Observation{{Operation: "renew", Owner: "acme", Outcome: "current", Duration: 2 * time.Second}},
			[]string{"seatwright.operation=renew,seatwright.outcome=current,seatwright.owner=acme count=1 sum=2"},
		},
		{
			"an owner as it was typed", nil,
			[]activation.Observation{with(func(o *activation.Observation) { o.Owner = "ACME" })},
			[]string{done + ",seatwright.owner=acme count=1 sum=0.25"},
		},
		{
			"no owner's name", nil,
			[]activation.Observation{with(func(o *activation.Observation) { o.Owner = "a\xffb" })},
			[]string{done + " count=1 sum=0.25"},
		},
		{
			"no tenant's id",
			[]otelobserver.Option{otelobserver.WithTenantAttribute()},
			[]activation.Observation{
				with(func(o *activation.Observation) { o.Tenant = "" }),
				with(func(o *activation.Observation) { o.Tenant = "a\xffb" }),
			},
			[]string{done + " count=2 sum=0.5"},
		},
		{
			"a clock that was set back", nil,
			[]activation.Observation{with(func(o *activation.Observation) { o.Duration = -time.Hour })},
			[]string{done + " count=1 sum=0"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMeters(t, nil, test.options...)
			m.observe(test.observations...)
			if diff := cmp.Diff(test.want, m.durations()); diff != "" {
				t.Errorf("series (-want +got):\n%s", diff)
			}
			assert.Empty(t, m.seats())
		})
	}
}

// What is seen at each step is all that there is to see then.
func TestSeats(t *testing.T) {
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	const (
		web   = "seatwright.module=acme.web,seatwright.tenant=tenant-42"
		plan  = "seatwright.module=acme.plan,seatwright.tenant=tenant-42"
		other = "seatwright.module=acme.web,seatwright.tenant=tenant-43"
	)
	for _, step := range []struct {
		name   string
		tenant string
		seats  []activation.Sample
		want   []string
	}{
		{"nothing has changed", "tenant-42", nil, nil},
		{
			"a module", "tenant-42",
			[]activation.Sample{{Module: "acme.web", InUse: 3, Capacity: 9}},
			[]string{capacity + " " + web + " 9", inUse + " " + web + " 3"},
		},
		{
			"nothing in use", "tenant-42",
			[]activation.Sample{{Module: "acme.web", InUse: 0, Capacity: 9}},
			[]string{capacity + " " + web + " 9", inUse + " " + web + " 0"},
		},
		{
			"unchanged", "tenant-42", nil,
			[]string{capacity + " " + web + " 9", inUse + " " + web + " 0"},
		},
		{
			"a limit is lifted", "tenant-42",
			[]activation.Sample{{Module: "acme.web", InUse: 12, Unrestricted: true}},
			[]string{inUse + " " + web + " 12"},
		},
		{
			"another tenant", "tenant-43",
			[]activation.Sample{{Module: "acme.web", InUse: 1, Capacity: 1}},
			[]string{capacity + " " + other + " 1", inUse + " " + web + " 12", inUse + " " + other + " 1"},
		},
		{
			"a module goes, one comes", "tenant-42",
			[]activation.Sample{{Module: "acme.plan", InUse: 2, Capacity: 0}},
			[]string{
				capacity + " " + plan + " 0", capacity + " " + other + " 1",
				inUse + " " + plan + " 2", inUse + " " + other + " 1",
			},
		},
		{
			"nothing is licensed any more", "tenant-42",
			[]activation.Sample{},
			[]string{capacity + " " + other + " 1", inUse + " " + other + " 1"},
		},
	} {
		m.observe(activation.Observation{Operation: "assign", Outcome: "done", Tenant: step.tenant, Seats: step.seats})
		clear(step.seats) // the slice belongs to the caller again
		if diff := cmp.Diff(step.want, m.seats()); diff != "" {
			t.Errorf("%s: series (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestSeatsNeedTheTenant(t *testing.T) {
	m := newMeters(t, nil)
	m.observe(activation.Observation{
		Operation: "assign", Outcome: "done", Tenant: "tenant-42",
		Seats: []activation.Sample{{Module: "acme.web", InUse: 3, Capacity: 9}},
	})
	assert.Empty(t, m.seats())
	require.NoError(t, m.observer.Unregister(), "there is nothing to end")
}

func TestUnregister(t *testing.T) {
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	change := activation.Observation{
		Operation: "assign", Outcome: "done", Tenant: "tenant-42",
		Seats: []activation.Sample{{Module: "acme.web", InUse: 3, Capacity: 9}},
	}
	m.observe(change)
	require.Len(t, m.seats(), 2)
	for range 2 {
		require.NoError(t, m.observer.Unregister())
		m.observe(change)
		assert.Empty(t, m.seats())
	}
	assert.Equal(t, []string{
		"seatwright.operation=assign,seatwright.outcome=done,seatwright.tenant=tenant-42 count=3 sum=0",
	}, m.durations())
}

func TestInstruments(t *testing.T) {
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	m.observe(activation.Observation{
		Operation: "assign", Outcome: "done", Tenant: "tenant-42",
		Seats: []activation.Sample{{Module: "acme.web", InUse: 3, Capacity: 9}},
	})
	collected := m.collect()
	units := make(map[string]string)
	for name, one := range collected {
		units[name] = one.Unit
		assert.NotEmpty(t, one.Description, name)
	}
	assert.Equal(t, map[string]string{duration: "s", inUse: "{seat}", capacity: "{seat}"}, units)
	data, ok := collected[duration].Data.(metricdata.Histogram[float64])
	require.True(t, ok)
	assert.Equal(t, []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		data.DataPoints[0].Bounds)
}

// The view of the package comment.
func TestView(t *testing.T) {
	m := newMeters(t, []sdkmetric.View{sdkmetric.NewView(
		sdkmetric.Instrument{Name: "seatwright.operation.duration"},
		sdkmetric.Stream{AttributeFilter: attribute.NewDenyKeysFilter("seatwright.tenant")},
	)}, otelobserver.WithTenantAttribute())
	for _, tenant := range []string{"tenant-42", "tenant-43"} {
		m.observe(activation.Observation{
			Operation: "assign", Outcome: "done", Tenant: tenant,
			Seats: []activation.Sample{{Module: "acme.web", InUse: 3, Unrestricted: true}},
		})
	}
	assert.Equal(t, []string{"seatwright.operation=assign,seatwright.outcome=done count=2 sum=0"}, m.durations())
	assert.Equal(t, []string{
		inUse + " seatwright.module=acme.web,seatwright.tenant=tenant-42 3",
		inUse + " seatwright.module=acme.web,seatwright.tenant=tenant-43 3",
	}, m.seats())
}

func TestErrorsAreNotRecorded(t *testing.T) {
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	m.observe(activation.Observation{
		Operation: "load", Outcome: "failed", Tenant: "tenant-42\x00hidden", Owner: "hidden owner",
		Err: errors.New("a hidden token"),
	})
	everything := fmt.Sprintf("%+v", m.collect())
	assert.Contains(t, everything, "failed")
	assert.NotContains(t, everything, "hidden")
	assert.Equal(t, []string{"seatwright.operation=load,seatwright.outcome=failed count=1 sum=0"}, m.durations())
}

// An operation that failed because its context ended is counted like any other.
func TestEndedContext(t *testing.T) {
	m := newMeters(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.observer.Observe(ctx, activation.Observation{Operation: "status", Outcome: "failed", Err: context.Canceled})
	assert.Equal(t, []string{"seatwright.operation=status,seatwright.outcome=failed count=1 sum=0"}, m.durations())
}

func TestZeroObserver(t *testing.T) {
	var observer otelobserver.Observer
	assert.NotPanics(t, func() {
		observer.Observe(t.Context(), activation.Observation{
			Operation: "assign", Tenant: "tenant-42", Seats: []activation.Sample{{Module: "acme.web"}},
		})
	})
	assert.NoError(t, observer.Unregister())
}

func TestManyGoroutines(t *testing.T) {
	const goroutines, each = 8, 100
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	var wait sync.WaitGroup
	for g := range goroutines {
		wait.Go(func() {
			for i := range each {
				m.observe(activation.Observation{
					Operation: "assign", Outcome: "done", Tenant: "tenant-42",
					Seats: []activation.Sample{{Module: fmt.Sprintf("acme.m%d", g), InUse: int64(i), Capacity: each}},
				})
			}
		})
	}
	for range each {
		for _, line := range m.seats() { // all lines are of one observation
			assert.True(t, strings.HasPrefix(line, inUse) || strings.HasSuffix(line, " 100"), line)
		}
	}
	wait.Wait()
	assert.Len(t, m.seats(), 2)
	assert.Equal(t, []string{
		"seatwright.operation=assign,seatwright.outcome=done,seatwright.tenant=tenant-42 count=800 sum=0",
	}, m.durations())
}

var errRefused = errors.New("refused")

// refusing is a provider whose meter refuses some of what it is asked for.
type refusing struct {
	noop.MeterProvider
	histogram, inUse, capacity, callback, unregister error
}

func (r refusing) Meter(string, ...metric.MeterOption) metric.Meter {
	return refusingMeter{refusing: r}
}

type refusingMeter struct {
	noop.Meter
	refusing refusing
}

func (m refusingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return noop.Float64Histogram{}, m.refusing.histogram
}

func (m refusingMeter) Int64ObservableGauge(name string, _ ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	if name == capacity {
		return noop.Int64ObservableGauge{}, m.refusing.capacity
	}
	return noop.Int64ObservableGauge{}, m.refusing.inUse
}

func (m refusingMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return refusingRegistration{refusing: m.refusing}, m.refusing.callback
}

type refusingRegistration struct {
	noop.Registration
	refusing refusing
}

func (r refusingRegistration) Unregister() error { return r.refusing.unregister }

func TestNewRefuses(t *testing.T) {
	tenants := otelobserver.WithTenantAttribute()
	const refused = "otelobserver: make the instruments: refused"
	for _, test := range []struct {
		name     string
		provider metric.MeterProvider
		options  []otelobserver.Option
		text     string
		wraps    bool
	}{
		{"no provider", nil, nil, "otelobserver: the meter provider is nil", false},
		{"no option", noop.NewMeterProvider(), []otelobserver.Option{tenants, nil}, "otelobserver: option 2 is nil", false},
		{"the durations", refusing{histogram: errRefused}, nil, refused, true},
		{"the seats in use", refusing{inUse: errRefused}, []otelobserver.Option{tenants}, refused, true},
		{"the capacity", refusing{capacity: errRefused}, []otelobserver.Option{tenants}, refused, true},
		{"the callback", refusing{callback: errRefused}, []otelobserver.Option{tenants}, refused, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			observer, err := otelobserver.New(test.provider, test.options...)
			require.EqualError(t, err, test.text)
			assert.Nil(t, observer)
			assert.Equal(t, test.wraps, errors.Is(err, errRefused))
		})
	}
}

// Without the tenant nothing is asked for that only seats need.
func TestNewWithoutSeats(t *testing.T) {
	_, err := otelobserver.New(refusing{inUse: errRefused, capacity: errRefused, callback: errRefused})
	require.NoError(t, err)
}

func TestUnregisterRefused(t *testing.T) {
	observer, err := otelobserver.New(refusing{unregister: errRefused}, otelobserver.WithTenantAttribute())
	require.NoError(t, err)
	err = observer.Unregister()
	require.EqualError(t, err, "otelobserver: end the report of seats: refused")
	require.ErrorIs(t, err, errRefused)
}

// What needs attention is counted by code and severity, and by tenant if told so.
func TestAttention(t *testing.T) {
	observation := activation.Observation{
		Operation: activation.OperationAttention, Tenant: "tenant-42", Outcome: activation.OutcomeDone,
		Began: []attention.Item{
			{Code: attention.Lapsed, Severity: attention.Critical, Owner: "acme"},
			{Code: attention.Lapsed, Severity: attention.Critical, Owner: "acme"},
			{Code: attention.ClockInDoubt, Severity: attention.Critical},
		},
		Ended: []attention.Item{{Code: attention.SeatsFull, Severity: attention.Info, Owner: "acme", Module: "acme.web"}},
	}
	for _, test := range []struct {
		options []otelobserver.Option
		tenant  string
	}{{nil, ""}, {[]otelobserver.Option{otelobserver.WithTenantAttribute()}, ",seatwright.tenant=tenant-42"}} {
		m := newMeters(t, nil, test.options...)
		m.observe(observation)
		assert.Equal(t, []string{
			"seatwright.attention.began seatwright.code=clock-in-doubt,seatwright.severity=critical" + test.tenant + " 1",
			"seatwright.attention.began seatwright.code=lapsed,seatwright.owner=acme,seatwright.severity=critical" + test.tenant + " 2",
			"seatwright.attention.ended seatwright.code=seats-full,seatwright.owner=acme,seatwright.severity=info" + test.tenant + " 1",
		}, m.counters())
	}
}

// counters returns a line for each series of the counters.
func (m *meters) counters() []string {
	m.Helper()
	var lines []string
	for name, one := range m.collect() {
		if data, ok := one.Data.(metricdata.Sum[int64]); ok {
			for _, p := range data.DataPoints {
				lines = append(lines, fmt.Sprintf("%s %s %d", name, text(p.Attributes), p.Value))
			}
		}
	}
	slices.Sort(lines)
	return lines
}
