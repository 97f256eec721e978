package sqlstore

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// reader reads a tenant within a transaction. It reads what every operation
// needs when it begins.
type reader struct {
	*settings
	session session
	tenant  string
	closed  atomic.Bool
	failed  error // the first failure of the session

	row    tenantRow
	there  bool // the tenant has a row
	owners []activation.OwnerRecord
	census *census // nil until it was read
	// pending returns what must be written before anything is read.
	pending func() []query
	// outdated says that statements have to ask for the present state.
	outdated bool
}

// tenantRow is the row of a tenant.
type tenantRow struct {
	record                                           activation.TenantRecord
	changesSince, logLast, historyLast, combinations int64
}

var (
	_ activation.Reader         = (*reader)(nil)
	_ activation.ChangeReader   = (*reader)(nil)
	_ activation.SnapshotReader = (*reader)(nil)
)

func (r *reader) close() { r.closed.Store(true) }

// ready is called first by every method.
func (r *reader) ready(ctx context.Context) error {
	if r.closed.Load() {
		return errClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.failed
}

// run runs queries after the pending ones. If one fails, the transaction has
// failed.
func (r *reader) run(ctx context.Context, queries ...query) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	if r.pending != nil {
		queries = append(r.pending(), queries...)
	}
	if len(queries) == 0 {
		return nil
	}
	if r.outdated {
		for i := range queries {
			if queries[i].each != nil {
				queries[i].sql = r.dialect.latest(queries[i].sql)
			}
		}
	}
	r.failed = ended(ctx, r.session.run(ctx, queries...))
	return r.failed
}

// look finds out whether a transaction of the host reads an earlier state of
// the tenant than the one that it has written to. Nobody else writes the tenant
// then.
func (r *reader) look(ctx context.Context, first ...query) error {
	return r.run(ctx, append(first, query{
		sql: r.statements.outdated, args: []any{r.tenant},
		each: func(row row) error { return row.Scan(&r.outdated) },
	})...)
}

// beginning reads what every View needs.
func (r *reader) beginning() []query {
	return []query{{sql: r.statements.tenant, args: []any{r.tenant}, each: r.scanLatest}, r.listingOwners()}
}

func (r *reader) listingOwners() query {
	r.owners = []activation.OwnerRecord{}
	return query{sql: r.statements.owners, args: []any{r.tenant}, each: r.scanOwner}
}

// scanTenant reads the row of the tenant, with what else the statement returns.
func (r *reader) scanTenant(row row, more ...any) error {
	r.there = true
	t, record := &r.row, &r.row.record
	return row.Scan(append([]any{
		&record.Revision.Number, &t.changesSince, &t.logLast, &t.historyLast, &t.combinations,
		storedInstant{&record.Newest},
		storedInstant{&record.NewestIssued},
		storedInstant{&record.Due},
		storedInstant{&record.LeasedUntil},
		storedInstant{&record.Sampled},
		&record.LeasedBy,
		storedInstant{&record.Look},
		&record.Notes,
	}, more...)...)
}

// scanLatest is scanTenant with the token of the revision.
func (r *reader) scanLatest(row row) error { return r.scanTenant(row, &r.row.record.Revision.Token) }

func (r *reader) scanOwner(row row) error {
	var owner, text string
	if err := row.Scan(&owner, &text); err != nil {
		return err
	}
	return r.addOwner(owner, text)
}

func (r *reader) addOwner(owner, text string) error {
	record, err := decodeOwner(owner, text)
	r.owners = append(r.owners, record)
	return err
}

// counting returns the query that reads the census.
func (r *reader) counting() query {
	r.census = newCensus(&r.sets)
	return query{sql: r.statements.census, args: []any{r.tenant}, each: r.census.scan}
}

func (r *reader) Tenant(ctx context.Context) (activation.TenantRecord, error) {
	return r.row.record, r.ready(ctx)
}

func (r *reader) Owners(ctx context.Context) ([]activation.OwnerRecord, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	owners := make([]activation.OwnerRecord, len(r.owners))
	for i, record := range r.owners {
		owners[i] = copyOwner(record)
	}
	return owners, nil
}

func copyOwner(record activation.OwnerRecord) activation.OwnerRecord {
	record.Before, record.Active = copyOf(record.Before), copyOf(record.Active)
	record.Pending, record.Raised = slices.Clone(record.Pending), slices.Clone(record.Raised)
	for i := range record.Pending {
		record.Pending[i].Selected = record.Pending[i].Selected.And(planner.Selection{})
		if schedule := copyOf(record.Pending[i].Schedule); schedule != nil {
			schedule.Selection = schedule.And(planner.Selection{})
			record.Pending[i].Schedule = schedule
		}
	}
	record.Check.NewLicensee = copyOf(record.Check.NewLicensee)
	if refused := copyOf(record.Check.Refused); refused != nil {
		refused.Rejections, refused.Hidden = slices.Clone(refused.Rejections), slices.Clone(refused.Hidden)
		record.Check.Refused = refused
	}
	return record
}

