package memstore_test

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A host hands the store to the engine and does not call it itself. This is
// what the engine does with it.
func Example() {
	ctx := context.Background()
	store := memstore.New()

	err := store.Update(ctx, "tenant-42", func(w activation.Writer) error {
		return w.PutHolders(ctx,
			seat.Holder{ID: "u7", Kind: license.User, Type: "internal", Assigned: []string{"superoffice.web"}},
			seat.Holder{ID: "u8", Kind: license.User, Type: "internal", Assigned: []string{"superoffice.web"}},
			seat.Holder{ID: "u9", Kind: license.User, Type: "guest"})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = store.View(ctx, "tenant-42", func(r activation.Reader) error {
		census, err := r.Census(ctx)
		for _, c := range census {
			fmt.Println(c.Count, c.Type, c.Assigned)
		}
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 guest []
	// 2 internal [superoffice.web]
}
