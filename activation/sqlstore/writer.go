package sqlstore

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// maxGathered is how many rows are collected before they are written, and how
// many holders are remembered. Half as many are looked up at a time.
const maxGathered = 20_000

// sentParts is in how many parts a session sends as many rows.
const sentParts = 4

// writer collects what is to be written, so that it costs one round trip:
// together with the next read that needs it, or with the commit. It knows the
// census, because it holds the tenant's row.
type writer struct {
	reader
	seats     []string        // whose seats it is about
	updating  context.Context //nolint:containedctx // of the Update: what is sent outlives the call that sends it
	written   bool
	earlier   []activation.Revision // of earlier Updates in the transaction that wrote something
	before    tenantRow             // the row as it is in the database
	others    []query               // statements that are not gathered into larger ones, in order
	began     time.Time             // when it read what it knows
	recalled  *state                // what this process remembered, if it is current
	overtaken bool                  // what this process remembered is no longer current
	log       []activation.LogEntry
	people    people
}

var (
	_ activation.Writer    = (*writer)(nil)
	_ activation.Recounter = (*writer)(nil)
)

func newWriter(s *settings, on session, of scope) *writer {
	w := &writer{reader: reader{settings: s, session: on, tenant: of.tenant}, seats: of.holders, began: time.Now()} //nolint:forbidigo // it tells how old remembered states are
	w.people.clear()
	return w
}

// next returns the writer for another Update in the same transaction. It
// continues from what this one has left, as if that were committed.
func (w *writer) next() *writer {
	w.close()
	n := &writer{
		reader: reader{settings: w.settings, session: w.session, tenant: w.tenant, row: w.row, there: w.there, owners: w.owners, census: w.census},
		seats:  w.seats, updating: w.updating, before: w.before, others: w.others, began: w.began, recalled: w.recalled, overtaken: w.overtaken, log: w.log, people: w.people,
		earlier: w.revisions(),
	}
	n.pending = n.gathered
	if w.written {
		n.row.record.Revision = activation.Revision{Number: w.row.record.Revision.Number + 1, Token: rand.Text()}
	}
	return n
}

// wrote reports whether any Update of the transaction has written.
func (w *writer) wrote() bool { return w.written || len(w.earlier) > 0 }

// revisions returns the revisions of the Updates that wrote, this one included.
func (w *writer) revisions() []activation.Revision {
	if !w.written {
		return w.earlier
	}
	return append(w.earlier, w.row.record.Revision)
}

// begin writes the tenants' rows, in statements of their own, and then reads.
// Other writers of the tenants wait from here on.
func begin(ctx context.Context, b bounds, writers []*writer) error {
	one := writers[0]
	queries := b.beginning()
	if len(writers) > 1 {
		queries = append(queries, query{sql: one.dialect.together})
	}
	for _, w := range writers {
		if w.statements.claim != "" {
			claim := w.locking(w.statements.claim)
			claim.each = nil
			queries = append(queries, claim)
		}
	}
	if b.host {
		if err := one.look(ctx, queries...); err != nil {
			return err
		}
		queries = nil
	}
	openings := make([]*opening, len(writers))
	for i, w := range writers {
		w.updating = ctx
		openings[i] = w.opening()
		queries = append(append(queries, w.locking(w.statements.lock)), openings[i].queries()...)
	}
	if err := one.run(ctx, queries...); err != nil {
		return err
	}
	for i, w := range writers {
		if err := w.opened(ctx, openings[i]); err != nil {
			return err
		}
	}
	return nil
}

// opened is called when the opening has run.
func (w *writer) opened(ctx context.Context, opening *opening) error {
	if !w.there {
		if err := w.run(ctx, append([]query{w.locking(w.statements.create)}, opening.queries()...)...); err != nil {
			return err
		}
	}
	if err := opening.read(ctx); err != nil {
		return err
	}
	w.row.record.Revision.Token = rand.Text()
	w.before = w.row
	w.row.logLast -= int64(len(w.seats))
	w.pending = w.gathered
	return nil
}

// locking returns the query that writes the tenant's row. It reserves numbers
// for as many log entries as there will be, so that the row need not be written
// again for them.
func (w *writer) locking(statement string) query {
	return query{
		sql: statement, args: []any{w.tenant, int64(len(w.seats))},
		each: func(row row) error { return w.scanTenant(row) },
	}
}

// writing is called first by every method that writes.
func (w *writer) writing(ctx context.Context) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	w.written = true
	return nil
}

// gathered returns what is to be written now, and forgets it.
func (w *writer) gathered() []query {
	queries := w.others
	w.others = nil
	queries = append(queries, w.peopleQueries()...)
	if len(w.log) > 0 {
		queries = append(queries, w.logQuery())
		w.log = w.log[:0]
	}
	return queries
}

