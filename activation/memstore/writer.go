package memstore

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// writer makes the next state, which belongs to it alone. The trees in the
// state are shared, so they are replaced and not changed.
type writer struct {
	reader
	written bool
}

// keptTokens is the number of revisions of which a tenant remembers the tokens.
// Snapshots of earlier revisions are made anew.
const keptTokens = 10_000

var (
	_ activation.Writer    = (*writer)(nil)
	_ activation.Recounter = (*writer)(nil)
)

func newWriter(present *state) *writer {
	next := *present
	revision := activation.Revision{Number: present.record.Revision.Number + 1, Token: rand.Text()}
	next.record.Revision = revision
	next.tokens = next.tokens.with(revision.Number, revision.Token)
	if next.tokens.size > keptTokens {
		next.tokens = next.tokens.without(revision.Number - keptTokens)
	}
	return &writer{reader: reader{state: &next}}
}

// writing is called first by every method that writes.
func (w *writer) writing(ctx context.Context) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	w.written = true
	return nil
}

func (w *writer) PutTenant(ctx context.Context, record activation.TenantRecord) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	record = copyTenant(record)
	record.Revision = w.state.record.Revision
	w.state.record = record
	return nil
}

func (w *writer) PutOwner(ctx context.Context, record activation.OwnerRecord) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	record = copyOwner(record)
	for _, stored := range licensesOf(record) {
		if len(stored.Envelope) > 0 {
			w.state.envelopes = w.state.envelopes.with(stored.Digest, stored.Envelope)
		}
		stored.Envelope = nil
	}
	earlier := w.state.owners.value(record.Owner)
	w.state.owners = w.state.owners.with(record.Owner, record)
	for _, stored := range licensesOf(earlier) {
		if !w.named(stored.Digest) {
			w.state.envelopes = w.state.envelopes.without(stored.Digest)
		}
	}
	return nil
}

// named reports whether an owner has a license or an offer with the digest.
func (w *writer) named(digest activation.Digest) bool {
	for _, record := range w.state.owners.all() {
		for _, stored := range licensesOf(record) {
			if stored.Digest == digest {
				return true
			}
		}
	}
	return false
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
	if key := (identity{owner, serial}); number > w.state.highest.value(key) {
		w.state.highest = w.state.highest.with(key, number)
	}
	return nil
}

func (w *writer) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, h := range holders {
		w.state.population.put(h, w.state.record.Revision.Number)
	}
	return nil
}

func (w *writer) DeleteHolders(ctx context.Context, ids ...string) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, id := range ids {
		w.state.population.remove(id, w.state.record.Revision.Number)
	}
	return nil
}

// RecountCensus implements [activation.Recounter].
func (w *writer) RecountCensus(ctx context.Context) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	if w.state.population.recount() {
		w.written = true
	}
	return nil
}

func (w *writer) AppendHistory(ctx context.Context, entry activation.HistoryEntry) (int64, error) {
	if err := w.writing(ctx); err != nil {
		return 0, err
	}
	entry = copyHistoryEntry(entry)
	entry.ID = int64(w.state.history.size) + 1
	w.state.history = w.state.history.with(entry.ID, entry)
	return entry.ID, nil
}

func (w *writer) AppendLog(ctx context.Context, entries ...activation.LogEntry) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, entry := range entries {
		entry.ID, entry.At = int64(w.state.log.size)+1, instant(entry.At)
		w.state.log = w.state.log.with(entry.ID, entry)
	}
	return nil
}

func (w *writer) PutSamples(ctx context.Context, samples ...activation.Sample) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, s := range samples {
		s.Day = instant(s.Day)
		w.state.samples = w.state.samples.with(sampleKey{s.Day, s.Module}, s)
	}
	return nil
}

// RenameHolder goes through the whole log, because erasing a person is rare.
func (w *writer) RenameHolder(ctx context.Context, id, pseudonym string) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	if id == pseudonym {
		return nil
	}
	if h, known := w.state.population.holders.find(id); known {
		if _, taken := w.state.population.holders.find(pseudonym); taken {
			return errors.New("memstore: the pseudonym is the id of another holder; choose another one")
		}
		w.state.population.remove(id, w.state.record.Revision.Number)
		renamed := h.Holder
		renamed.ID = pseudonym
		w.state.population.put(renamed, w.state.record.Revision.Number)
	}
	w.state.population.forget(id, w.state.record.Revision.Number)
	w.state.wishes.rename(id, pseudonym)
	w.renameActor(id, pseudonym)
	return nil
}

// renameActor renames an actor in the log and in what is stored.
func (w *writer) renameActor(id, pseudonym string) {
	rename := func(text *string) bool {
		found := *text == id
		if found {
			*text = pseudonym
		}
		return found
	}
	for key, entry := range w.state.log.all() {
		byHolder := rename(&entry.Holder)
		if byActor := rename(&entry.By); byActor || byHolder {
			w.state.log = w.state.log.with(key, entry)
		}
	}
	for key, entry := range w.state.history.all() {
		if rename(&entry.By) {
			w.state.history = w.state.history.with(key, entry)
		}
	}
	for name, record := range w.state.owners.all() {
		record = copyOwner(record)
		if record.RenameHolder(id, pseudonym) {
			w.state.owners = w.state.owners.with(name, record)
		}
	}
}
