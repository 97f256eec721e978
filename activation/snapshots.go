package activation

import (
	"container/heap"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/seatwright/seatwright/seat"
)

const (
	// defaultSnapshotMemory is 256 MiB.
	defaultSnapshotMemory = 256 << 20
	// snapshotOverhead is about how many bytes a tenant's place takes, beside
	// what seats and licenses do.
	snapshotOverhead = 1024
	// documentOverhead is about how many bytes a verified license and its index
	// take in memory for each byte of its document.
	documentOverhead = 7
)

// WithSnapshotMemory limits the memory that snapshots of entitlements take, of all
// tenants together, in bytes: 256 MiB by default. The tenants that were not asked
// about for longest make room, and are read again when they are asked about. Raise
// it where more tenants are active at a time than fit in. The bytes are counted by
// estimate, and snapshots that are in use beside the kept ones come on top. A
// single snapshot is kept, however large it is. A tenant takes about 75 bytes for
// each user, and seven times its licenses.
func WithSnapshotMemory(bytes int64) Option {
	return func(e *Engine) error {
		if bytes <= 0 {
			return fmt.Errorf("WithSnapshotMemory: %d bytes hold no snapshot", bytes)
		}
		e.snapshots.limit = bytes
		return nil
	}
}

// snapshots has a place for each tenant whose snapshot is kept, or read for the
// first time. Asking for one that is there takes no lock.
type snapshots struct {
	limit   int64    // in bytes
	tenants sync.Map // of *snapshot, by id
	// uses is the time by which recency is told. It goes on with every reading,
	// rather than with every use, so that those who ask seldom write: who is
	// asked for between two readings is asked for at once.
	uses atomic.Int64

	mu    sync.Mutex
	kept  byUse
	bytes int64 // the memory that they take
}

// snapshot is the place of one tenant's.
type snapshot struct {
	tenant     string
	current    atomic.Pointer[Entitlements]
	generation atomic.Int64  // grows with each write that this engine knows of
	used       atomic.Int64  // when it was last asked for
	refresh    chan struct{} // holds a token while nobody refreshes

	// These are guarded by the mutex of the snapshots.
	index int   // among those that are kept, -1 if it is none
	seen  int64 // the value of used when it was put there
	bytes int64
	gone  bool
}

// cell returns the place of a tenant. One that can't be a tenant's id gets a
// place that nobody else finds, and that is not counted.
func (s *snapshots) cell(tenant string) *snapshot {
	found, ok := s.tenants.Load(tenant)
	if !ok {
		fresh := &snapshot{tenant: tenant, refresh: make(chan struct{}, 1), index: -1}
		fresh.refresh <- struct{}{}
		if seat.CheckID(tenant) != nil {
			return fresh
		}
		found, _ = s.tenants.LoadOrStore(tenant, fresh)
	}
	cell := found.(*snapshot) //nolint:errcheck // nothing else is in the map
	if now := s.uses.Load(); cell.used.Load() != now {
		cell.used.Store(now)
	}
	return cell
}

// keep counts what was read for a place, and makes room for it. A place that had
// to make room meanwhile is not counted any more.
func (s *snapshots) keep(cell *snapshot, read *Entitlements) {
	bytes := read.size()
	s.mu.Lock()
	defer s.mu.Unlock()
	if cell.gone {
		return
	}
	if cell.index >= 0 {
		heap.Remove(&s.kept, cell.index)
		s.bytes -= cell.bytes
	}
	s.makeRoom(bytes)
	s.bytes += bytes
	// Between those who asked before the reading, and those who ask after it.
	cell.bytes, cell.seen = bytes, s.uses.Add(2)-1
	cell.used.Store(cell.seen)
	heap.Push(&s.kept, cell)
}

// makeRoom forgets the places that were not used for longest.
func (s *snapshots) makeRoom(bytes int64) {
	for s.bytes+bytes > s.limit && len(s.kept) > 0 {
		oldest := s.kept[0]
		if used := oldest.used.Load(); used != oldest.seen { // it was asked for since it was put there
			oldest.seen = used
			heap.Fix(&s.kept, 0)
			continue
		}
		heap.Pop(&s.kept)
		s.bytes -= oldest.bytes
		s.forget(oldest)
	}
}

// forget takes a place out for good: it would not hear of writes meanwhile.
func (s *snapshots) forget(cell *snapshot) {
	cell.gone = true
	s.tenants.CompareAndDelete(cell.tenant, cell)
}

// forgetUnread forgets a place that nothing was read for, so that failures take
// none. A call that waits for it reads for itself.
func (s *snapshots) forgetUnread(cell *snapshot) {
	if cell.current.Load() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(cell)
}

// expire makes the next request for the tenant's snapshot read the store.
func (s *snapshots) expire(tenant string) {
	if found, ok := s.tenants.Load(tenant); ok {
		found.(*snapshot).generation.Add(1) //nolint:errcheck // nothing else is in the map
	}
}

// size is about how many bytes the snapshot takes. Licenses that tenants share
// are counted for each of them.
func (e *Entitlements) size() int64 {
	bytes := snapshotOverhead + e.seats.Size()
	for _, opened := range e.opened {
		bytes += documentOverhead * int64(len(opened.Document))
	}
	return bytes
}

// byUse is a heap of places, by when they were last used as far as it was
// looked at: the least is first.
type byUse []*snapshot

func (b byUse) Len() int           { return len(b) }
func (b byUse) Less(i, j int) bool { return b[i].seen < b[j].seen }

func (b byUse) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].index, b[j].index = i, j
}

func (b *byUse) Push(cell any) {
	added := cell.(*snapshot) //nolint:errcheck,forcetypeassert // nothing else is pushed
	added.index = len(*b)
	*b = append(*b, added)
}

func (b *byUse) Pop() any {
	last := (*b)[len(*b)-1]
	last.index = -1
	(*b)[len(*b)-1] = nil
	*b = (*b)[:len(*b)-1]
	return last
}
