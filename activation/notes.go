package activation

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
)

const (
	// seatsSettle is how long it is not so any more until something about seats is
	// over. They come and go all day, and nobody wants to hear of each.
	seatsSettle = day
	// maxNotes is how many items of a tenant are noted, the most severe first.
	// Items beyond it are in the status, and nobody is told of them.
	maxNotes = 100
)

// notes is what the engine has noted of what needs attention in a tenant, so
// that it is known since when, and the host is told of each item once. It is kept
// as a text, [TenantRecord.Notes].
type notes struct {
	Open []note `json:"open,omitempty"`
	// Drift is what the last Verify found, made at Verified.
	Drift    map[DriftCode]int64 `json:"drift,omitempty"`
	Verified time.Time           `json:"verified,omitzero"`
	// Wishes says whether there are unmet wishes, and whether some of them wait.
	Wishes string `json:"wishes,omitempty"`
}

// note is an item that has begun, and is not over or was not told to be.
type note struct {
	subject
	// Severity is the most that was seen, and Told the most that the host was told
	// of, empty for nothing.
	Severity attention.Severity `json:"severity"`
	Told     attention.Severity `json:"told,omitempty"`
	Since    time.Time          `json:"since"`
	// Gone is the look since which it was not seen, zero while it is there. Over is
	// true once it has ended and the host is still to be told.
	Gone time.Time `json:"gone,omitzero"`
	Over bool      `json:"over,omitempty"`
}

// subject is what an item is about.
type subject struct {
	Code   attention.Code `json:"code"`
	Owner  string         `json:"owner,omitempty"`
	Module string         `json:"module,omitempty"`
	Number int64          `json:"number,omitempty"`
}

func subjectOf(item attention.Item) subject {
	return subject{Code: item.Code, Owner: item.Owner, Module: item.Module, Number: item.Number}
}

// readNotes reads what was noted. Notes that can't be read count as none, which
// costs a repeated message.
func readNotes(text string) (n notes) {
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return notes{}
	}
	return n
}

func (n notes) text() string {
	if len(n.Open) == 0 && len(n.Drift) == 0 && n.Wishes == "" {
		return ""
	}
	text, err := json.Marshal(n)
	if err != nil {
		return "" // an instant beyond the year 9999, which JSON can't have
	}
	return string(text)
}

// of returns what is noted of an item, nil if nothing is.
func (n notes) of(item attention.Item) *note {
	of := subjectOf(item)
	i := slices.IndexFunc(n.Open, func(o note) bool { return o.subject == of })
	if i < 0 {
		return nil
	}
	return &n.Open[i]
}

// see notes the items that there are at an instant, fills in since when where
// only the notes know, and returns which have begun or become more severe, and
// which are over.
func (n *notes) see(items []attention.Item, now time.Time) (began, ended []attention.Item) {
	gone := make(map[subject]bool)
	for _, o := range n.Open {
		gone[o.subject] = true
	}
	for i, item := range items {
		known := n.of(item)
		if known == nil {
			if len(n.Open) >= maxNotes {
				continue
			}
			n.Open = append(n.Open, note{subject: subjectOf(item), Since: item.Since})
			known = &n.Open[len(n.Open)-1]
			if known.Since.IsZero() {
				known.Since = now
			}
		}
		if item.Since.IsZero() {
			items[i].Since = known.Since
		}
		if item.Severity.Above(known.Severity) {
			known.Severity = item.Severity
			began = append(began, items[i])
		}
		for _, there := range []*note{known, n.lesser(item)} {
			if there != nil {
				there.Gone, there.Over = time.Time{}, false
				delete(gone, there.subject)
			}
		}
	}
	for i := range n.Open {
		o := &n.Open[i]
		if gone[o.subject] && o.Gone.IsZero() {
			o.Gone = now
		}
		if gone[o.subject] && !o.Over && !now.Before(o.ends()) {
			o.Over = true
			ended = append(ended, o.item())
		}
	}
	return began, ended
}

func (o note) item() attention.Item {
	return attention.Item{
		Code: o.Code, Severity: o.Severity, Owner: o.Owner, Module: o.Module, Number: o.Number, Since: o.Since,
	}
}

// ends is when an item is over that is gone and does not come again.
func (o note) ends() time.Time {
	switch o.Code {
	case attention.SeatsNearlyFull, attention.SeatsFull, attention.SeatsOverdraft, attention.WishesUnmet:
		return o.Gone.Add(seatsSettle)
	}
	return o.Gone
}

// lesser returns what is noted of something that an item includes: what is full
// is nearly full too. It is nil if nothing is.
func (n notes) lesser(item attention.Item) *note {
	if item.Code != attention.SeatsFull {
		return nil
	}
	item.Code = attention.SeatsNearlyFull
	return n.of(item)
}

// untold returns what the host is to be told of, of the items that there are. It
// is not told that a module is nearly full while it knows that it is full.
func (n notes) untold(items []attention.Item) (began, ended []attention.Item) {
	for _, item := range items {
		if known := n.of(item); known != nil && item.Severity.Above(known.Told) && !n.isWorse(item) {
			began = append(began, item)
		}
	}
	for _, o := range n.Open {
		if o.Over && o.Told != "" {
			ended = append(ended, o.item())
		}
	}
	return began, ended
}

func (n notes) isWorse(item attention.Item) bool {
	if item.Code != attention.SeatsNearlyFull {
		return false
	}
	item.Code = attention.SeatsFull
	full := n.of(item)
	return full != nil && full.Told != "" && !full.Over
}

// told notes that the host knows.
func (n *notes) told(began, ended []attention.Item) {
	for _, item := range began {
		if known := n.of(item); known != nil {
			known.Told = item.Severity
		}
	}
	for _, item := range ended {
		if known := n.of(item); known != nil {
			known.Told = ""
		}
	}
	n.forget()
}

// forget drops what is over, unless the host is still to be told.
func (n *notes) forget() {
	n.Open = slices.DeleteFunc(n.Open, func(o note) bool { return o.Over && o.Told == "" })
}
