//go:build unix

package storetest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/seat"
)

// TestJournal runs the whole suite on a durable store that is right.
func TestJournal(t *testing.T) {
	storetest.Run(t, journals(journal{}))
}

func brokenJournals() []brokenStore {
	return []brokenStore{
		{"kept in memory", "Durability/Reopened", journals(journal{skipsFile: true})},
		{"shares nothing", "Durability/Shared", journals(journal{skipsLock: true})},
		{"reports too early", "Durability/Killed", journals(journal{writesLater: true})},
		{"writes piece by piece", "Durability/Killed", journals(journal{splitsLines: true})},
		{"sure of a lost commit", "OutcomeUnknown/ConnectionLost", journals(journal{cutError: errors.New("connection lost")})},
		{"bypasses the transaction", "HostTransactions/Rollback", journals(journal{endsEarly: true})},
		{"visible before the commit", "HostTransactions/Commit", journals(journal{endsEarly: true})},
		{"reads without a lock", "HostTransactions/LastSeat", journals(journal{readsUnlocked: true})},
		{"reads with a lock once", "HostTransactions/LastSeat", journals(journal{readsUnlocked: true, locksFirst: true})},
		{"hints of its own process", "Watch/OtherStores", journals(journal{watchesItself: true})},
		{"notices of nothing", "Watch/Notices", journals(journal{dropsNotices: true})},
		{"waits for its turn to tell", "Watch/Notices", journals(journal{notifiesInTurn: true})},
		{"keeps what it refuses", "HostTransactions/Refusal", journals(journal{keepsRefused: true})},
	}
}

