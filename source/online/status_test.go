package online_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/online"
)

func TestParseStatus(t *testing.T) {
	status, err := online.ParseStatus([]byte(`{"status":"identity-changed","licensee":{"company":"Example","serial":"4712"},"message":{"text":"Moved."}}`))
	require.NoError(t, err)
	want := &online.StatusDocument{
		Status:   source.KindIdentityChanged,
		Licensee: &license.Licensee{Company: "Example", Serial: "4712"},
		Message:  &source.Message{Text: "Moved."},
	}
	require.Empty(t, cmp.Diff(want, status))
	for _, kind := range []source.Kind{source.KindCurrent, source.KindProblem} {
		status, err := online.ParseStatus([]byte(`{"status":"` + string(kind) + `"}`))
		require.NoError(t, err)
		require.Equal(t, kind, status.Status)
	}
	for body, want := range map[string]string{
		`{"status":"new"}`:                "the feed's status is none that is known",
		`{}`:                              "the feed's status is none that is known",
		`{"status":"current","state":""}`: "the feed's status can't be read: JSON member /state: is unknown",
		`{"status":"identity-changed"}`:   "the feed says that the identity has changed, and does not name company and serial",
		`{"status":"identity-changed","licensee":{"company":"Example","serial":".."}}`: "the feed says that the identity has changed, and does not name company and serial",
	} {
		status, err := online.ParseStatus([]byte(body))
		require.Nil(t, status)
		require.EqualError(t, err, want)
	}
}
