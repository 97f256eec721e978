//go:build unix

package storetest_test

import (
	"context"

	"github.com/seatwright/seatwright/activation"
)

// unlocked is a journal within a transaction of the host that goes on reading
// what it has seen first, and writes what was decided when it commits. If the
// journal is locked by the first Update, that one alone reads what is there.
type unlocked struct {
	j       *journal
	tenant  string
	seen    activation.Reader
	done    chan struct{}
	written []*recorder
	locked  bool
}

// see returns what the tenant was like when it was read first.
func (u *unlocked) see(ctx context.Context, tenant string) activation.Reader {
	if u.seen == nil {
		u.tenant = tenant
		seen := make(chan activation.Reader)
		go func() {
			_ = u.j.View(ctx, tenant, func(r activation.Reader) error {
				seen <- r
				<-u.done
				return nil
			})
		}()
		u.seen = <-seen
	}
	return u.seen
}

func (u *unlocked) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return fn(u.see(ctx, tenant))
}

func (u *unlocked) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if u.j.locksFirst && !u.locked {
		return u.lock(ctx, tenant, fn)
	}
	later := &recorder{Reader: u.see(ctx, tenant)}
	u.written = append(u.written, later)
	return fn(later)
}

// lock is an Update that keeps the journal until the end.
func (u *unlocked) lock(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if err := u.j.lock(ctx); err != nil {
		return err
	}
	u.locked = true
	if err := u.j.catchUp(ctx); err != nil {
		return err
	}
	return (&bound{j: u.j}).Update(ctx, tenant, fn)
}

func (u *unlocked) end(commit bool) error {
	close(u.done)
	update := u.j.Update
	if u.locked {
		defer u.j.unlock()
		update = (&bound{j: u.j}).Update
	}
	for _, later := range u.written {
		if !commit {
			break
		}
		ctx := context.Background()
		if err := update(ctx, u.tenant, func(w activation.Writer) error { return later.apply(ctx, w) }); err != nil {
			return err
		}
	}
	if commit && u.locked {
		return u.j.flush()
	}
	return nil
}