func copyOf[T any](value *T) *T {
	if value == nil {
		return nil
	}
	copied := *value
	return &copied
}

func (r *reader) Envelope(ctx context.Context, digest activation.Digest) (envelope []byte, err error) {
	err = r.run(ctx, query{
		sql: r.statements.envelope, args: []any{r.tenant, digest[:]},
		each: func(row row) error { return row.Scan(&envelope) },
	})
	return envelope, err
}

func (r *reader) Highest(ctx context.Context, owner, serial string) (number int64, err error) {
	if err := checkTexts(owner, serial); err != nil {
		return 0, err
	}
	err = r.run(ctx, query{
		sql: r.statements.highest, args: []any{r.tenant, owner, serial},
		each: func(row row) error { return row.Scan(&number) },
	})
	return number, err
}

func (r *reader) Census(ctx context.Context) (seat.Census, error) {
	if err := r.count(ctx); err != nil {
		return nil, err
	}
	return r.census.counts(), nil
}

// count reads the census if it has not been read yet.
func (r *reader) count(ctx context.Context) error {
	if r.census != nil {
		return r.ready(ctx)
	}
	err := r.run(ctx, r.counting())
	if err != nil {
		r.census = nil
	}
	return err
}

func (r *reader) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	var queries []query
	for some := range slices.Chunk(setOf(possible(ids)), r.gathering/2) {
		queries = append(queries, r.lookUp(some))
	}
	return r.list(ctx, queries...)
}

// lookUp returns the query that reads the rows of holders.
func (r *reader) lookUp(ids []string) query {
	if len(ids) == 1 {
		return query{sql: r.statements.holder, args: []any{r.tenant, ids[0]}}
	}
	return query{sql: r.statements.holders, args: []any{r.tenant, r.dialect.texts(ids)}}
}

func (r *reader) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	if err := checkTexts(append(modules[:len(modules):len(modules)], after)...); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, r.ready(ctx)
	}
	if len(modules) == 0 {
		return r.list(ctx, query{sql: r.statements.page, args: []any{r.tenant, after, limit}})
	}
	if err := r.count(ctx); err != nil {
		return nil, err
	}
	with := r.census.with(modules)
	if len(with) == 0 {
		return nil, nil
	}
	statement := r.statements.pageOf
	if r.census.manyOf(with, limit) {
		statement = r.statements.pageAmong
	}
	return r.list(ctx, query{sql: statement, args: []any{r.tenant, after, limit, r.dialect.numbers(with)}})
}

// EachHolder implements [activation.SnapshotReader]. Holders of an unknown
// combination are read afterwards; see list.
func (r *reader) EachHolder(ctx context.Context, visit func(seat.Holder)) error {
	if err := r.count(ctx); err != nil {
		return err
	}
	var p placed
	var late []string
	if err := r.run(ctx, query{sql: r.statements.all, args: []any{r.tenant}, each: func(row row) error {
		if err := p.scan(row); err != nil {
			return err
		}
		if c := r.census.byID[p.combination]; c != nil {
			visit(seat.Holder{ID: p.id, Kind: c.kind, Type: c.typ, Assigned: c.modules})
		} else {
			late = append(late, p.id)
		}
		return nil
	}}); err != nil || len(late) == 0 {
		return err
	}
	holders, err := r.Holders(ctx, late...)
	for _, h := range holders {
		visit(h)
	}
	return err
}

// placed is a holder as its row has it.
type placed struct {
	id          string
	combination int64
}

// scan reads a row of a holder. For pgx, it does without Scan, which takes a
// sixth of the client's time where all holders are read.
func (p *placed) scan(row row) error {
	rows, ok := row.(pgx.Rows)
	if !ok || rows.FieldDescriptions()[1].Format != pgx.BinaryFormatCode {
		return row.Scan(&p.id, &p.combination)
	}
	values := rows.RawValues()
	p.id, p.combination = string(values[0]), int64(binary.BigEndian.Uint64(values[1])) //nolint:gosec // how PostgreSQL sends a number
	return nil
}

