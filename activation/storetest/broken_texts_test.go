package storetest_test

import (
	"context"
	"errors"
	"strings"

	"github.com/seatwright/seatwright/activation"
)

// textTap changes what is put, where there is something to change it.
type textTap struct {
	everything
	tenant  func(*activation.TenantRecord)
	history func(*activation.HistoryEntry)
	wish    func(*activation.Wish)
	// wishes and samples are how many fit into a statement, 0 for any number.
	wishes, samples int
}

func (w textTap) PutTenant(ctx context.Context, record activation.TenantRecord) error {
	if w.tenant != nil {
		w.tenant(&record)
	}
	return w.everything.PutTenant(ctx, record)
}

func (w textTap) AppendHistory(ctx context.Context, entry activation.HistoryEntry) (int64, error) {
	if w.history != nil {
		w.history(&entry)
	}
	return w.everything.AppendHistory(ctx, entry)
}

func (w textTap) PutWishes(ctx context.Context, wishes ...activation.Wish) error {
	if w.wishes > 0 && len(wishes) > w.wishes {
		return errors.New("too many wishes for a statement")
	}
	if w.wish != nil {
		for i := range wishes {
			w.wish(&wishes[i])
		}
	}
	return w.everything.PutWishes(ctx, wishes...)
}

func (w textTap) PutSamples(ctx context.Context, samples ...activation.Sample) error {
	if w.samples > 0 && len(samples) > w.samples {
		return errors.New("too many samples for a statement")
	}
	return w.everything.PutSamples(ctx, samples...)
}

// texts taps all texts alike.
func (t *tampered) texts(tap textTap) {
	t.tapAll(func(w everything) activation.Writer {
		tap := tap
		tap.everything = w
		return tap
	})
}

// workersWithoutSpace keeps the name of a worker as a column of fixed width does.
func workersWithoutSpace(t *tampered) {
	t.texts(textTap{tenant: func(record *activation.TenantRecord) { record.LeasedBy = strings.TrimRight(record.LeasedBy, " ") }})
}

// actorsWithoutSpace does so with those who are in the history.
func actorsWithoutSpace(t *tampered) {
	t.texts(textTap{history: func(entry *activation.HistoryEntry) { entry.By = strings.TrimRight(entry.By, " ") }})
}

// wishesWithoutCase has keys that do not differ by case.
func wishesWithoutCase(t *tampered) {
	t.texts(textTap{wish: func(wish *activation.Wish) { wish.Holder = strings.ToLower(wish.Holder) }})
}

// shortNotes has a column that is too short for the engine's notes, and cuts them.
func shortNotes(t *tampered) {
	t.texts(textTap{tenant: func(record *activation.TenantRecord) { record.Notes = record.Notes[:min(len(record.Notes), 1<<14)] }})
}

func tooManyWishes(t *tampered) { t.texts(textTap{wishes: 4_000}) }

func tooManySamples(t *tampered) { t.texts(textTap{samples: 4_000}) }
