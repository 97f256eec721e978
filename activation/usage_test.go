package activation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// monday is the day on which the stories begin.
var monday = today.Truncate(day)

// sampled stores samples of a module from a day on, a day each; below 0 is none.
func (s *stage) sampled(module string, from time.Time, capacity, overdraft int64, inUse ...int64) {
	s.Helper()
	require.NoError(s, s.store.Update(s.Context(), "tenant-42", func(w activation.Writer) error {
		for i, n := range inUse {
			sample := activation.Sample{Day: from.AddDate(0, 0, i), Module: module, InUse: n, Capacity: capacity, Overdraft: overdraft}
			if n < 0 {
				continue
			}
			if err := w.PutSamples(s.Context(), sample); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (s *stage) usage(from, to time.Time) *activation.Usage {
	s.Helper()
	used, err := s.crm.Usage(s.Context(), from, to)
	require.NoError(s, err)
	return used
}

func TestUsage(t *testing.T) {
	s := newStage(t)
	s.begin(acme(7, func(l *license.License) { l.Modules, l.Modules[1].Includes = l.Modules[1:3], []string{"user"} }), 1)
	s.sampled("acme.plan", monday, 5, 2, 1, 3, 4, -1, 5, 6, 5)
	s.sampled("acme.plan", monday.AddDate(0, 0, 7), 3, 0, 9) // after the end of the period
	s.sampled("acme.gone", monday, 1, 0, 1)                  // the module is not licensed any more
	s.sampled("acme-labs.lab", monday, 10, 0, 0)             // the owner has no license any more

	want := &activation.Usage{
		Tenant: "tenant-42", From: monday, To: monday.AddDate(0, 0, 6), Days: 7, At: today,
		Owners: []activation.OwnerUsage{
			{
				Owner: "acme", Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"}, Number: 7,
				Modules: []activation.ModuleUsage{
					{Module: "acme.gone", Days: 1, Peak: 1, PeakDay: monday, SeatDays: 1, Average: 1, Capacity: 1, Full: 1},
					{
						Module: "acme.plan", Days: 6, Peak: 6, PeakDay: monday.AddDate(0, 0, 5), SeatDays: 24, Average: 4, Capacity: 5,
						Full: 3, Overdraft: 4, OverdraftPeak: 3, OverdraftSeatDays: 8,
					},
					{Module: "acme.user", Hidden: true},
				},
			},
			{Owner: "acme-labs", Modules: []activation.ModuleUsage{{Module: "acme-labs.lab", Days: 1, Capacity: 10}}},
		},
	}
	// Whatever the time of the day is, and wherever it is said.
	kiritimati := time.FixedZone("UTC+14", 14*60*60)
	got := s.usage(monday.Add(23*time.Hour), want.To.Add(9*time.Hour).In(kiritimati))
	assert.Empty(t, cmp.Diff(want, got))

	var written bytes.Buffer
	require.NoError(t, got.WriteCSV(&written))
	assert.Equal(t, `tenant,owner,serial,module,hidden,from,to,days,sampled,peak,peak_day,seat_days,average,capacity,full,overdraft,overdraft_peak,overdraft_seat_days,wished,wished_peak
tenant-42,acme,S-1,acme.gone,false,2026-06-01,2026-06-07,7,1,1,2026-06-01,1,1.00,1,1,0,0,0,0,0
tenant-42,acme,S-1,acme.plan,false,2026-06-01,2026-06-07,7,6,6,2026-06-06,24,4.00,5,3,4,3,8,0,0
tenant-42,acme,S-1,acme.user,true,2026-06-01,2026-06-07,7,0,0,,0,0.00,0,0,0,0,0,0,0
tenant-42,acme-labs,,acme-labs.lab,false,2026-06-01,2026-06-07,7,1,0,,0,0.00,10,0,0,0,0,0,0
`, written.String())

	document, err := json.Marshal(got)
	require.NoError(t, err)
	var again activation.Usage
	require.NoError(t, json.Unmarshal(document, &again))
	assert.Empty(t, cmp.Diff(want, &again))
}

// TestUsageOfDueChecks lets the engine take the samples, before and after the
// customer uses what was not bought.
func TestUsageOfDueChecks(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1, func(l *license.License) { l.Modules[1].Overdraft = 1 }), 3)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	_, err := s.crm.As("eva").Admit(t.Context(), seat.Holder{ID: "u4", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}})
	require.NoError(t, err)
	wanted := users(6) // two more than there are seats
	for i := range wanted {
		wanted[i].Assigned = []string{"acme.plan"}
	}
	_, err = s.crm.As("night").Sync(t.Context(), presenting(nil, wanted...), activation.SyncOptions{Modules: []string{"acme.plan"}})
	require.NoError(t, err)
	s.clock.add(3 * day) // nothing is sampled on two of these days
	require.NoError(t, s.engine.RenewDue(t.Context()))

	got := s.usage(today, s.clock.read()).Owners[0].Modules[1]
	assert.Empty(t, cmp.Diff(activation.ModuleUsage{
		Module: "acme.plan", Days: 2, Peak: 4, PeakDay: monday.Add(3 * day), SeatDays: 7, Average: 3.5, Capacity: 4,
		Full: 1, Overdraft: 1, OverdraftPeak: 1, OverdraftSeatDays: 1, Wished: 1, WishedPeak: 2,
	}, got))
	assert.Empty(t, s.usage(today.AddDate(-1, 0, 0), today.Add(-day)).Owners[0].Modules[1].Days)
}

func TestUsageOfNothing(t *testing.T) {
	s := newStage(t)
	assert.Equal(t, []activation.OwnerUsage{}, s.usage(today, today).Owners)
}

func TestUsageRefused(t *testing.T) {
	s := newStage(t)
	for _, test := range []struct {
		to   time.Time
		said string
	}{
		{today.Add(-day), "a period of 0 days, from 2026-06-01 to 2026-05-31"},
		{today.AddDate(0, 0, activation.MaxUsageDays), "a period of 3661 days, from 2026-06-01 to 2036-06-08"},
		{today.AddDate(2000, 0, 0), "a period of 106752 days, from 2026-06-01 to 4026-06-01"},
	} {
		_, err := s.crm.Usage(t.Context(), today, test.to)
		require.ErrorIs(t, err, activation.ErrInvalid)
		require.ErrorContains(t, err, test.said)
	}
	s.usage(today, today.AddDate(0, 0, activation.MaxUsageDays-1))
}

// TestUsageCounts compares the figures with what is plain to see in a list.
func TestUsageCounts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t)
		length := rapid.IntRange(1, 230).Draw(r, "days")
		bought, overdraft := rapid.Int64Range(0, 5).Draw(r, "bought"), rapid.Int64Range(0, 3).Draw(r, "overdraft")
		inUse := rapid.SliceOfN(rapid.Int64Range(-1, 9), length, length).Draw(r, "in use")
		s.sampled("acme.plan", monday, bought+overdraft, overdraft, inUse...)
		first := rapid.IntRange(0, length-1).Draw(r, "first")
		last := rapid.IntRange(first, length-1).Draw(r, "last")

		want := activation.ModuleUsage{Module: "acme.plan"}
		for i, n := range inUse[first : last+1] {
			if n < 0 {
				continue
			}
			want.Days, want.SeatDays, want.Capacity = want.Days+1, want.SeatDays+n, bought+overdraft
			if n > want.Peak {
				want.Peak, want.PeakDay = n, monday.AddDate(0, 0, first+i)
			}
			if n >= bought+overdraft {
				want.Full++
			}
			if n > bought {
				want.Overdraft, want.OverdraftSeatDays = want.Overdraft+1, want.OverdraftSeatDays+n-bought
				want.OverdraftPeak = max(want.OverdraftPeak, n-bought)
			}
		}
		if want.Days > 0 {
			want.Average = math.Round(float64(want.SeatDays)*100/float64(want.Days)) / 100
		}
		got := activation.ModuleUsage{Module: "acme.plan"}
		for _, owner := range s.usage(monday.AddDate(0, 0, first), monday.AddDate(0, 0, last)).Owners {
			got = owner.Modules[0]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestUsageSigned(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.sampled("partner.lab", monday, 10, 0, 4)
	used := s.usage(today, today)
	require.Len(t, used.Owners, 2)
	report, err := used.Sign("ACME", spareKey)
	require.NoError(t, err)
	require.Len(t, used.Owners, 2, "it is as it was")

	document, err := signed.OpenReport(report, public(spareKey))
	require.NoError(t, err)
	assert.NotContains(t, string(document), "partner", "an owner does not learn of others")
	var read activation.Usage
	require.NoError(t, json.Unmarshal(document, &read))
	used.Owners = used.Owners[:1]
	assert.Empty(t, cmp.Diff(used, &read))

	_, err = used.Sign("nobody", spareKey)
	require.ErrorIs(t, err, activation.ErrInvalid)
	_, err = used.Sign("acme", nil)
	require.Error(t, err)
}

// TestUsageIsNoFormula: a spreadsheet computes nothing of what others wrote.
func TestUsageIsNoFormula(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"} {
		used := activation.Usage{Owners: []activation.OwnerUsage{{
			Owner: "acme", Licensee: license.Licensee{Serial: text}, Modules: []activation.ModuleUsage{{Module: "acme.plan", Unrestricted: true}},
		}}}
		var written bytes.Buffer
		require.NoError(t, used.WriteCSV(&written))
		assert.Contains(t, written.String(), fmt.Sprintf("'%s", text))
	}
}

func TestUsageNotWritten(t *testing.T) {
	require.ErrorIs(t, (&activation.Usage{}).WriteCSV(fullDisk{}), errFull)
}