// list returns the holders that queries find. An unknown combination can only
// have come since the census was read, in a transaction of the host that sees
// what others commit. Then both are read again.
func (r *reader) list(ctx context.Context, queries ...query) ([]seat.Holder, error) {
	const attempts = 5
	for range attempts {
		rows, err := r.places(ctx, queries...)
		if err != nil {
			return nil, err
		}
		holders := make([]seat.Holder, 0, len(rows))
		for _, p := range rows {
			if c := r.census.byID[p.combination]; c != nil {
				holders = append(holders, c.holder(p.id))
			}
		}
		if len(holders) == len(rows) {
			return holders, nil
		}
		if r.pending != nil {
			break // nobody else writes; this Update has not written the counts yet
		}
		r.census = nil
	}
	return nil, errNoCombination
}

func (r *reader) places(ctx context.Context, queries ...query) ([]placed, error) {
	var rows []placed
	each := func(row row) error {
		var p placed
		err := p.scan(row)
		rows = append(rows, p)
		return err
	}
	for i := range queries {
		queries[i].each = each
	}
	if r.census == nil {
		queries = append(slices.Clone(queries), r.counting())
	}
	err := r.run(ctx, queries...)
	return rows, err
}

// ChangedHolders implements [activation.ChangeReader].
func (r *reader) ChangedHolders(ctx context.Context, since activation.Revision) (changed []seat.Holder, gone []string, known bool, err error) {
	if err := r.ready(ctx); err != nil {
		return nil, nil, false, err
	}
	if known, err := r.issued(ctx, since); err != nil || !known {
		return nil, nil, false, err
	}
	changed, err = r.list(ctx, query{sql: r.statements.changed, args: []any{r.tenant, since.Number}})
	if err != nil {
		return nil, nil, false, err
	}
	err = r.run(ctx, query{sql: r.statements.gone, args: []any{r.tenant, since.Number}, each: func(row row) error {
		var id string
		err := row.Scan(&id)
		gone = append(gone, id)
		return err
	}})
	return changed, gone, err == nil, err
}

// issued reports whether a revision belongs to this tenant and is recent enough
// to know who has gone since.
func (r *reader) issued(ctx context.Context, revision activation.Revision) (bool, error) {
	present := r.row.record.Revision
	switch {
	case revision.Number < r.row.changesSince || revision.Number > present.Number:
		return false, nil
	case revision == activation.Revision{}:
		return true, nil
	case revision.Number == present.Number:
		return revision == present && present.Token != "", nil
	}
	var token string
	err := r.run(ctx, query{
		sql: r.statements.token, args: []any{r.tenant, revision.Number},
		each: func(row row) error { return row.Scan(&token) },
	})
	return token != "" && token == revision.Token, err
}

func (r *reader) History(ctx context.Context, before int64, limit int) (entries []activation.HistoryEntry, err error) {
	err = r.run(ctx, query{sql: r.statements.history, args: newest(r.tenant, before, limit), each: func(row row) error {
		var e activation.HistoryEntry
		var text string
		if err := row.Scan(&e.ID, storedInstant{&e.At}, &e.By, &text); err != nil {
			return err
		}
		err := decodeHistory(&e, text)
		entries = append(entries, e)
		return err
	}})
	return entries, err
}

func (r *reader) Log(ctx context.Context, before int64, limit int) (entries []activation.LogEntry, err error) {
	err = r.run(ctx, query{sql: r.statements.log, args: newest(r.tenant, before, limit), each: func(row row) error {
		var e activation.LogEntry
		err := row.Scan(&e.ID, storedInstant{&e.At}, &e.By, &e.Holder, &e.Module, &e.Cause, &e.To, &e.History)
		entries = append(entries, e)
		return err
	}})
	return entries, err
}

// newest returns the parameters of a page from the newest entry down.
func newest(tenant string, before int64, limit int) []any {
	if before == 0 {
		before = math.MaxInt64
	}
	return []any{tenant, before, max(limit, 0)}
}

func (r *reader) Samples(ctx context.Context, module string, from, to time.Time) (samples []activation.Sample, err error) {
	if err := checkTexts(module); err != nil {
		return nil, err
	}
	q := query{sql: r.statements.samples, args: []any{r.tenant, r.dialect.day(from), r.dialect.day(to)}}
	if module != "" {
		q.sql, q.args = r.statements.samplesOf, append(q.args, module)
	}
	q.each = func(row row) error {
		var s activation.Sample
		err := row.Scan(storedInstant{&s.Day}, &s.Module, &s.InUse, &s.Capacity, &s.Overdraft, &s.Wished, &s.Unrestricted)
		samples = append(samples, s)
		return err
	}
	err = r.run(ctx, q)
	return samples, err
}
