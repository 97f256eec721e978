package issuing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
)

const template = `{"owner": {"name": "acme"}, "licensee": {"company": "", "serial": ""}, "number": 1, "issuedAt": "2026-06-01T00:00:00Z",
	"expires": "2027-06-01T00:00:00Z", "modules": [{"name": "web", "kind": "user", "quantity": 1, "hidden": false}]}`

func TestParseRows(t *testing.T) {
	want := []issuing.Row{
		{Line: 2, Values: map[string]any{"licensee.serial": issuing.Cell("1"), "expires": nil}},
		{Line: 4, Values: map[string]any{"licensee.serial": issuing.Cell("a\nb"), "expires": issuing.Cell("x,y")}},
	}
	rows, err := issuing.ParseRows([]byte("\xef\xbb\xbflicensee.serial,expires\r\n1,\n\n\"a\nb\",\"x,y\"\n"))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, rows))

	rows, err = issuing.ParseRows([]byte("{\"licensee.serial\":\"1\",\"expires\":null}\n\n{}"))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]issuing.Row{
		{Line: 1, Values: map[string]any{"licensee.serial": "1", "expires": nil}}, {Line: 3, Values: map[string]any{}},
	}, rows))
	for text, want := range map[string]string{
		"":         "the first line has no names of members: EOF",
		"a,b,a\n":  `two columns are called "a"`,
		"a\n1,2\n": "record on line 2: wrong number of fields",
		"{}\n1":    "line 2 is no object",
	} {
		_, err := issuing.ParseRows([]byte(text))
		require.EqualError(t, err, want)
	}
}

func TestFill(t *testing.T) {
	for _, test := range []struct {
		name, path string
		to         any
		want       string // the text of the error
	}{
		{"a text", "licensee.company", issuing.Cell("007"), ""},
		{"a number", "modules.web.quantity", issuing.Cell("7"), ""},
		{"a truth", "modules.web.hidden", issuing.Cell("true"), ""},
		{"nothing", "expires", nil, ""},
		{"no number", "modules.web.quantity", issuing.Cell("many"), "modules.web.quantity: the value is not of the kind that the template has"},
		{"a text for a number", "number", "7", "number: the value is not of the kind that the template has"},
		{"a truth for a number", "number", issuing.Cell("true"), "number: the value is not of the kind that the template has"},
		{"another member", "expiry", nil, "expiry: the template has no such member"},
		{"another module", "modules.wap.quantity", issuing.Cell("1"), "modules.wap.quantity: the template has no such member"},
		{"a module as a whole", "modules.web", nil, "modules.web: the template has no such member"},
		{"too deep", "number.of", nil, "number.of: the template has no such member"},
	} {
		t.Run(test.name, func(t *testing.T) {
			row := issuing.Row{Values: map[string]any{"licensee.company": "Example", "licensee.serial": "1"}}
			row.Values[test.path] = test.to
			document, err := issuing.FillTemplate([]byte(template), row)
			if test.want != "" {
				require.EqualError(t, err, test.want)
				return
			}
			require.NoError(t, err)
			l, err := license.Parse(document)
			require.NoError(t, err)
			got := map[string]bool{
				"licensee.company": l.Licensee.Company == "007", "modules.web.quantity": l.Modules[0].Quantity == 7,
				"modules.web.hidden": l.Modules[0].Hidden, "expires": l.Expires == nil,
			}
			for path, changed := range got {
				require.Equal(t, path == test.path, changed, path)
			}
		})
	}
	for text, want := range map[string]string{
		"[]":                        "syntax ",
		`{"number":1,"number":2}`:   "duplicate-member /number",
		`{"a":{"b":1,"b":2},"c":1}`: "duplicate-member /a/b",
	} {
		_, err := issuing.FillTemplate([]byte(text), issuing.Row{})
		require.Equal(t, []string{want}, lines(license.FindingsOf(err)))
	}
}

func TestNext(t *testing.T) {
	data := document(t, map[string]any{
		"validFrom": "2026-01-31T12:00:00.5+02:00", "graceUntil": "2027-08-31T00:00:00Z", "x-note": "<kept>",
	})
	next, err := issuing.Next(data, now.AddDate(0, 3, 0), 1)
	require.NoError(t, err)
	require.Contains(t, string(next), `"x-note": "<kept>"`)
	require.Contains(t, string(next), `"validFrom": "2026-02-28T12:00:00.5+02:00"`)
	before, err := license.Parse(data)
	require.NoError(t, err)
	after, err := license.Parse(next)
	require.NoError(t, err)
	require.Equal(t, []string{"expires", "graceUntil", "issuedAt", "nextCheck", "number", "validFrom", "warnFrom"}, license.Diff(before, after).Fields)
	require.Equal(t, before.Number+1, after.Number)
	require.Equal(t, now.AddDate(0, 3, 0), after.IssuedAt)
	require.Equal(t, time.Date(2027, 9, 30, 0, 0, 0, 0, time.UTC), *after.GraceUntil)
	_, err = issuing.Next([]byte("{}"), now, 1)
	require.NotEmpty(t, license.FindingsOf(err))
}

// TestNextMovesByMonths: to the month that is asked for, and to the day or to the
// last one before.
func TestNextMovesByMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(0, 400_000).Draw(t, "day")
		months := rapid.IntRange(0, 1200).Draw(t, "months")
		at := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		data := []byte(`{"owner":{"name":"acme"},"licensee":{"company":"E","serial":"1"},"number":1,"issuedAt":"2026-06-01T00:00:00Z",
			"modules":[],"expires":"` + at.Format(time.RFC3339) + `"}`)
		next, err := issuing.Next(data, now, months)
		require.NoError(t, err)
		l, err := license.Parse(next)
		require.NoError(t, err)
		got := *l.Expires
		first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 12, 0, 0, 0, time.UTC)
		require.Equal(t, first.Format("2006-01"), got.Format("2006-01"))
		last := first.AddDate(0, 1, -1).Day()
		require.Equal(t, min(at.Day(), last), got.Day())
	})
}
