package activation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seatwright/seatwright/license"
)

func TestNextCheck(t *testing.T) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	asks := func(wait time.Duration) *license.License {
		at := now.Add(wait)
		return &license.License{NextCheck: &at}
	}
	begins := func(waits ...time.Duration) (begins []time.Time) {
		for _, wait := range waits {
			begins = append(begins, now.Add(wait))
		}
		return begins
	}
	ends := func(l *license.License, expires, warns, grace time.Duration) *license.License {
		for _, instant := range []struct {
			at *time.Duration
			to **time.Time
		}{{&expires, &l.Expires}, {&warns, &l.WarnFrom}, {&grace, &l.GraceUntil}} {
			if *instant.at != 0 {
				at := now.Add(*instant.at)
				*instant.to = &at
			}
		}
		return l
	}
	const hour, day = time.Hour, 24 * time.Hour
	tests := []struct {
		name string
		checked
		want time.Duration
	}{
		{"nothing is known", checked{}, day},
		{"a license without a next check", checked{active: &license.License{}}, day},
		{"of the license", checked{active: asks(3 * day)}, 3 * day},
		{"of the license, soon", checked{active: asks(hour)}, hour},
		{"of the license, over", checked{active: asks(-hour)}, day},
		{"of the license, now", checked{active: asks(0)}, day},
		{"spread, downwards", checked{random: 0.9999999}, day - day/10},
		{"spread, downwards, half of it", checked{random: 0.5}, day - day/20},
		{"spread of a short wait", checked{failures: 1, random: 0.9999999}, 13*time.Minute + 30*time.Second},
		{"spread of a long wait is a day", checked{active: asks(20 * day), random: 0.9999999}, 19 * day},
		{"first problem", checked{failures: 1}, 15 * time.Minute},
		{"second problem", checked{failures: 2}, 30 * time.Minute},
		{"seventh problem", checked{failures: 7}, 16 * hour},
		{"eighth problem", checked{failures: 8}, day},
		{"many problems", checked{failures: 1 << 30}, day},
		{"problems do not ask the license", checked{failures: 1, active: asks(3 * day)}, 15 * time.Minute},
		{"asked to wait", checked{failures: 1, retryAfter: 2 * hour}, 2 * hour},
		{"asked to wait less", checked{failures: 3, retryAfter: time.Minute}, hour},
		{"asked to wait for a day", checked{failures: 1, retryAfter: day}, day},
		{"asked to wait for more than a day", checked{failures: 1, retryAfter: 36 * hour}, day},
		{"of the license, in a month", checked{active: asks(29 * day)}, 29 * day},
		{"of the license, in years", checked{active: asks(4000 * day)}, 30 * day},
		{"of the license, in the year 9999", checked{active: asks(1 << 62)}, 30 * day},
		{"asked to wait for ever", checked{failures: 1, retryAfter: 1 << 62}, day},
		{"of the license, in years, long before its end", checked{active: ends(asks(4000*day), 5000*day, 0, 0)}, 30 * day},
		{"to where it warns", checked{active: ends(asks(25*day), 20*day, 10*day, 0)}, 10 * day},
		{"daily where it warns", checked{active: ends(asks(25*day), 20*day, -day, 0)}, day},
		{"daily a month before its end", checked{active: ends(asks(25*day), 20*day, 0, 0)}, day},
		{"to a month before its end", checked{active: ends(asks(28*day), 40*day, 0, 0)}, 10 * day},
		{"daily a month before its end, grace or not", checked{active: ends(asks(25*day), 20*day, 0, 60*day)}, day},
		{"a warning without an expiry is none", checked{active: ends(asks(25*day), 0, -day, 0)}, 25 * day},
		{"sooner, in its last days", checked{active: ends(asks(hour), 20*day, 0, 0)}, hour},
		{"daily after its end", checked{active: ends(asks(25*day), -day, 0, 0)}, day},
		{"a pending offer begins", checked{active: asks(3 * day), begins: begins(2 * hour)}, 2 * hour},
		{"a pending offer begins, spread or not", checked{begins: begins(20 * hour), random: 0.9}, 20 * hour},
		{"of two that begin, the first", checked{begins: begins(9*hour, 2*hour)}, 2 * hour},
		{"a pending offer begins later", checked{begins: begins(3 * day)}, day},
		{"a pending offer has begun", checked{begins: begins(-hour)}, day},
		{"a pending offer begins, problem or not", checked{failures: 8, begins: begins(hour)}, hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.now = now
			assert.WithinDuration(t, now.Add(test.want), test.next(), time.Second)
			least := test.checked
			least.random = 0
			assert.False(t, test.next().After(least.next()), "chance makes it earlier, never later")
		})
	}
}

func TestEffective(t *testing.T) {
	clock := time.Date(2026, 6, 1, 9, 0, 0, 0, time.FixedZone("", 7200))
	tests := []struct {
		name   string
		newest time.Time
		want   time.Time
	}{
		{"nothing is recorded", time.Time{}, clock},
		{"the past", clock.Add(-time.Hour), clock},
		{"5 minutes ahead are tolerated", clock.Add(5 * time.Minute), clock},
		{"a nanosecond more is not", clock.Add(5*time.Minute + 1), clock.Add(1)},
		{"a year ahead", clock.AddDate(1, 0, 0), clock.AddDate(1, 0, 0).Add(-5 * time.Minute)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want.UTC(), effective(clock, test.newest))
		})
	}
}

func TestRememberStaysSmall(t *testing.T) {
	var known map[int]int
	for i := range 3 * maxVerified {
		known = remember(known, i, i)
		assert.Equal(t, i, known[i])
	}
	assert.Len(t, known, maxVerified)
}
