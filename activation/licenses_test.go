package activation_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

// errOf leaves out a result, where only the error matters.
func errOf(_ any, err error) error { return err }

// collect reads a sequence to its end.
func collect[T any](t *testing.T, all iter.Seq2[T, error]) []T {
	t.Helper()
	list := []T{}
	for one, err := range all {
		require.NoError(t, err)
		list = append(list, one)
	}
	return list
}

func licensee(company, serial string) func(*license.License) {
	return func(l *license.License) { l.Licensee = license.Licensee{Company: company, Serial: serial} }
}

func expires(end time.Time) func(*license.License) {
	return func(l *license.License) { l.Expires = &end }
}

func graceUntil(end time.Time) func(*license.License) {
	return func(l *license.License) { l.GraceUntil = &end }
}

func validFrom(begin time.Time) func(*license.License) {
	return func(l *license.License) { l.ValidFrom = &begin }
}

func warnFrom(begin time.Time) func(*license.License) {
	return func(l *license.License) { l.WarnFrom = &begin }
}

func maintenanceUntil(end time.Time) func(*license.License) {
	return func(l *license.License) { l.MaintenanceUntil = &end }
}
