package riverjobs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seatwright/seatwright/activation"
)

func TestUntilFree(t *testing.T) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		due, leased time.Duration
		want        time.Duration
	}{
		"claimed by another":           {-time.Hour, time.Minute, time.Minute},
		"claimed for a moment longer":  {-time.Hour, 1, 1},
		"the claim is just over":       {-time.Hour, 0, later},
		"the claim was long ago":       {-time.Hour, -30 * time.Minute, later},
		"not due by this clock":        {time.Second, -time.Hour, time.Second},
		"due at this very instant":     {0, -time.Hour, later},
		"neither due nor free as yet":  {time.Second, time.Minute, time.Minute},
		"free before it is due":        {time.Minute, time.Second, time.Minute},
		"due, and nobody can be asked": {-time.Hour, -time.Hour, later},
	} {
		t.Run(name, func(t *testing.T) {
			record := activation.TenantRecord{Due: now.Add(test.due), LeasedUntil: now.Add(test.leased)}
			assert.Equal(t, test.want, untilFree(record, now))
		})
	}
}
