package sqlstore

import "time"

const (
	// maxLanes is how many transactions about seats run at once before others
	// wait for them.
	maxLanes = 8
	// maxSharedTenants is how many tenants share a transaction.
	maxSharedTenants = 16
	// lanePatience is how long a transaction keeps others waiting. One that
	// takes longer waits itself: for a lock, or for a database that is far.
	lanePatience = 50 * time.Millisecond
)

// lane is the right to run a transaction about seats. If all lanes are taken,
// further Updates wait, and the next transaction takes several of them, of many
// tenants: two round trips and one commit serve all.
type lane struct {
	timer *time.Timer
	clear bool // nobody waits for it any more
}

// gathers reports whether a call may share a transaction with other tenants.
func (t *turns) gathers(c *call) bool { return t.together.Load() && !c.alone && !c.apart }

// sends is told of each session. Tenants share transactions where everything
// is sent at once. Where each statement is a round trip, all of them would wait
// for those of the others.
func (t *turns) sends(on session) {
	switch on.(type) {
	case *pgxSession, connSession:
		t.together.Store(t.dialect.together != "" && !t.separate)
	}
}

// passes reports whether a call whose tenant is free need not wait for a lane,
// and gives it one. The mutex is held.
func (t *turns) passes(c *call) bool {
	if !t.gathers(c) {
		return true
	}
	if t.taken >= t.lanes {
		return false
	}
	c.lane = t.take()
	return true
}

// take takes a lane. The mutex is held.
func (t *turns) take() *lane {
	t.taken++
	l := &lane{}
	l.timer = time.AfterFunc(t.patience, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.clear(l)
		t.depart()
	})
	return l
}

// clear makes room in a lane, if there is one. The mutex is held.
func (t *turns) clear(l *lane) {
	if l == nil || l.clear {
		return
	}
	l.clear = true
	l.timer.Stop()
	t.taken--
}

// depart starts transactions while there are lanes. The mutex is held.
func (t *turns) depart() {
	for t.taken < t.lanes && len(t.ready) > 0 {
		if groups := t.gather(); len(groups) > 0 {
			t.start(groups, t.take())
		}
	}
}

// gather takes from the ready tenants what fits into one transaction. The mutex
// is held.
func (t *turns) gather() (groups [][]*call) {
	var taken room
	for len(t.ready) > 0 && len(groups) < maxSharedTenants {
		key := t.ready[0]
		waiting := t.waiting[key]
		switch {
		case len(waiting) == 0: // all of them have left
			delete(t.waiting, key)
		case !t.gathers(waiting[0]): // the one before it has left
			t.proceed(key)
		default:
			calls, others := taken.first(waiting)
			if len(calls) == 0 {
				return groups
			}
			t.waiting[key] = others
			groups = append(groups, calls)
		}
		t.ready = t.ready[1:]
	}
	return groups
}
