package license_test

import (
	"slices"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
)

func TestStateAt(t *testing.T) {
	day := func(n int) *time.Time {
		instant := time.Date(2026, time.January, n, 0, 0, 0, 0, time.UTC)
		return &instant
	}
	type at struct {
		day    *time.Time
		before license.State // a nanosecond before
		then   license.State
	}
	for _, test := range []struct {
		name    string
		license license.License
		want    []at
	}{
		{"nothing", license.License{}, []at{{day(1), license.Active, license.Active}}},
		{
			"everything",
			license.License{ValidFrom: day(2), WarnFrom: day(3), Expires: day(4), GraceUntil: day(5)},
			[]at{
				{day(2), license.NotYetValid, license.Active},
				{day(3), license.Active, license.Warning},
				{day(4), license.Warning, license.Grace},
				{day(5), license.Grace, license.Lapsed},
				{day(9), license.Lapsed, license.Lapsed},
			},
		},
		{"start only", license.License{ValidFrom: day(2)}, []at{{day(2), license.NotYetValid, license.Active}}},
		{"end only", license.License{Expires: day(4)}, []at{{day(4), license.Active, license.Lapsed}}},
		{
			"no grace",
			license.License{WarnFrom: day(3), Expires: day(4)},
			[]at{{day(3), license.Active, license.Warning}, {day(4), license.Warning, license.Lapsed}},
		},
		{
			"no warning",
			license.License{Expires: day(4), GraceUntil: day(5)},
			[]at{{day(4), license.Active, license.Grace}, {day(5), license.Grace, license.Lapsed}},
		},
		{
			"grace of no length",
			license.License{Expires: day(4), GraceUntil: day(4)},
			[]at{{day(4), license.Active, license.Lapsed}},
		},
		{
			"warning of no length",
			license.License{WarnFrom: day(4), Expires: day(4), GraceUntil: day(5)},
			[]at{{day(4), license.Active, license.Grace}},
		},
		{
			"starts in its grace",
			license.License{ValidFrom: day(5), WarnFrom: day(3), Expires: day(4), GraceUntil: day(6)},
			[]at{
				{day(3), license.NotYetValid, license.NotYetValid},
				{day(5), license.NotYetValid, license.Grace},
				{day(6), license.Grace, license.Lapsed},
			},
		},
		{"warning without end", license.License{WarnFrom: day(3)}, []at{{day(3), license.Active, license.Active}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, want := range test.want {
				if got := test.license.StateAt(want.day.Add(-1)); got != want.before {
					t.Errorf("before day %d: %s, want %s", want.day.Day(), got, want.before)
				}
				elsewhere := want.day.In(time.FixedZone("", 3600))
				if got := test.license.StateAt(elsewhere); got != want.then {
					t.Errorf("on day %d: %s, want %s", want.day.Day(), got, want.then)
				}
			}
		})
	}
}

func TestEnd(t *testing.T) {
	expires, grace := time.Unix(0, 0), time.Unix(1, 0)
	for _, test := range []struct {
		name    string
		license license.License
		end     time.Time
		ends    bool
	}{
		{"never", license.License{}, time.Time{}, false},
		{"at its expiry", license.License{Expires: &expires}, expires, true},
		{"after its grace", license.License{Expires: &expires, GraceUntil: &grace}, grace, true},
	} {
		if end, ends := test.license.End(); !end.Equal(test.end) || ends != test.ends {
			t.Errorf("%s: %v %v, want %v %v", test.name, end, ends, test.end, test.ends)
		}
	}
}

func TestCovers(t *testing.T) {
	until := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	maintained := license.License{MaintenanceUntil: &until}
	for _, test := range []struct {
		name    string
		license license.License
		builtAt time.Time
		want    bool
	}{
		{"maintenance without an end", license.License{}, until.AddDate(100, 0, 0), true},
		{"before its end", maintained, until.Add(-1), true},
		{"at its end", maintained, until.In(time.FixedZone("", 3600)), true},
		{"after its end", maintained, until.Add(1), false},
		{"at no known instant", maintained, time.Time{}, true},
	} {
		if got := test.license.Covers(test.builtAt); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// FuzzStateAt: whatever the instants are, a license goes through its states in
// their order and never back, and is lapsed from its end on.
func FuzzStateAt(f *testing.F) {
	const year0, year10000 = -62167219200, 253402300800
	f.Add(int64(0), int64(10), int64(20), int64(30), int64(40), uint8(0))
	f.Add(int64(year0), int64(year0), int64(year10000-1), int64(year10000-1), int64(year10000-1), uint8(15))
	f.Add(int64(year10000-1), int64(3), int64(2), int64(1), int64(year0), uint8(5))
	order := []license.State{license.NotYetValid, license.Active, license.Warning, license.Grace, license.Lapsed}
	f.Fuzz(func(t *testing.T, validFrom, warnFrom, expires, graceUntil, now int64, missing uint8) {
		at := func(seconds int64) time.Time {
			return time.Unix(year0+int64(uint64(seconds-year0)%(year10000-year0)), 0).UTC()
		}
		l := &license.License{
			Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Company: "c", Serial: "s"},
			Number: 1, IssuedAt: at(now), Modules: []license.Module{},
		}
		for i, field := range []struct {
			to      **time.Time
			seconds int64
		}{{&l.ValidFrom, validFrom}, {&l.WarnFrom, warnFrom}, {&l.Expires, expires}, {&l.GraceUntil, graceUntil}} {
			if missing>>i&1 == 0 {
				instant := at(field.seconds)
				*field.to = &instant
			}
		}
		document, err := l.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if l, err = license.Parse(document); err != nil {
			return // the instants are in the wrong order
		}
		last := -1
		for _, instant := range []time.Time{at(year0).Add(-2), at(now).Add(-1), at(now), at(now).Add(1), at(year10000 - 1).Add(2)} {
			state := l.StateAt(instant)
			step := slices.Index(order, state)
			if step < last {
				t.Errorf("%s at %v follows %s", state, instant, order[last])
			}
			last = step
			if end, ends := l.End(); (state == license.Lapsed) != (ends && !instant.Before(end)) && state != license.NotYetValid {
				t.Errorf("%s at %v, and the end is %v", state, instant, end)
			}
		}
	})
}