// last returns what must be written before the commit.
func (w *writer) last() []query {
	revisions := w.revisions()
	if len(revisions) > 0 {
		w.row.record.Revision = revisions[len(revisions)-1] // later revisions are of Updates that wrote nothing
	} else {
		revisions = append(revisions, w.row.record.Revision)
	}
	queries := append(w.gathered(), w.censusQueries()...)
	queries = append(queries, w.revisionQueries(revisions)...)
	w.row.logLast = max(w.row.logLast, w.before.logLast) // a number that was given out and not used is not given out again
	if w.row == w.before {
		return queries
	}
	return append(queries, w.rowQuery(w.row))
}

// undo returns what makes the tenant's row as it was, in a transaction in which
// another tenant was written.
func (w *writer) undo() query {
	row := w.before
	row.record.Revision.Number--
	row.logLast -= int64(len(w.seats))
	return w.rowQuery(row)
}

func (w *writer) rowQuery(t tenantRow) query {
	return query{sql: w.statements.putTenant, args: []any{
		w.tenant, t.changesSince, t.logLast, t.historyLast, t.combinations,
		w.dialect.instant(t.record.Newest), w.dialect.instant(t.record.NewestIssued), w.dialect.instant(t.record.Due),
		w.dialect.instant(t.record.LeasedUntil), w.dialect.instant(t.record.Sampled), t.record.LeasedBy,
		w.dialect.instant(t.record.Look), t.record.Notes, t.record.Revision.Number,
	}}
}

const (
	// keptTokens is the least number of revisions of which a tenant remembers
	// the tokens. Snapshots of earlier revisions are made anew.
	keptTokens = 10_000
	// trimmedTokens is how many tokens are forgotten at a time.
	trimmedTokens = 1000
)

// revisionQueries writes the tokens of revisions.
func (w *writer) revisionQueries(revisions []activation.Revision) (queries []query) {
	rows := make([][]any, len(revisions))
	for i, revision := range revisions {
		rows[i] = []any{revision.Number, revision.Token}
		if floor := revision.Number - keptTokens; floor > 0 && floor%trimmedTokens == 0 {
			queries = append(queries, query{sql: w.statements.trimRevisions, args: []any{w.tenant, floor}})
		}
	}
	return append(queries, w.statements.putRevision.of(w.tenant, rows))
}

func (w *writer) later(statement string, args ...any) {
	w.others = append(w.others, query{sql: statement, args: append([]any{w.tenant}, args...)})
}

func (w *writer) PutTenant(ctx context.Context, record activation.TenantRecord) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	if err := checkTexts(record.LeasedBy, record.Notes); err != nil {
		return err
	}
	record.Revision = w.row.record.Revision
	for _, at := range []*time.Time{&record.Newest, &record.NewestIssued, &record.Due, &record.LeasedUntil, &record.Sampled, &record.Look} {
		*at = stored(*at)
	}
	w.row.record = record
	return nil
}

func (w *writer) PutOwner(ctx context.Context, record activation.OwnerRecord) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	if err := checkOwner(record); err != nil {
		return err
	}
	text, err := encodeOwner(record)
	if err != nil {
		return err
	}
	kept, err := decodeOwner(record.Owner, text)
	if err != nil {
		return err
	}
	w.later(w.statements.putOwner, record.Owner, text)
	for _, license := range licensesOf(record) {
		if len(license.Envelope) > 0 {
			w.later(w.statements.putEnvelope, slices.Clone(license.Digest[:]), slices.Clone(license.Envelope))
		}
	}
	var earlier activation.OwnerRecord
	place, known := slices.BinarySearchFunc(w.owners, record.Owner, compareOwner)
	if known {
		earlier = w.owners[place]
		w.owners[place] = kept
	} else {
		w.owners = slices.Insert(w.owners, place, kept)
	}
	for _, license := range licensesOf(earlier) {
		if !w.named(license.Digest) {
			w.later(w.statements.dropEnvelope, slices.Clone(license.Digest[:]))
		}
	}
	return nil
}

func checkOwner(record activation.OwnerRecord) error {
	if err := checkKeys(record.Owner); err != nil {
		return err
	}
	bind, check := record.Expected, record.Check
	texts := []string{
		bind.Serial, bind.Company, bind.Product, bind.Deployment,
		string(check.Outcome), check.Title, check.Detail, check.Message, check.MessageURL,
		string(check.Reason), check.MediaType, check.DismissedETag,
	}
	if before := record.Before; before != nil {
		texts = append(texts, before.Serial, before.Company, before.Product, before.Deployment)
	}
	if l := check.NewLicensee; l != nil {
		texts = append(texts, l.Company, l.Serial)
	}
	if r := check.Refused; r != nil {
		texts = append(texts, r.Source, r.Finding, r.Detail, r.Owner, r.Licensee.Company, r.Licensee.Serial, r.Product, r.Deployment,
			r.Expected.Serial, r.Expected.Company, r.Expected.Product, r.Expected.Deployment)
	}
	for _, r := range record.Raised {
		texts = append(texts, r.Serial, r.Key, r.Grantor)
	}
	for _, l := range licensesOf(record) {
		texts = append(texts, l.Licensee.Company, l.Licensee.Serial, l.Source, l.By, l.ETag)
		kept := l.Selected
		if l.Schedule != nil {
			texts = append(texts, l.Schedule.By, l.Schedule.Cascade)
			kept = kept.And(l.Schedule.Selection)
		}
		for _, release := range kept.Releases {
			texts = append(texts, release.Holder, release.Module)
		}
		for _, swap := range kept.Switches {
			texts = append(texts, swap.Holder, swap.From, swap.To)
		}
	}
	return checkTexts(texts...)
}

