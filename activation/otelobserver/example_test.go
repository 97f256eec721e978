package otelobserver_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"log"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/otelobserver"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// A host has a meter provider with a reader that exports. Here the metrics are
// collected by hand and printed.
func Example() {
	ctx := context.Background()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	observer, err := otelobserver.New(provider, otelobserver.WithTenantAttribute())
	if err != nil {
		log.Fatal(err)
	}
	vendor := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendor[ed25519.SeedSize:]), Owners: signed.AnyOwner(),
	})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := activation.New(memstore.New(), trust, activation.WithObserver(observer))
	if err != nil {
		log.Fatal(err)
	}

	// Two seats, for three people.
	envelope, err := signed.Sign([]byte(`{"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 1, "issuedAt": "2026-06-01T08:00:00Z", "modules": [{"name": "web", "kind": "user", "quantity": 2}]}`), vendor)
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-42")
	if err := crm.As("eva").Expect(ctx, "acme", planner.Expected{Company: "Example AS", Serial: "4711"}); err != nil {
		log.Fatal(err)
	}
	if _, err := crm.As("eva").Load(ctx, bytes.NewReader(envelope)); err != nil {
		log.Fatal(err)
	}
	for _, person := range []string{"u1", "u2", "u3"} {
		holder := seat.Holder{ID: person, Kind: license.User, Assigned: []string{"acme.web"}}
		if _, err := crm.As("eva").Admit(ctx, holder); err != nil {
			fmt.Println(person, "has no seat")
		}
	}

	var collected metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &collected); err != nil {
		log.Fatal(err)
	}
	for _, m := range collected.ScopeMetrics[0].Metrics {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, point := range data.DataPoints {
				fmt.Println(m.Name, text(point.Attributes), "count", point.Count)
			}
		case metricdata.Gauge[int64]:
			for _, point := range data.DataPoints {
				fmt.Println(m.Name, text(point.Attributes), point.Value)
			}
		}
	}
	// Unordered output:
	// u3 has no seat
	// seatwright.operation.duration seatwright.operation=admit,seatwright.outcome=done,seatwright.tenant=tenant-42 count 2
	// seatwright.operation.duration seatwright.operation=admit,seatwright.outcome=refused,seatwright.tenant=tenant-42 count 1
	// seatwright.operation.duration seatwright.operation=expect,seatwright.outcome=done,seatwright.owner=acme,seatwright.tenant=tenant-42 count 1
	// seatwright.operation.duration seatwright.operation=load,seatwright.outcome=activated,seatwright.owner=acme,seatwright.tenant=tenant-42 count 1
	// seatwright.seats.capacity seatwright.module=acme.web,seatwright.tenant=tenant-42 2
	// seatwright.seats.in_use seatwright.module=acme.web,seatwright.tenant=tenant-42 2
}

func text(attributes attribute.Set) string { return attributes.Encoded(attribute.DefaultEncoder()) }
