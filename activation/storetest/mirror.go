package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
)

// modelTime is the environment variable that says how long a store is compared
// with the model, as time.ParseDuration reads it; a moment if it is not set.
const modelTime = "SEATWRIGHT_STORETEST_MODEL"

// likeModel runs random Updates on the store and on plain lists in memory, and
// compares everything after each of them. Each run has a tenant of its own.
func likeModel(e *env) {
	runs, sizes := 0, e.modelSizes(e.amount(2_000, 10_000))
	failed := false
	property := func(limit int) func(*rapid.T) {
		return func(t *rapid.T) {
			if runs++; runs > limit && !failed {
				return // enough runs have passed
			}
			passed := false
			defer func() { failed = failed || !passed }()
			m := &mirror{T: t, ctx: e.Context(), store: e.store, tenant: fmt.Sprintf("tenant-%d", runs), sizes: sizes, envelopes: map[activation.Digest][]byte{}, holders: population{}}
			t.Repeat(map[string]func(*rapid.T){"Update": m.update, "Update which fails": m.failingUpdate})
			passed = true
		}
	}
	if text, long := os.LookupEnv(modelTime); long {
		wanted, err := time.ParseDuration(text)
		if err != nil {
			e.Fatalf("storetest: %s: %v", modelTime, err)
		}
		const most, forever = 40_000, 1 << 30
		sizes = e.modelSizes(most)
		enough, cancel := context.WithTimeout(e.Context(), wanted)
		defer cancel()
		for enough.Err() == nil && !e.Failed() {
			rapid.Check(e.T, property(forever))
		}
		e.Logf("%d runs in %s", runs, wanted)
		return
	}
	rapid.Check(e.T, property(e.amount(3, 8)))
}

// modelSizes are how many holders are put or deleted at once: mostly few, now
// and then as many as are around a limit of the store, rarely very many.
func (e *env) modelSizes(most int) *rapid.Generator[int] {
	few := rapid.IntRange(0, 5)
	var around []*rapid.Generator[int]
	for _, size := range e.sizes() {
		if size <= most {
			around = append(around, rapid.IntRange(size-1, size+1))
		}
	}
	return rapid.Custom(func(t *rapid.T) int {
		switch draw := rapid.IntRange(0, 79).Draw(t, "size"); {
		case draw == 79:
			return rapid.IntRange(0, most).Draw(t, "many")
		case draw >= 72:
			return rapid.OneOf(around...).Draw(t, "around a limit")
		default:
			return few.Draw(t, "few")
		}
	})
}

// mirror is what a store should keep of a tenant, in plain lists.
type mirror struct {
	*rapid.T
	ctx    context.Context //nolint:containedctx // the context of the test
	store  activation.Store
	tenant string
	sizes  *rapid.Generator[int]

	record    activation.TenantRecord
	owners    []activation.OwnerRecord
	envelopes map[activation.Digest][]byte
	highest   map[identity]int64
	holders   population
	history   []activation.HistoryEntry
	log       []activation.LogEntry
	samples   []activation.Sample
	wishes    []activation.Wish
	snapshots []loaded
}

// draft is a mirror that can be changed without changing this one.
func (m *mirror) draft() *mirror {
	next := *m
	next.owners = nil
	for _, o := range m.owners {
		next.owners = append(next.owners, copyRecord(o))
	}
	next.envelopes, next.highest, next.holders = maps.Clone(m.envelopes), maps.Clone(m.highest), maps.Clone(m.holders)
	next.history, next.log, next.samples = slices.Clone(m.history), slices.Clone(m.log), slices.Clone(m.samples)
	next.wishes = slices.Clone(m.wishes)
	return &next
}

func copyOf[T any](value *T) *T {
	if value == nil {
		return nil
	}
	copied := *value
	return &copied
}

// step is a part of an Update, on the store and on the mirror.
type step func(context.Context, activation.Writer, *mirror) error

func (m *mirror) steps(t *rapid.T) []step {
	m.T = t
	var steps []step
	for range rapid.IntRange(1, 6).Draw(t, "steps") {
		steps = append(steps, m.step(t))
	}
	return steps
}

// update runs steps in an Update. One that fails is to fail as the mirror says.
func (m *mirror) update(t *rapid.T) {
	m.run(t, m.steps(t), nil)
}

// failingUpdate rolls back what it wrote.
func (m *mirror) failingUpdate(t *rapid.T) {
	m.run(t, m.steps(t), errOwn)
}

func (m *mirror) run(t *rapid.T, steps []step, wanted error) {
	var next *mirror
	// As if it were about the seats of some, whatever it does.
	about := rapid.SliceOfN(rapid.SampledFrom([]string{"h00000", "h00001", "h00002", "p1", "nobody", ""}), 0, 5).Draw(t, "seats")
	err := updateSeats(m.ctx, m.store, m.tenant, about, func(w activation.Writer) error {
		next = m.draft()
		for _, s := range steps {
			if err := s(m.ctx, w, next); err != nil {
				return err
			}
		}
		return wanted
	})
	switch {
	case errors.Is(err, errOwn):
	case err != nil:
		t.Fatalf("Update: %v", err)
	default:
		next.snapshots = m.snapshots
		*m = *next
	}
	m.compare(t)
}

