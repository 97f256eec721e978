package sqlstore

import (
	"context"
	"sync"
	"time"
)

const (
	// noticePause is how long notices are collected before they are sent. The
	// database sends them one transaction after another, so one for each
	// Update would halve the throughput.
	noticePause = 20 * time.Millisecond
	// noticePatience is how long sending may take. Failed notices are lost;
	// then the revision is polled.
	noticePatience = 5 * time.Second
)

// notices tells other processes, after the commit, which tenants were written.
// Its goroutine runs only while there is something to send.
type notices struct {
	*settings
	on session

	mu      sync.Mutex
	tenants map[string]struct{}
	running bool
	closed  chan struct{}
	once    sync.Once
	sending sync.WaitGroup
}

func newNotices(s *settings, on session) *notices {
	return &notices{settings: s, on: on, tenants: make(map[string]struct{}), closed: make(chan struct{})}
}

func (n *notices) add(tenants ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, tenant := range tenants {
		n.tenants[tenant] = struct{}{}
	}
	if len(tenants) > 0 && !n.running {
		n.running = true
		n.sending.Go(n.send)
	}
}

// send sends what was collected until nothing is left.
func (n *notices) send() {
	pause := time.NewTimer(noticePause)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-n.closed:
		}
		tenants := n.take()
		if len(tenants) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), noticePatience)
		_ = n.on.run(ctx, query{sql: notify, args: []any{n.prefix, n.dialect.texts(tenants)}, each: func(row) error { return nil }})
		cancel()
		pause.Reset(noticePause)
	}
}

// take returns what is to be sent, and ends the goroutine if there is nothing.
func (n *notices) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	tenants := make([]string, 0, len(n.tenants))
	for tenant := range n.tenants {
		tenants = append(tenants, tenant)
	}
	clear(n.tenants)
	n.running = len(tenants) > 0
	return tenants
}

func (n *notices) close() {
	n.once.Do(func() { close(n.closed) })
	n.sending.Wait()
}

// channel is the name of the channel for a schema and prefix, because all
// channels of a database share one name space.
const channel = `'seatwright_' || md5(current_schema() || '.' || $1)`

const notify = `SELECT pg_notify(` + channel + `, tenant) FROM unnest($2::text[]) AS u (tenant)`
