package activation_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
)

// counting is a store around another one. It counts the transactions that write.
// A store of its own implements the two methods, and [activation.Reader] and
// [activation.Writer]; package storetest says whether it is right.
type counting struct {
	activation.Store
	writes int
}

func (c *counting) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	c.writes++
	return c.Store.Update(ctx, tenant, fn)
}

func Example_store() {
	store := &counting{Store: memstore.New()}
	crm, vendor := installation(store)
	vendor.plans(1, 5, 5)
	if _, err := crm.Renew(context.Background(), "acme"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("writes:", store.writes)
	// Output:
	// writes: 2
}
