package activation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// drawInstant is within some months around noon, to the hour.
func drawInstant(r *rapid.T, label string) time.Time {
	return noon.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(r, label)) * time.Hour)
}

func drawOptional(r *rapid.T, label string) *time.Time {
	if rapid.IntRange(0, 2).Draw(r, label+"?") == 0 {
		return nil
	}
	at := drawInstant(r, label)
	return &at
}

func drawLicense(r *rapid.T, number int64) *license.License {
	l := &license.License{
		Number: number, ValidFrom: drawOptional(r, "validFrom"), MaintenanceUntil: drawOptional(r, "maintenance"),
		Expires: drawOptional(r, "expires"),
	}
	if l.Expires == nil {
		return l
	}
	if warn := drawOptional(r, "warnFrom"); warn != nil && !warn.After(*l.Expires) {
		l.WarnFrom = warn
	}
	if grace := drawOptional(r, "graceUntil"); grace != nil && !grace.Before(*l.Expires) {
		l.GraceUntil = grace
	}
	return l
}

func drawStatus(r *rapid.T) *TenantStatus {
	s := &TenantStatus{Recorded: drawInstant(r, "recorded")}
	for _, name := range []string{"acme", "partner"} {
		owner := OwnerStatus{Owner: name, License: drawLicense(r, 6), Number: 6}
		if next := drawOptional(r, "next"); next != nil {
			owner.Check = CheckRecord{Next: *next, Failures: rapid.IntRange(0, 4).Draw(r, "failures")}
		}
		if waiting := rapid.SampledFrom([]Waiting{"none", "", WaitingBlocked, WaitingPolicy, WaitingNotYetValid}).Draw(r, "waiting"); waiting != "none" {
			offered := drawLicense(r, 7)
			if waiting == WaitingNotYetValid && offered.ValidFrom == nil {
				offered.ValidFrom = &noon
			}
			owner.Pending = &Preview{Owner: name, Waiting: waiting, At: noon, License: offered, Plan: &planner.Plan{To: 7}}
		}
		s.Owners = append(s.Owners, owner)
	}
	return s
}

// said is what must not change between two looks: all but the figures.
func said(items []attention.Item) []string {
	var list []string
	for _, i := range items {
		list = append(list, fmt.Sprint(i.Severity, " ", i.Code, " ", i.Owner, " ", i.Module, " ", i.Number))
	}
	return list
}

// Nothing begins, ends or becomes more severe between a look and the next one by
// time alone, so that everything is told when it is so; and what has ended by
// time does not begin again.
func TestNothingTurnsBetweenLooks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawStatus(r)
		clock := drawInstant(r, "clock")
		ended, is := map[string]bool{}, said(s.Attention(clock))
		for range 40 {
			next := s.nextLook(notes{}, effective(clock, s.Recorded))
			between := []time.Time{drawInstant(r, "before")}
			if !next.IsZero() {
				part := next.Sub(clock) / time.Duration(rapid.IntRange(2, 9).Draw(r, "part"))
				between = []time.Time{clock.Add(part), next.Add(-time.Millisecond)}
			}
			for _, before := range between {
				if before.After(clock) {
					require.Equal(t, is, said(s.Attention(before)), "between %v and %v, at %v", clock, next, before)
				}
			}
			if next.IsZero() {
				return
			}
			was := is
			clock, is = next, said(s.Attention(next))
			for _, item := range was {
				ended[item] = ended[item] || !slices.Contains(is, item)
			}
			for _, item := range is {
				require.False(t, ended[item], "%s again at %v", item, clock)
			}
		}
		t.Error("there are more turns than dates")
	})
}

var seatCodes = []attention.Code{attention.SeatsNearlyFull, attention.SeatsFull, attention.SeatsOverdraft}

