package activation_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A banner shows what somebody should know: the license ends soon, the renewal is
// blocked, and all seats are in use.
func ExampleTenantStatus_Attention() {
	ctx := context.Background()
	june := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	crm, vendor := demo(1)
	vendor.plans(2, 2, 1, func(l *license.License) {
		end := june.Add(20 * 24 * time.Hour)
		l.Expires = &end
	})
	if _, err := crm.Renew(ctx, "acme"); err != nil {
		log.Fatal(err)
	}
	if _, _, err := crm.As("eva").Fill(ctx, "acme.large", seat.Holder{ID: "ann", Kind: license.User}, seat.Holder{ID: "ben", Kind: license.User}); err != nil {
		log.Fatal(err)
	}
	vendor.plans(3, 1, 1)
	if _, err := crm.Renew(ctx, "acme"); err != nil {
		log.Fatal(err)
	}
	status, err := crm.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range status.Attention(june) {
		fmt.Printf("%s: %s\n", item.Severity, item)
	}
	// Output:
	// warning: acme: the license expires in 20 days; license 3 is here already
	// warning: acme: license 3 is blocked: acme.large would have 2 of 1 seat in use, release 1
	// info: acme.large: 2 of 2 seats in use
}
