package sqlstore

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// ownerRow is the JSON form of an [activation.OwnerRecord]. Members are added,
// never renamed: rows of an earlier version are read for ever.
type ownerRow struct {
	BindTo  planner.Expected `json:"bindTo,omitzero"`
	Active  *licenseRow      `json:"active,omitempty"`
	Pending *licenseRow      `json:"pending,omitempty"`
	Check   checkRow         `json:"check"`
}

type licenseRow struct {
	Digest   string            `json:"digest"`
	Licensee *license.Licensee `json:"licensee"`
	Number   int64             `json:"number"`
	Source   string            `json:"source,omitempty"`
	By       string            `json:"by,omitempty"`
	At       time.Time         `json:"at,omitzero"`
	Unseen   bool              `json:"unseen,omitempty"`
}

type checkRow struct {
	LastTry     time.Time         `json:"lastTry,omitzero"`
	LastSuccess time.Time         `json:"lastSuccess,omitzero"`
	Outcome     source.Kind       `json:"outcome,omitempty"`
	Title       string            `json:"title,omitempty"`
	Detail      string            `json:"detail,omitempty"`
	Message     string            `json:"message,omitempty"`
	MessageURL  string            `json:"messageUrl,omitempty"`
	NewLicensee *license.Licensee `json:"newLicensee,omitempty"`
	ETag        string            `json:"etag,omitempty"`
	Failures    int               `json:"failures,omitempty"`
	Next        time.Time         `json:"next,omitzero"`
}

func encodeOwner(o activation.OwnerRecord) (string, error) {
	c := o.Check
	text, err := json.Marshal(ownerRow{
		BindTo: o.Expected, Active: encodeLicense(o.Active), Pending: encodeLicense(o.Pending),
		Check: checkRow{
			LastTry: stored(c.LastTry), LastSuccess: stored(c.LastSuccess),
			Outcome: c.Outcome, Title: c.Title, Detail: c.Detail, Message: c.Message, MessageURL: c.MessageURL,
			NewLicensee: c.NewLicensee, ETag: c.ETag, Failures: c.Failures, Next: stored(c.Next),
		},
	})
	if err != nil {
		return "", fmt.Errorf("sqlstore: the record of owner %q can't be stored: %w", o.Owner, err)
	}
	return string(text), nil
}

func encodeLicense(l *activation.StoredLicense) *licenseRow {
	if l == nil {
		return nil
	}
	return &licenseRow{
		Digest: hex.EncodeToString(l.Digest[:]), Licensee: &l.Licensee, Number: l.Number,
		Source: l.Source, By: l.By, At: stored(l.At), Unseen: l.Unseen,
	}
}

func decodeOwner(owner, text string) (activation.OwnerRecord, error) {
	var r ownerRow
	o := activation.OwnerRecord{Owner: owner}
	err := json.Unmarshal([]byte(text), &r)
	if err == nil {
		o.Active, err = decodeLicense(r.Active)
	}
	if err == nil {
		o.Pending, err = decodeLicense(r.Pending)
	}
	if err != nil {
		return o, fmt.Errorf("sqlstore: the stored record of owner %q can't be read: %w", owner, err)
	}
	c := r.Check
	o.Expected = r.BindTo
	o.Check = activation.CheckRecord{
		LastTry: c.LastTry, LastSuccess: c.LastSuccess, Outcome: c.Outcome, Title: c.Title, Detail: c.Detail,
		Message: c.Message, MessageURL: c.MessageURL, NewLicensee: c.NewLicensee, ETag: c.ETag,
		Failures: c.Failures, Next: c.Next,
	}
	return o, nil
}

func decodeLicense(r *licenseRow) (*activation.StoredLicense, error) {
	if r == nil {
		return nil, nil
	}
	l := &activation.StoredLicense{Number: r.Number, Source: r.Source, By: r.By, At: r.At, Unseen: r.Unseen}
	if r.Licensee != nil {
		l.Licensee = *r.Licensee
	}
	digest, err := hex.DecodeString(r.Digest)
	if err == nil && len(digest) != len(l.Digest) {
		err = fmt.Errorf("the digest has %d bytes, want %d", len(digest), len(l.Digest))
	}
	copy(l.Digest[:], digest)
	return l, err
}

// historyRow is the JSON form of an [activation.HistoryEntry], but for what has
// a column of its own.
type historyRow struct {
	Kind         activation.HistoryKind `json:"kind"`
	Owner        string                 `json:"owner,omitempty"`
	Source       string                 `json:"source,omitempty"`
	From         int64                  `json:"from,omitempty"`
	To           int64                  `json:"to,omitempty"`
	FromLicensee *license.Licensee      `json:"fromLicensee,omitempty"`
	ToLicensee   *license.Licensee      `json:"toLicensee,omitempty"`
	Automatic    bool                   `json:"automatic,omitempty"`
	Changes      []planner.ModuleChange `json:"changes,omitempty"`
}

func encodeHistory(e activation.HistoryEntry) (string, error) {
	texts := []string{string(e.Kind), e.By, e.Owner, e.Source}
	for _, l := range []*license.Licensee{e.FromLicensee, e.ToLicensee} {
		if l != nil {
			texts = append(texts, l.Company, l.Serial)
		}
	}
	for _, c := range e.Changes {
		texts = append(texts, c.Module, c.ReplacedBy)
	}
	if err := checkTexts(texts...); err != nil {
		return "", err
	}
	return jsonText(historyRow{
		Kind: e.Kind, Owner: e.Owner, Source: e.Source, From: e.From, To: e.To,
		FromLicensee: e.FromLicensee, ToLicensee: e.ToLicensee, Automatic: e.Automatic, Changes: e.Changes,
	}), nil
}

func decodeHistory(e *activation.HistoryEntry, text string) error {
	var r historyRow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("sqlstore: history entry %d can't be read: %w", e.ID, err)
	}
	e.Kind, e.Owner, e.Source, e.From, e.To = r.Kind, r.Owner, r.Source, r.From, r.To
	e.FromLicensee, e.ToLicensee, e.Automatic, e.Changes = r.FromLicensee, r.ToLicensee, r.Automatic, r.Changes
	return nil
}

// stored returns an instant as the columns keep it.
func stored(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// jsonText encodes texts and numbers, which always can be.
func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(text)
}
