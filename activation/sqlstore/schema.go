package sqlstore

import (
	"context"
	"sync/atomic"
)

// schemaCheck remembers that this program can work with the tables, so that it
// checks them once.
type schemaCheck struct{ right atomic.Bool }

func (c *schemaCheck) check(ctx context.Context, s *settings, on session) error {
	if c.right.Load() {
		return nil
	}
	if err := s.checkSchema(ctx, on); err != nil {
		return ended(ctx, err)
	}
	c.right.Store(true)
	return nil
}