// compare compares all that is kept, and what snapshots are told.
func (m *mirror) compare(t *rapid.T) {
	var got contents
	if err := m.store.View(m.ctx, m.tenant, func(r activation.Reader) (err error) {
		if got, err = readContents(m.ctx, r); err != nil {
			return err
		}
		return m.compareChanges(t, r, got)
	}); err != nil {
		t.Fatalf("View: %v", err)
	}
	if problem := differentHolders(sortedHolders(m.holders), got.Holders); problem != "" {
		t.Fatalf("the holders: %s", problem)
	}
	if diff := cmp.Diff(countHolders(got.Holders), got.Census, exactly...); diff != "" {
		t.Fatalf("the census is not what counting the holders gives (-want +got):\n%s", diff)
	}
	want := m.contents()
	got.Holders, got.Census = nil, nil
	if slices.EqualFunc(want.Log, got.Log, sameEntry) { // there may be very many, for which cmp takes too long
		want.Log, got.Log = nil, nil
	}
	if diff := cmp.Diff(want, got, exactly, cmpopts.IgnoreFields(activation.TenantRecord{}, "Revision"),
		cmpopts.IgnoreFields(activation.LogEntry{}, "ID")); diff != "" {
		t.Fatalf("what is kept (-want +got):\n%s", diff)
	}
	if last := len(m.snapshots) - 1; last < 0 || m.snapshots[last].revision != got.Tenant.Revision {
		m.snapshots = append(m.snapshots[max(0, last-3):], loaded{got.Tenant.Revision, maps.Clone(m.holders)})
	}
}

// sameEntry reports whether two entries of the log differ only in their ids.
func sameEntry(a, b activation.LogEntry) bool {
	same := a.At.Equal(b.At)
	a.ID, a.At, b.ID, b.At = 0, time.Time{}, 0, time.Time{}
	return same && a == b
}

// compareChanges brings earlier snapshots up to date.
func (m *mirror) compareChanges(t *rapid.T, r activation.Reader, got contents) error {
	reader, ok := r.(activation.ChangeReader)
	if !ok {
		return nil
	}
	for _, snapshot := range m.snapshots {
		changed, gone, known, err := reader.ChangedHolders(m.ctx, snapshot.revision)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if problem := differentHolders(got.Holders, sortedHolders(snapshot.holders.with(changed, gone))); problem != "" {
			t.Fatalf("a snapshot of revision %v brought up to revision %v: %s", snapshot.revision, got.Tenant.Revision, problem)
		}
	}
	return nil
}

// contents is what the store should list, but for holders and census.
func (m *mirror) contents() contents {
	c := contents{Tenant: m.record, Owners: m.owners, Envelopes: map[string]string{}, Highest: m.highest, Samples: m.samples}
	for _, o := range m.owners {
		for name, stored := range namedLicenses(&o) {
			c.Envelopes[name] = string(m.envelopes[stored.Digest])
		}
	}
	c.Wishes, c.Counts = m.wishes, countWishes(m.wishes)
	c.History, c.Log = slices.Clone(m.history), slices.Clone(m.log)
	slices.Reverse(c.History)
	slices.Reverse(c.Log)
	return c
}

// putOwner is PutOwner of the mirror.
func (m *mirror) putOwner(record activation.OwnerRecord) {
	for _, stored := range licensesOf(&record) {
		if len(stored.Envelope) > 0 {
			m.envelopes[stored.Digest] = bytes.Clone(stored.Envelope)
		}
		stored.Envelope = nil
	}
	place, known := slices.BinarySearchFunc(m.owners, record.Owner, func(o activation.OwnerRecord, name string) int {
		return strings.Compare(o.Owner, name)
	})
	if known {
		m.owners[place] = record
	} else {
		m.owners = slices.Insert(m.owners, place, record)
	}
	maps.DeleteFunc(m.envelopes, func(digest activation.Digest, _ []byte) bool {
		return !slices.ContainsFunc(m.owners, func(o activation.OwnerRecord) bool {
			return slices.ContainsFunc(licensesOf(&o), func(l *activation.StoredLicense) bool { return l.Digest == digest })
		})
	})
}

// rename is RenameHolder of the mirror. It is false if both are holders.
func (m *mirror) rename(id, pseudonym string) bool {
	_, taken := m.holders[pseudonym]
	h, known := m.holders[id]
	if known && taken && id != pseudonym {
		return false
	}
	replace := func(text *string) {
		if *text == id {
			*text = pseudonym
		}
	}
	if known {
		delete(m.holders, id)
		h.ID = pseudonym
		m.holders[pseudonym] = h
	}
	m.renameWishes(id, pseudonym)
	for i := range m.log {
		replace(&m.log[i].By)
		replace(&m.log[i].Holder)
	}
	for i := range m.history {
		replace(&m.history[i].By)
	}
	for i := range m.owners {
		for _, stored := range licensesOf(&m.owners[i]) {
			replace(&stored.By)
			kept := []planner.Selection{stored.Selected}
			if schedule := stored.Schedule; schedule != nil {
				replace(&schedule.By)
				kept = append(kept, schedule.Selection)
			}
			for _, selection := range kept {
				for j := range selection.Releases {
					replace(&selection.Releases[j].Holder)
				}
				for j := range selection.Switches {
					replace(&selection.Switches[j].Holder)
				}
			}
		}
	}
	return true
}

func (m *mirror) putSample(s activation.Sample) {
	place, known := slices.BinarySearchFunc(m.samples, s, func(a, b activation.Sample) int {
		if byDay := a.Day.Compare(b.Day); byDay != 0 {
			return byDay
		}
		return strings.Compare(a.Module, b.Module)
	})
	if known {
		m.samples[place] = s
	} else {
		m.samples = slices.Insert(m.samples, place, s)
	}
}
