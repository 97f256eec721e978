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
	begins := func(wait time.Duration) *license.License {
		at := now.Add(wait)
		return &license.License{ValidFrom: &at}
	}
	const hour, day = time.Hour, 24 * time.Hour
	tests := []struct {
		name string
		checked
		want time.Duration
	}{
		{"nothing is known", checked{random: 0.5}, day},
		{"a license without a next check", checked{active: &license.License{}, random: 0.5}, day},
		{"of the license", checked{active: asks(3 * day), random: 0.5}, 3 * day},
		{"of the license, soon", checked{active: asks(hour), random: 0.5}, hour},
		{"of the license, over", checked{active: asks(-hour), random: 0.5}, day},
		{"of the license, now", checked{active: asks(0), random: 0.5}, day},
		{"spread down", checked{random: 0}, day - day/10},
		{"spread up", checked{random: 0.9999999}, day + day/10},
		{"spread of a short wait", checked{failures: 1, random: 0}, 13*time.Minute + 30*time.Second},
		{"first problem", checked{failures: 1, random: 0.5}, 15 * time.Minute},
		{"second problem", checked{failures: 2, random: 0.5}, 30 * time.Minute},
		{"seventh problem", checked{failures: 7, random: 0.5}, 16 * hour},
		{"eighth problem", checked{failures: 8, random: 0.5}, day},
		{"many problems", checked{failures: 1 << 30, random: 0.5}, day},
		{"problems do not ask the license", checked{failures: 1, active: asks(3 * day), random: 0.5}, 15 * time.Minute},
		{"asked to wait", checked{failures: 1, retryAfter: 2 * hour, random: 0.5}, 2 * hour},
		{"asked to wait less", checked{failures: 3, retryAfter: time.Minute, random: 0.5}, hour},
		{"asked to wait for a day", checked{failures: 1, retryAfter: day, random: 0.9999999}, day},
		{"asked to wait for more than a day", checked{failures: 1, retryAfter: 36 * hour, random: 0.9999999}, day},
		{"many problems, spread up", checked{failures: 9, random: 0.9999999}, day},
		{"of the license, in a month", checked{active: asks(29 * day), random: 0.9999999}, 30 * day},
		{"of the license, in years", checked{active: asks(4000 * day), random: 0.5}, 30 * day},
		{"of the license, in the year 9999", checked{active: asks(1 << 62), random: 0.9999999}, 30 * day},
		{"asked to wait for ever", checked{failures: 1, retryAfter: 1 << 62, random: 0.5}, day},
		{"a pending offer begins", checked{active: asks(3 * day), pending: begins(2 * hour), random: 0.5}, 2 * hour},
		{"a pending offer begins, spread or not", checked{pending: begins(23 * hour), random: 0.9}, 23 * hour},
		{"a pending offer begins later", checked{pending: begins(3 * day), random: 0.5}, day},
		{"a pending offer has begun", checked{pending: begins(-hour), random: 0.5}, day},
		{"a pending offer begins, problem or not", checked{failures: 8, pending: begins(hour), random: 0.5}, hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.now = now
			assert.WithinDuration(t, now.Add(test.want), test.next(), time.Second)
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
