package storetest

import (
	"context"
	"sync/atomic"
)

// countdown is a context that ends when it is asked for the n-th time whether
// it has. So it ends at the same place of an operation again and again.
type countdown struct {
	context.Context //nolint:containedctx // a countdown is a context itself
	cancel          context.CancelFunc
	started         atomic.Bool
	left            atomic.Int64
}

// newCountdown returns one that does not count yet.
func newCountdown(parent context.Context) *countdown {
	ctx, cancel := context.WithCancel(parent)
	return &countdown{Context: ctx, cancel: cancel}
}

// start lets the context end when it has been asked so many times.
func (c *countdown) start(left int) {
	c.left.Store(int64(left))
	c.started.Store(true)
}

func (c *countdown) asked() {
	if c.started.Load() && c.left.Add(-1) < 0 {
		c.cancel()
	}
}

func (c *countdown) Err() error {
	c.asked()
	return c.Context.Err()
}

func (c *countdown) Done() <-chan struct{} {
	c.asked()
	return c.Context.Done()
}
