package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/seatwright/seatwright/activation"
)

// bound runs operations in a transaction of the host.
type bound struct {
	*settings
	schema  *schemaCheck
	session session
	key     any          // the same for stores on the same transaction
	wrong   error        // why the value is no transaction
	foreign reflect.Type // the type of a transaction that database/sql did not make
}

var (
	_ activation.Store       = (*bound)(nil)
	_ activation.SeatUpdater = (*bound)(nil)
)

func (b *bound) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	end, err := b.begin(ctx, tenant)
	if err != nil {
		return err
	}
	defer end()
	return b.viewOn(ctx, b.session, bounds{host: b.dialect.within.host}, tenant, fn).err
}

func (b *bound) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return b.UpdateSeats(ctx, tenant, nil, fn)
}

func (b *bound) UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	end, err := b.begin(ctx, tenant)
	if err != nil {
		return err
	}
	defer end()
	return b.updateOn(ctx, b.session, b.dialect.within, []scope{{tenant, holders}}, running(fn)).err
}

// errBusy refuses what would mix the statements of two operations, so that each
// decides by what the other has half written.
var errBusy = errors.New("sqlstore: an operation runs in this transaction already: " +
	"a transaction is used by one goroutine at a time, and no operation runs inside of another")

// begin lets one operation at a time into the transaction.
func (b *bound) begin(ctx context.Context, tenant string) (end func(), err error) {
	if b.wrong != nil {
		return nil, b.wrong
	}
	if err := check(ctx, tenant); err != nil {
		return nil, err
	}
	key := b.key
	if key == nil {
		key = b
	}
	if _, busy := b.busy.LoadOrStore(key, nil); busy {
		return nil, errBusy
	}
	end = func() { b.busy.Delete(key) }
	err = b.probe(ctx)
	if err == nil {
		err = b.schema.check(ctx, b.settings, b.session)
	}
	if err != nil {
		end()
		return nil, err
	}
	return end, nil
}

// keyOf returns the key by which a transaction is known, or nil if it can't be
// compared.
func keyOf(tx any) any {
	if tx != nil && reflect.ValueOf(tx).Comparable() {
		return tx
	}
	return nil
}

// notTransaction returns why a value can't be the host's transaction, or nil if
// it may be one. It recognizes pools by their limits, which transactions do not
// have.
func notTransaction(tx Tx) error {
	if tx == nil {
		return errors.New("sqlstore: Bind was given nil: hand over the transaction, such as what BeginTx has returned")
	}
	if _, pool := tx.(interface{ SetMaxOpenConns(n int) }); pool {
		return fmt.Errorf("sqlstore: Bind was given a %T, which is no transaction: hand over what its BeginTx returns", tx)
	}
	return nil
}

// probe tests a foreign transaction, once for each type: whether arguments
// reach the database unchanged.
func (b *bound) probe(ctx context.Context) error {
	if b.foreign == nil {
		return nil
	}
	if _, known := b.probed.Load(b.foreign); known {
		return nil
	}
	const text = `it's $1, ?1, ?0 and ?`
	answer := ""
	part := b.dialect.within
	err := b.session.run(ctx, append(part.beginning(), query{
		sql: b.dialect.expand("", "SELECT $1"+b.dialect.as(texts)), args: []any{text},
		each: func(row row) error { return row.Scan(&answer) },
	}, query{sql: part.commit})...)
	if err == nil && answer == text {
		b.probed.Store(b.foreign, nil)
		return nil
	}
	if ctx.Err() != nil {
		return ended(ctx, err)
	}
	if err != nil {
		_ = b.rollback(ctx, b.session, part)
	}
	refusal := fmt.Errorf("sqlstore: a %s does not hand arguments to the driver as they are: "+
		"hand over the *sql.Tx that is in it", b.foreign)
	if err != nil {
		return fmt.Errorf("%w: %w", refusal, err)
	}
	return refusal
}
