package storetest_test

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// recorder is a writer that notes what is written, and hands it on if there is
// somewhere to write to.
type recorder struct {
	activation.Reader
	to  activation.Writer
	ops []op
}

// op is one call of a writer.
type op struct {
	Method string
	Tenant activation.TenantRecord
	Owner  activation.OwnerRecord
	// Envelopes are those of the licenses of Owner, which JSON leaves out.
	Envelopes [][]byte
	Texts     []string
	Number    int64
	Holders   []seat.Holder
	History   activation.HistoryEntry
	Log       []activation.LogEntry
	Samples   []activation.Sample
	Wishes    []activation.Wish
	Dropped   []seat.Assignment
}

// apply makes the calls again.
func (r *recorder) apply(ctx context.Context, w activation.Writer) error {
	for _, o := range r.ops {
		if err := o.apply(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (o op) apply(ctx context.Context, w activation.Writer) error {
	switch o.Method {
	case "PutTenant":
		return w.PutTenant(ctx, o.Tenant)
	case "PutOwner":
		for i, l := range licensesIn(&o.Owner) {
			l.Envelope = o.Envelopes[i]
		}
		return w.PutOwner(ctx, o.Owner)
	case "PutHighest":
		return w.PutHighest(ctx, o.Texts[0], o.Texts[1], o.Number)
	case "PutHolders":
		return w.PutHolders(ctx, o.Holders...)
	case "DeleteHolders":
		return w.DeleteHolders(ctx, o.Texts...)
	case "AppendHistory":
		_, err := w.AppendHistory(ctx, o.History)
		return err
	case "AppendLog":
		return w.AppendLog(ctx, o.Log...)
	case "PutSamples":
		return w.PutSamples(ctx, o.Samples...)
	case "PutWishes":
		return w.PutWishes(ctx, o.Wishes...)
	case "DeleteWishes":
		return w.DeleteWishes(ctx, o.Dropped...)
	case "RenameHolder":
		return w.RenameHolder(ctx, o.Texts[0], o.Texts[1])
	default:
		return fmt.Errorf("unknown method %q", o.Method)
	}
}

func (r *recorder) write(ctx context.Context, o op) error {
	if r.to != nil {
		if err := o.apply(ctx, r.to); err != nil {
			return err
		}
	}
	r.ops = append(r.ops, o)
	return nil
}

func (r *recorder) ChangedHolders(ctx context.Context, since activation.Revision) ([]seat.Holder, []string, bool, error) {
	return r.Reader.(activation.ChangeReader).ChangedHolders(ctx, since) //nolint:errcheck // a reader of memstore is one
}

func (r *recorder) PutTenant(ctx context.Context, record activation.TenantRecord) error {
	return r.write(ctx, op{Method: "PutTenant", Tenant: record})
}

func (r *recorder) PutOwner(ctx context.Context, record activation.OwnerRecord) error {
	o := op{Method: "PutOwner", Owner: record}
	for _, l := range licensesIn(&record) {
		o.Envelopes = append(o.Envelopes, l.Envelope)
	}
	return r.write(ctx, o)
}

// licensesIn are the licenses of a record, the active one first.
func licensesIn(record *activation.OwnerRecord) []*activation.StoredLicense {
	var licenses []*activation.StoredLicense
	if record.Active != nil {
		licenses = append(licenses, record.Active)
	}
	for i := range record.Pending {
		licenses = append(licenses, &record.Pending[i])
	}
	return licenses
}

func (r *recorder) PutHighest(ctx context.Context, owner, serial string, number int64) error {
	return r.write(ctx, op{Method: "PutHighest", Texts: []string{owner, serial}, Number: number})
}

func (r *recorder) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	return r.write(ctx, op{Method: "PutHolders", Holders: holders})
}

func (r *recorder) DeleteHolders(ctx context.Context, ids ...string) error {
	return r.write(ctx, op{Method: "DeleteHolders", Texts: ids})
}

// AppendHistory knows the ID only if there is somewhere to write to.
func (r *recorder) AppendHistory(ctx context.Context, entry activation.HistoryEntry) (id int64, err error) {
	if r.to != nil {
		if id, err = r.to.AppendHistory(ctx, entry); err != nil {
			return 0, err
		}
	}
	r.ops = append(r.ops, op{Method: "AppendHistory", History: entry})
	return id, nil
}

func (r *recorder) AppendLog(ctx context.Context, entries ...activation.LogEntry) error {
	return r.write(ctx, op{Method: "AppendLog", Log: entries})
}

func (r *recorder) PutSamples(ctx context.Context, samples ...activation.Sample) error {
	return r.write(ctx, op{Method: "PutSamples", Samples: samples})
}

func (r *recorder) PutWishes(ctx context.Context, wishes ...activation.Wish) error {
	return r.write(ctx, op{Method: "PutWishes", Wishes: wishes})
}

func (r *recorder) DeleteWishes(ctx context.Context, of ...seat.Assignment) error {
	return r.write(ctx, op{Method: "DeleteWishes", Dropped: of})
}

func (r *recorder) RenameHolder(ctx context.Context, id, pseudonym string) error {
	return r.write(ctx, op{Method: "RenameHolder", Texts: []string{id, pseudonym}})
}
