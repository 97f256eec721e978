package activation

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// TestSnapshotsMakeRoom compares the places that are kept with a plain list by
// use, whatever is asked for, read, read again, and fails.
func TestSnapshotsMakeRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots{limit: rapid.Int64Range(1, 60_000).Draw(t, "limit")}
		model := leastRecent{limit: s.limit, bytes: make(map[string]int64)}
		forgotten := &snapshot{index: -1, gone: true}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "tenant"))
			switch cell := s.cell(id); rapid.SampledFrom([]string{"ask", "read", "fail", "read late", "ask for what is no tenant"}).Draw(t, "step") {
			case "ask":
				s.forgetUnread(cell) // the caller has gone away
				model.use(id)
			case "fail":
				if s.forgetUnread(cell); cell.gone {
					forgotten = cell
				}
				model.use(id)
			case "read late": // by a goroutine that had waited for the failed reading
				s.forgetUnread(cell)
				model.use(id)
				forgotten.current.Store(snapshotOf(0))
				s.keep(forgotten, forgotten.current.Load())
			case "read":
				read := snapshotOf(rapid.IntRange(0, 2_000).Draw(t, "length of the license"))
				cell.current.Store(read)
				s.keep(cell, read)
				model.keep(id, read.size())
			default:
				s.cell(id + "\x00")
				s.forgetUnread(cell)
				model.use(id)
			}
			model.check(t, &s)
			s.uses.Add(2) // time goes on
		}
	})
}

func snapshotOf(document int) *Entitlements {
	return &Entitlements{
		seats:  seat.NewEntitlements(nil, time.Time{}, slices.Values([]seat.Holder(nil))),
		opened: []*signed.Opened{{Document: make([]byte, document)}},
	}
}

// leastRecent is a plain cache.
type leastRecent struct {
	limit int64
	order []string // the one used last is at the end
	bytes map[string]int64
}

func (l *leastRecent) use(id string) {
	if i := slices.Index(l.order, id); i >= 0 {
		l.order = append(slices.Delete(l.order, i, i+1), id)
	}
}

func (l *leastRecent) keep(id string, bytes int64) {
	l.order = append(slices.DeleteFunc(l.order, func(other string) bool { return other == id }), id)
	l.bytes[id] = bytes
	for l.total() > l.limit && len(l.order) > 1 {
		delete(l.bytes, l.order[0])
		l.order = l.order[1:]
	}
}

func (l *leastRecent) total() (bytes int64) {
	for b := range maps.Values(l.bytes) {
		bytes += b
	}
	return bytes
}

func (l *leastRecent) check(t *rapid.T, s *snapshots) {
	var found, kept []string
	s.tenants.Range(func(id, _ any) bool {
		found = append(found, id.(string)) //nolint:errcheck // nothing else is in the map
		return true
	})
	for _, cell := range s.kept {
		kept = append(kept, cell.tenant)
	}
	slices.Sort(found)
	slices.Sort(kept)
	want := slices.Sorted(maps.Keys(l.bytes))
	if diff := cmp.Diff(want, found) + cmp.Diff(want, kept); diff != "" || s.bytes != l.total() {
		t.Fatalf("%d bytes are kept, want %d (-want +found -want +kept):\n%s", s.bytes, l.total(), diff)
	}
}

// TestSnapshotSizeCountsLicenses compares the size with what the heap grows by.
func TestSnapshotSizeCountsLicenses(t *testing.T) {
	for _, modules := range []int{2, 20, 200} {
		l := &license.License{
			Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"}, Number: 1, IssuedAt: time.Unix(1e9, 0),
		}
		for i := range modules {
			m := license.Module{Name: fmt.Sprintf("module-%03d", i), Kind: license.User, Quantity: 5, AssignableTo: []string{"internal"}}
			if i > 0 {
				m.Requires = []string{l.Modules[i-1].Name}
			}
			l.Modules = append(l.Modules, m)
		}
		document, err := json.Marshal(l)
		require.NoError(t, err)
		kept, said := make([]*Entitlements, 2000/modules), int64(0)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range kept {
			own, err := license.Parse(document)
			require.NoError(t, err)
			set, err := license.NewSet(own)
			require.NoError(t, err)
			kept[i] = &Entitlements{
				seats:  seat.NewEntitlements(set, time.Time{}, slices.Values([]seat.Holder(nil))),
				opened: []*signed.Opened{{License: own, Document: slices.Clone(document)}},
			}
			said += kept[i].size()
		}
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
		grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		t.Logf("%d modules: %d bytes each, said to be %d", modules, grown/int64(len(kept)), said/int64(len(kept)))
		assert.InDelta(t, 1, float64(said)/float64(grown), 0.35)
		runtime.KeepAlive(kept)
	}
}
