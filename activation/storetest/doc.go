// Package storetest tests whether a store keeps what docs/spec/storage.md
// promises. Every implementation of [activation.Store] passes it, one of a
// host's own too. It knows a store by the port alone:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Factory{
//			Open: func(t testing.TB, place string) activation.Store {
//				store, err := mystore.Open(filepath.Join(place, "seats.db"))
//				if err != nil {
//					t.Fatal(err)
//				}
//				t.Cleanup(store.Close)
//				return store
//			},
//			Cut:    cutStore,
//			Begin:  beginTransaction,
//			Exempt: map[string]string{"Watch": "the revision is polled"},
//		})
//	}
//
// Its subtests are named after the promises, each works on a fresh, empty
// store, and one that fails logs the sentence that is broken. Random choices
// come from seeds that are logged. The interleaving of goroutines is not
// repeatable, so a run with -race and -count is worth its time.
//
// The promise Model compares a store with plain lists in memory. It takes a
// moment, or as long as SEATWRIGHT_STORETEST_MODEL says: 10m with -run=/Model is
// a good test of a new store, with up to 40,000 holders in one Update.
//
// A store is exempted by name, with a reason, from promises that it can't keep;
// these show as skips. See [Factory]. The suite takes less than 60 s on two
// cores for a database, and less than 15 s with -short.
package storetest
