package sqlstore

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// ownerRow is the JSON form of an [activation.OwnerRecord]. Members are added,
// never renamed, because rows of earlier versions are read forever. An earlier
// version knows one offer, the first. It loses members that it does not know
// when it writes the row, and then asks its source again. Its check had a
// member "etag". That is not read, because it does not say which license it
// belongs to.
type ownerRow struct {
	BindTo  planner.Expected          `json:"bindTo,omitzero"`
	Before  *planner.Expected         `json:"before,omitempty"`
	Active  *licenseRow               `json:"active,omitempty"`
	Pending *licenseRow               `json:"pending,omitempty"`
	Others  []*licenseRow             `json:"others,omitempty"`
	Check   activation.CheckRecord    `json:"check"`
	Settled time.Time                 `json:"settled,omitzero"`
	Raised  []activation.RaisedNumber `json:"raised,omitempty"`
}

type licenseRow struct {
	Digest    string               `json:"digest"`
	Licensee  *license.Licensee    `json:"licensee"`
	Number    int64                `json:"number"`
	Source    string               `json:"source,omitempty"`
	By        string               `json:"by,omitempty"`
	At        time.Time            `json:"at,omitzero"`
	Unseen    bool                 `json:"unseen,omitempty"`
	ETag      string               `json:"etag,omitempty"`
	Begins    time.Time            `json:"begins,omitzero"`
	Offered   time.Time            `json:"offered,omitzero"`
	Withdrawn time.Time            `json:"withdrawn,omitzero"`
	Selected  []chosenRow          `json:"selected,omitempty"`
	Schedule  *activation.Schedule `json:"schedule,omitempty"`
}

func encodeOwner(o activation.OwnerRecord) (string, error) {
	check := o.Check
	for _, at := range []*time.Time{&check.LastTry, &check.LastSuccess, &check.Next} {
		*at = stored(*at)
	}
	if check.Refused != nil {
		refused := *check.Refused
		for _, at := range []*time.Time{&refused.At, &refused.IssuedAt, &refused.ValidFrom, &refused.Expires, &refused.GraceUntil} {
			*at = stored(*at)
		}
		check.Refused = &refused
	}
	row := ownerRow{
		BindTo: o.Expected, Before: o.Before, Active: encodeLicense(o.Active), Check: check, Settled: stored(o.Settled), Raised: o.Raised,
	}
	for i := range o.Pending {
		row.Others = append(row.Others, encodeLicense(&o.Pending[i]))
	}
	if len(row.Others) > 0 {
		row.Pending, row.Others = row.Others[0], row.Others[1:]
	}
	text, err := json.Marshal(row)
	if err != nil {
		return "", fmt.Errorf("sqlstore: the record of owner %q can't be stored: %w", o.Owner, err)
	}
	return string(text), nil
}

func encodeLicense(l *activation.StoredLicense) *licenseRow {
	if l == nil {
		return nil
	}
	row := &licenseRow{
		Digest: hex.EncodeToString(l.Digest[:]), Licensee: &l.Licensee, Number: l.Number,
		Source: l.Source, By: l.By, At: stored(l.At), Unseen: l.Unseen,
		ETag: l.ETag, Begins: stored(l.Begins), Offered: stored(l.Offered), Withdrawn: stored(l.Withdrawn), Selected: encodeSelection(l.Selected),
	}
	if l.Schedule != nil {
		schedule := *l.Schedule
		schedule.At = stored(schedule.At)
		row.Schedule = &schedule
	}
	return row
}

// chosenRow is one choice for holders that follow each other in a selection:
// the module that they lose, or that becomes another one. Every operation reads
// the record, and this form is several times as fast as an object for each
// holder.
type chosenRow struct {
	Module  string   `json:"module"`
	To      string   `json:"to,omitempty"`
	Holders []string `json:"holders"`
}

func encodeSelection(s planner.Selection) (rows []chosenRow) {
	add := func(holder, module, to string) {
		if last := len(rows) - 1; last < 0 || rows[last].Module != module || rows[last].To != to {
			rows = append(rows, chosenRow{Module: module, To: to})
		}
		last := &rows[len(rows)-1]
		last.Holders = append(last.Holders, holder)
	}
	for _, a := range s.Releases {
		add(a.Holder, a.Module, "")
	}
	for _, w := range s.Switches {
		add(w.Holder, w.From, w.To)
	}
	return rows
}

func decodeSelection(rows []chosenRow) (s planner.Selection) {
	for _, row := range rows {
		for _, holder := range row.Holders {
			if row.To == "" {
				s.Releases = append(s.Releases, seat.Assignment{Holder: holder, Module: row.Module})
			} else {
				s.Switches = append(s.Switches, seat.Swap{Holder: holder, From: row.Module, To: row.To})
			}
		}
	}
	return s
}

func decodeOwner(owner, text string) (activation.OwnerRecord, error) {
	var r ownerRow
	o := activation.OwnerRecord{Owner: owner}
	err := json.Unmarshal([]byte(text), &r)
	if err == nil {
		o.Active, err = decodeLicense(r.Active)
	}
	for _, row := range append([]*licenseRow{r.Pending}, r.Others...) {
		if err != nil || row == nil {
			continue
		}
		var pending *activation.StoredLicense
		if pending, err = decodeLicense(row); err == nil {
			o.Pending = append(o.Pending, *pending)
		}
	}
	if err != nil {
		return activation.OwnerRecord{Owner: owner}, fmt.Errorf("sqlstore: the stored record of owner %q can't be read: %w", owner, err)
	}
	o.Expected, o.Before, o.Check = r.BindTo, r.Before, r.Check
	o.Settled, o.Raised = r.Settled, r.Raised
	return o, nil
}

func decodeLicense(r *licenseRow) (*activation.StoredLicense, error) {
	if r == nil {
		return nil, nil
	}
	l := &activation.StoredLicense{
		Number: r.Number, Source: r.Source, By: r.By, At: r.At, Unseen: r.Unseen,
		ETag: r.ETag, Begins: r.Begins, Offered: r.Offered, Withdrawn: r.Withdrawn, Selected: decodeSelection(r.Selected), Schedule: r.Schedule,
	}
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

// historyRow is the JSON form of an [activation.HistoryEntry], without what has
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

// jsonText encodes texts and numbers, which never fails.
func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(text)
}

func commaSeparated(list []int64) string { return strings.Trim(jsonText(list), "[]") }
