package feed_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/license"
)

func TestChange(t *testing.T) {
	s := newServer(t, feed.NewMemory())
	same, _, err := s.Issue(t.Context(), "acme", feed.Change{}, start)
	require.NoError(t, err)
	require.Equal(t, int64(2), same.Number)
	require.Equal(t, s.First["acme"].Modules, same.Modules)
	require.Equal(t, start.AddDate(1, 0, 0), *same.Expires, "which it has of the one before")

	later := start.AddDate(0, 1, 0)
	next, _, err := s.Issue(t.Context(), "acme", feed.Change{
		Quantities: map[string]int64{"web": 0, "plan": 9, "unknown": 3}, Company: "Other AS", Serial: "2", Days: 10,
	}, later)
	require.NoError(t, err)
	require.Equal(t, []license.Module{
		{Name: "plan", Kind: license.User, Quantity: 9, Bundle: true, Includes: []string{"chat"}},
		{Name: "chat", Kind: license.User, Quantity: 5, Requires: []string{"other.web"}},
	}, next.Modules)
	require.Equal(t, license.Licensee{Company: "Other AS", Serial: "2"}, next.Licensee)
	require.Equal(t, []time.Time{later.AddDate(0, 0, -20), later.AddDate(0, 0, 10), later.AddDate(0, 0, 24)},
		[]time.Time{*next.WarnFrom, *next.Expires, *next.GraceUntil})
	require.Equal(t, []string{"web", "chat"}, s.First["acme"].Modules[0].Includes, "the first one stays as it is")
}

func TestParseForm(t *testing.T) {
	c, err := feed.ParseForm(url.Values{
		"quantity web": {" 9 "}, "quantity chat": {"0"}, "quantity plan": {" "}, "company": {" Other AS "}, "serial": {"2"},
		"days": {"10"}, "then": {"publish"}, "quantity": {"x"},
	})
	require.NoError(t, err)
	require.Equal(t, feed.Change{Quantities: map[string]int64{"web": 9, "chat": 0}, Company: "Other AS", Serial: "2", Days: 10}, c)

	for _, wrong := range []struct{ field, name, value string }{
		{"quantity web", "web", "-1"},
		{"quantity web", "web", "x"},
		{"quantity web", "web", "1e3"},
		{"quantity web", "web", fmt.Sprint(license.MaxSeats + 1)},
		{"quantity web", "web", "99999999999999999999"},
		{"quantity web", "web", "１"},
		{"quantity \x00", "\x00", "1;2"},
		{"days", "days", "0"},
		{"days", "days", "-1"},
		{"days", "days", fmt.Sprint(feed.MaxDays + 1)},
		{"days", "days", "x"},
	} {
		_, err := feed.ParseForm(url.Values{wrong.field: {wrong.value}})
		var told *feed.FormError
		require.ErrorAs(t, err, &told, "%v", wrong)
		require.Equal(t, wrong.name, told.Field)
	}
	require.EqualError(t, &feed.FormError{Field: "days", Min: 1, Max: feed.MaxDays}, "days is not a number from 1 to 10000")
}

// TestHostileForms: what makes no license is refused with findings, uses up no
// number, and changes nothing.
func TestHostileForms(t *testing.T) {
	s := newServer(t, feed.NewMemory())
	_, before, err := s.Published(t.Context(), "acme")
	require.NoError(t, err)
	for _, form := range []url.Values{
		{"serial": {"x\r\nX: y"}},
		{"serial": {".."}},
		{"company": {"\x00"}},
	} {
		c, err := feed.ParseForm(form)
		require.NoError(t, err)
		_, _, err = s.Issue(t.Context(), "acme", c, start)
		require.NotEmpty(t, license.FindingsOf(err), "%.40v", form)
	}
	_, after, err := s.Published(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, before, after)
	l, _, err := s.Issue(t.Context(), "acme", feed.Change{}, start)
	require.NoError(t, err)
	require.Equal(t, int64(2), l.Number)
	_, _, err = s.Issue(t.Context(), "nobody", feed.Change{}, start)
	require.ErrorIs(t, err, feed.ErrNoOwner)
	require.ErrorIs(t, s.Publish(t.Context(), "nobody", before), feed.ErrNoOwner)
	require.ErrorIs(t, s.Begin(t.Context(), "nobody", feed.Change{}, start), feed.ErrNoOwner)
	require.ErrorIs(t, s.Play(t.Context(), "nobody", feed.Silence), feed.ErrNoOwner)
	require.ErrorIs(t, s.Play(t.Context(), "acme", "shout"), feed.ErrNoOwner)
}
