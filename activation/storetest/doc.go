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
// Its subtests are named after the promises, such as TestStore/Update/LastSeat.
// Each works on a fresh, empty store. A subtest that fails logs the sentence of the
// promise that is broken. Begin with the first failure: what is broken in an
// earlier promise breaks later ones too. Random choices come from seeds that are
// logged. The interleaving of goroutines can't be repeated, so a run with -race and
// -count is worth its time.
//
// The promise Model compares a store with plain lists in memory. It takes a
// moment, or as long as SEATWRIGHT_STORETEST_MODEL says: 10m with -run=/Model is
// a good test of a new store, with up to 40,000 holders in one Update.
//
// A store that can't keep a promise is exempted from it by name, with a reason, and
// the promise shows as a skip. Optional interfaces are among them; those that the
// store has are tested. See [Factory]. The suite takes less than 60 s on two cores
// for a database, and less than 15 s with -short.
package storetest