// journals returns a factory of stores like a journal.
func journals(like journal) storetest.Factory {
	open := func(t testing.TB, place string) *journal {
		t.Helper()
		file, err := os.OpenFile(filepath.Join(place, "journal"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		require.NoError(t, err)
		notices, err := os.OpenFile(filepath.Join(place, "notices"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		require.NoError(t, err)
		t.Cleanup(func() { _, _ = file.Close(), notices.Close() })
		j := like
		j.Store, j.file, j.notices, j.turn, j.issued = memstore.New(), file, notices, make(chan struct{}, 1), new(sync.Map)
		return &j
	}
	return storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			return open(t, place)
		},
		Cut: func(t testing.TB, place string, reached bool) activation.Store {
			t.Helper()
			j := open(t, place)
			j.skipsFile = !reached
			if j.cutError == nil {
				j.cutError = activation.ErrOutcomeUnknown
			}
			return cut{j}
		},
		Begin: func(t testing.TB, place, _ string) (activation.Store, func(bool) error) {
			t.Helper()
			j := open(t, place)
			if j.readsUnlocked {
				u := &unlocked{j: j, done: make(chan struct{})}
				return u, u.end
			}
			require.NoError(t, j.lock(t.Context()))
			require.NoError(t, j.catchUp(t.Context()))
			return &bound{j: j}, func(commit bool) error {
				defer j.unlock()
				if !commit {
					return nil
				}
				return j.flush()
			}
		},
		Exempt: map[string]string{"Recount": "the census is made from the journal at every start"},
	}
}

// journal is a memory store that writes a line to a file for each Update,
// and follows what others write there.
type journal struct {
	*memstore.Store
	file    *os.File
	notices *os.File      // the tenants that Notify was called for
	turn    chan struct{} // holds a token while somebody uses the fields below
	read    int64         // how far the file was followed
	waiting [][]byte      // lines that are still to be written
	issued  *sync.Map     // revisions in memory, by issuedKey

	skipsFile, skipsLock, writesLater, splitsLines, endsEarly, keepsRefused, readsUnlocked, locksFirst bool
	watchesItself, dropsNotices, notifiesInTurn                                                        bool
	cutError                                                                                           error
}

type line struct {
	Tenant, Token string
	Ops           []op
}

// issuedKey is a revision as the journal has it; in memory, each process has
// tokens of its own.
type issuedKey struct {
	tenant string
	activation.Revision
}

// issue notes the token of the latest revision of a tenant.
func (j *journal) issue(ctx context.Context, tenant, token string) error {
	return j.Store.View(ctx, tenant, func(r activation.Reader) error {
		record, err := r.Tenant(ctx)
		key := issuedKey{tenant, activation.Revision{Number: record.Revision.Number, Token: token}}
		j.issued.Store(key, record.Revision)
		j.issued.Store(issuedKey{tenant, record.Revision}, key.Revision)
		return err
	})
}

// journalReader reads with the tokens of the journal.
type journalReader struct {
	activation.Reader
	j      *journal
	tenant string
}

func (r journalReader) other(revision activation.Revision) activation.Revision {
	if found, ok := r.j.issued.Load(issuedKey{r.tenant, revision}); ok {
		return found.(activation.Revision) //nolint:errcheck // nothing else is in the map
	}
	return revision
}

func (r journalReader) Tenant(ctx context.Context) (activation.TenantRecord, error) {
	record, err := r.Reader.Tenant(ctx)
	record.Revision = r.other(record.Revision)
	return record, err
}

func (r journalReader) ChangedHolders(ctx context.Context, since activation.Revision) ([]seat.Holder, []string, bool, error) {
	return r.Reader.(activation.ChangeReader).ChangedHolders(ctx, r.other(since)) //nolint:errcheck // a reader of memstore is one
}

func (j *journal) viewOf(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return j.Store.View(ctx, tenant, func(r activation.Reader) error { return fn(journalReader{r, j, tenant}) })
}

func (j *journal) lock(ctx context.Context) error {
	select {
	case j.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	for !j.skipsLock {
		err := syscall.Flock(int(j.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		select {
		case <-time.After(100 * time.Microsecond):
		case <-ctx.Done():
			<-j.turn
			return ctx.Err()
		}
	}
	return nil
}

func (j *journal) unlock() {
	if !j.skipsLock {
		_ = syscall.Flock(int(j.file.Fd()), syscall.LOCK_UN)
	}
	<-j.turn
}

// follow reads what others have written, up to the last whole line, and
// returns how long the file is.
func (j *journal) follow(ctx context.Context) (size int64, err error) {
	raw, err := io.ReadAll(io.NewSectionReader(j.file, j.read, 1<<40))
	if err != nil {
		return 0, err
	}
	size = j.read + int64(len(raw))
	for {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return size, nil
		}
		var l line
		if err := json.Unmarshal(raw[:end], &l); err != nil {
			return 0, err
		}
		ctx := context.WithoutCancel(ctx)
		if err := j.Store.Update(ctx, l.Tenant, func(w activation.Writer) error { return (&recorder{ops: l.Ops}).apply(ctx, w) }); err != nil {
			return 0, err
		}
		if err := j.issue(ctx, l.Tenant, l.Token); err != nil {
			return 0, err
		}
		raw = raw[end+1:]
		j.read += int64(end) + 1
	}
}

// catchUp follows the file under the lock, and removes half a line that
// somebody left who was killed.
func (j *journal) catchUp(ctx context.Context) error {
	size, err := j.follow(ctx)
	if err == nil && size > j.read {
		err = j.file.Truncate(j.read)
	}
	return err
}

func (j *journal) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	select {
	case j.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	_, err := j.follow(ctx)
	<-j.turn
	if err != nil {
		return err
	}
	return j.viewOf(ctx, tenant, fn)
}

func (j *journal) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := j.lock(ctx); err != nil {
		return err
	}
	defer j.unlock()
	if err := j.catchUp(ctx); err != nil {
		return err
	}
	return j.record(ctx, tenant, fn, j.flush)
}

// record runs fn in memory, and commits by a line in the file.
func (j *journal) record(ctx context.Context, tenant string, fn func(activation.Writer) error, commit func() error) error {
	ctx, caller := context.WithoutCancel(ctx), ctx
	token := ""
	err := j.Store.Update(ctx, tenant, func(w activation.Writer) error {
		r := &recorder{Reader: journalReader{w, j, tenant}, to: w}
		if err := fn(r); err != nil && !j.keepsRefused {
			return err
		}
		if err := caller.Err(); err != nil {
			return err
		}
		if len(r.ops) == 0 {
			return nil
		}
		token = rand.Text()
		if err := j.append(line{tenant, token, r.ops}); err != nil {
			return err
		}
		return commit()
	})
	if err != nil || token == "" {
		return err
	}
	return j.issue(ctx, tenant, token)
}

// append puts a line among those that are to be written, or one for each call.
func (j *journal) append(whole line) error {
	lines := []line{whole}
	if j.splitsLines {
		lines = nil
		for i := range whole.Ops {
			lines = append(lines, line{whole.Tenant, whole.Token, whole.Ops[i : i+1]})
		}
	}
	for _, l := range lines {
		raw, err := json.Marshal(l)
		if err != nil {
			return err
		}
		j.waiting = append(j.waiting, append(raw, '\n'))
	}
	return nil
}

// flush writes the lines that wait.
func (j *journal) flush() error {
	const later = 20
	if j.writesLater && len(j.waiting) < later {
		return nil
	}
	for i, raw := range j.waiting {
		if j.splitsLines && i > 0 {
			<-time.After(2 * time.Millisecond) // so that the process may be killed between two lines
		}
		j.read += int64(len(raw))
		if j.skipsFile {
			continue
		}
		if _, err := j.file.Write(raw); err != nil {
			return err
		}
	}
	j.waiting = nil
	return nil
}

// Due follows the file, as View does.
func (j *journal) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	if err := j.View(ctx, "", func(activation.Reader) error { return nil }); err != nil {
		return nil, err
	}
	return j.Store.Due(ctx, now, after, limit)
}

// cut is a journal that does not know how its Updates end.
type cut struct{ *journal }

func (c cut) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if err := c.journal.Update(ctx, tenant, fn); err != nil {
		return err
	}
	return c.cutError
}

// bound is a journal within a transaction of the host, which has the lock.
type bound struct{ j *journal }

func (b *bound) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return b.j.viewOf(ctx, tenant, fn)
}

func (b *bound) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	commit := func() error { return nil }
	if b.j.endsEarly {
		commit = b.j.flush
	}
	return b.j.record(ctx, tenant, fn, commit)
}
