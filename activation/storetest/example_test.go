package storetest_test

import (
	"testing"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/storetest"
)

// The test of a store that keeps nothing beyond its process. One on a database
// opens it at the place, and has Cut and Begin instead of an exemption.
func ExampleRun() {
	TestStore := func(t *testing.T) {
		t.Helper()
		storetest.Run(t, storetest.Factory{
			Open: func(testing.TB, string) activation.Store { return memstore.New() },
			Exempt: map[string]string{
				"Durability": "what is in memory ends with the process",
				"Recount":    "nobody changes memory behind the back of its process",
			},
		})
	}
	_ = TestStore // go test calls it
}