// Whatever comes and goes, each beginning and end is told once, nothing about
// seats ends within a day, and what the notes say survives being kept.
func TestNotes(t *testing.T) {
	codes := append(slices.Clone(seatCodes), attention.SourceFailing, attention.ExpiresSoon)
	rapid.Check(t, func(r *rapid.T) {
		var kept string
		knows := map[attention.Code]attention.Severity{}
		gone := map[attention.Code]time.Time{} // when it was first missing
		now := noon
		for range rapid.IntRange(1, 40).Draw(r, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(r, "hours")) * time.Hour)
			var items []attention.Item
			for _, code := range codes {
				if severity := rapid.SampledFrom([]attention.Severity{"", "", attention.Info, attention.Critical}).Draw(r, string(code)); severity != "" {
					items = append(items, attention.Item{Code: code, Severity: severity})
				}
			}
			for _, code := range codes {
				there := slices.ContainsFunc(items, func(i attention.Item) bool {
					return i.Code == code || i.Code == attention.SeatsFull && code == attention.SeatsNearlyFull
				})
				if there {
					delete(gone, code)
				} else if gone[code].IsZero() {
					gone[code] = now
				}
			}
			n := readNotes(kept)
			n.see(items, now)
			began, ended := n.untold(items)
			if rapid.IntRange(0, 3).Draw(r, "host") > 0 {
				n.told(began, ended)
				for _, item := range began {
					require.True(t, item.Severity.Above(knows[item.Code]), "%s is known", item.Code)
					knows[item.Code] = item.Severity
				}
				for _, item := range ended {
					require.NotEmpty(t, knows[item.Code], "%s is not known", item.Code)
					require.NotZero(t, gone[item.Code], "%s is there", item.Code)
					if slices.Contains(seatCodes, item.Code) {
						require.GreaterOrEqual(t, now.Sub(gone[item.Code]), day)
					}
					delete(knows, item.Code)
				}
				for _, item := range items {
					full := knows[attention.SeatsFull] != "" && item.Code == attention.SeatsNearlyFull
					require.True(t, full || !item.Severity.Above(knows[item.Code]), "%s was not told", item.Code)
				}
				for code := range knows {
					settles := slices.Contains(seatCodes, code) && now.Sub(gone[code]) < day
					require.True(t, settles || gone[code].IsZero(), "the end of %s was not told", code)
				}
			}
			n.forget()
			kept = n.text()
			require.Less(t, len(kept), 64<<10)
		}
	})
}

func TestNotesHaveALimit(t *testing.T) {
	var n notes
	var items []attention.Item
	for i := range int64(maxNotes + 1) {
		items = append(items, attention.Item{Code: attention.SeatsFull, Severity: attention.Info, Module: fmt.Sprintf("%0127d", i)})
	}
	began, _ := n.see(items, noon)
	assert.Len(t, began, maxNotes)
	assert.Less(t, len(n.text()), 64<<10)
	began, ended := n.see(items[1:], noon)
	assert.Empty(t, began)
	assert.Empty(t, ended)
	_, ended = n.see(items[1:], noon.Add(day))
	assert.Len(t, ended, 1)
	assert.Empty(t, readNotes("{"))
}

// What has become more severe begins once more, and what is less is no news.
func TestNotesOfSeverity(t *testing.T) {
	item := func(code attention.Code, severity attention.Severity) []attention.Item {
		return []attention.Item{{Code: code, Severity: severity}}
	}
	var n notes
	for _, step := range []struct {
		severity attention.Severity
		want     int
	}{{attention.Info, 1}, {attention.Critical, 1}, {attention.Warning, 0}, {attention.Critical, 0}} {
		began, _ := n.see(item(attention.ExpiresSoon, step.severity), noon)
		assert.Len(t, began, step.want, step.severity)
	}

	n = notes{}
	full, nearly := item(attention.SeatsFull, attention.Info), item(attention.SeatsNearlyFull, attention.Info)
	n.see(full, noon)
	began, ended := n.untold(full)
	n.told(began, ended)
	n.see(nearly, noon)
	began, _ = n.untold(nearly)
	assert.Empty(t, began, "it was full a moment ago")
	n.see(nearly, noon.Add(day))
	began, ended = n.untold(nearly)
	assert.Equal(t, []int{1, 1}, []int{len(began), len(ended)})
	assert.Equal(t, noon, nearly[0].Since)
}