// named reports whether an owner has a license or an offer with the digest.
func (w *writer) named(digest activation.Digest) bool {
	return slices.ContainsFunc(w.owners, func(record activation.OwnerRecord) bool {
		return slices.ContainsFunc(licensesOf(record), func(l *activation.StoredLicense) bool { return l.Digest == digest })
	})
}

func licensesOf(record activation.OwnerRecord) []*activation.StoredLicense {
	var licenses []*activation.StoredLicense
	if record.Active != nil {
		licenses = append(licenses, record.Active)
	}
	for i := range record.Pending {
		licenses = append(licenses, &record.Pending[i])
	}
	return licenses
}

func (w *writer) PutHighest(ctx context.Context, owner, serial string, number int64) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	if err := checkKeys(owner, serial); err != nil {
		return err
	}
	w.later(w.statements.putHighest, owner, serial, number)
	return nil
}

func (w *writer) AppendHistory(ctx context.Context, entry activation.HistoryEntry) (int64, error) {
	if err := w.writing(ctx); err != nil {
		return 0, err
	}
	text, err := encodeHistory(entry)
	if err != nil {
		return 0, err
	}
	w.row.historyLast++
	w.later(w.statements.putHistory, w.row.historyLast, w.dialect.instant(entry.At), entry.By, text)
	return w.row.historyLast, nil
}

func (w *writer) AppendLog(ctx context.Context, entries ...activation.LogEntry) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, e := range entries {
		if err := checkTexts(e.By, e.Holder, e.Module, string(e.Cause), e.To); err != nil {
			return err
		}
	}
	if len(w.log)+len(entries) > cap(w.log) {
		w.log = slices.Grow(w.log, len(w.log)+len(entries)) // Grow adds more room than append
	}
	w.log = append(w.log, entries...)
	w.row.logLast += int64(len(entries))
	return w.spill(ctx)
}

// spill writes what was collected when there is much of it. Where a session can
// send, the database works on a part while the next one is collected.
func (w *writer) spill(ctx context.Context) error {
	collected := len(w.log) + len(w.people.touched)
	on, sends := w.session.(*pgxSession)
	switch {
	case sends && collected >= w.gathering/sentParts:
		w.failed = ended(ctx, on.send(w.updating, w.gathered()...)) //nolint:contextcheck // see updating
		return w.failed
	case collected >= w.gathering:
		return w.run(ctx)
	}
	return nil
}

// logQuery writes the collected entries, which are the last ones.
func (w *writer) logQuery() query {
	first := w.row.logLast - int64(len(w.log)) + 1
	rows := make([][]any, len(w.log))
	for i, e := range w.log {
		rows[i] = []any{first + int64(i), e.Holder, e.Module, e.At, e.By, string(e.Cause), e.To, e.History}
	}
	return w.statements.putLog.of(w.tenant, rows)
}

func (w *writer) PutSamples(ctx context.Context, samples ...activation.Sample) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, s := range samples {
		if err := checkKeys(s.Module); err != nil {
			return err
		}
		w.later(w.statements.putSamples, w.dialect.day(s.Day), s.Module, s.InUse, s.Capacity, s.Overdraft, s.Wished, s.Unrestricted)
	}
	return nil
}

// RenameHolder goes through the whole log of the tenant, because erasing a
// person is rare. It removes the id from the gone holders too, so snapshots
// that contain it are made anew.
func (w *writer) RenameHolder(ctx context.Context, id, pseudonym string) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	if err := checkIDs([]string{id, pseudonym}); err != nil || id == pseudonym {
		return err
	}
	if err := w.know(ctx, []string{id, pseudonym}); err != nil {
		return err
	}
	if w.people.known[id] != 0 && w.people.known[pseudonym] != 0 {
		return errTaken
	}
	if c := w.people.known[id]; c != 0 {
		w.people.move(pseudonym, c)
		w.people.move(id, 0)
	}
	w.row.changesSince = w.row.record.Revision.Number
	if err := w.run(ctx); err != nil {
		return err
	}
	w.later(w.statements.dropGone, w.dialect.texts([]string{id}))
	w.renameWishes(id, pseudonym)
	for _, statement := range []string{w.statements.renameActor, w.statements.renameLogActor, w.statements.renameLogHolder} {
		w.later(statement, id, pseudonym)
	}
	return w.renameInOwners(ctx, id, pseudonym)
}

func (w *writer) renameInOwners(ctx context.Context, id, pseudonym string) error {
	for _, record := range slices.Clone(w.owners) {
		record = copyOwner(record)
		if !record.RenameHolder(id, pseudonym) {
			continue
		}
		if err := w.PutOwner(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

func compareOwner(record activation.OwnerRecord, name string) int {
	return strings.Compare(record.Owner, name)
}
