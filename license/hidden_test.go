package license_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

func TestHiddenDifferences(t *testing.T) {
	const form, mark, space, letterCase = license.HiddenForm, license.HiddenMark, license.HiddenSpace, license.HiddenCase
	for _, test := range []struct {
		name, a, b string
		want       []license.Hidden
	}{
		{"the same", "Café Olé AS", "Café Olé AS", nil},
		{"the same but for white space around", " Example AS", "Example AS\t", nil},
		{"another company", "Example AS", "Example Norge AS", nil},
		{"another accent", "Caf\u00e9", "Caf\u00e8", nil},
		{"without the accent", "Cafe", "Caf\u00e9", nil},
		{"another alphabet", "Example", "Ex\u0430mple", nil},
		{"joined words", "Example AS", "ExampleAS", nil},
		{"decomposed", "Caf\u00e9 Ol\u00e9 AS", "Cafe\u0301 Ole\u0301 AS", []license.Hidden{form}},
		{"half decomposed", "\u1ead", "\u00e2\u0323", []license.Hidden{form}},
		{"Hangul", "\uac01", "\u1100\u1161\u11a8", []license.Hidden{form}},
		{"the sign of Kelvin", "\u212a1", "K1", []license.Hidden{form}},
		{"a right-to-left mark", "דוגמה", "דוגמה\u200f", []license.Hidden{mark}},
		{"an override", "AB", "A\u202eB", []license.Hidden{mark}},
		{"a soft hyphen", "Example", "Exam\u00adple", []license.Hidden{mark}},
		{"a joiner", "Ex", "E\u200dx", []license.Hidden{mark}},
		{"a variation selector", "\u2764", "\u2764\ufe0f", []license.Hidden{mark}},
		{"a no-break space", "Example AS", "Example\u00a0AS", []license.Hidden{space}},
		{"a thin no-break space", "Example AS", "Example\u202fAS", []license.Hidden{space}},
		{"two spaces", "Example AS", "Example  AS", []license.Hidden{space}},
		{"a tab", "Example AS", "Example\tAS", []license.Hidden{space}},
		{"a space without width", "ExampleAS", "Example\u200bAS", []license.Hidden{space}},
		{"a byte order mark", "ExampleAS", "\ufeffExampleAS", []license.Hidden{space}},
		{"case", "Example AS", "EXAMPLE as", []license.Hidden{letterCase}},
		{"the last sigma", "\u03a3\u03c3", "\u03c3\u03c2", []license.Hidden{letterCase}},
		{"all of them", "Caf\u00e9 Ole", "CAFE\u0301\u200f\u00a0ole", []license.Hidden{form, mark, space, letterCase}},
		{"a company and nothing", "Example", "", nil},
		{"nothing and a mark", "", "\u200f", []license.Hidden{mark}},
		{"no UTF-8", "a\xff", "a\xfe", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(test.want, license.HiddenDifferences(test.a, test.b)))
			require.Empty(t, cmp.Diff(test.want, license.HiddenDifferences(test.b, test.a)))
		})
	}
}

// FuzzHiddenDifferences: what is listed is hidden, each kind once and in order,
// either way round, and never for texts that are the same.
func FuzzHiddenDifferences(f *testing.F) {
	for _, pair := range [][2]string{
		{"Caf\u00e9", "Cafe\u0301"}, {"a b", "a\u00a0B"}, {"\u212a", "k"}, {"\u0130", "i\u0307"}, {"\xff", "\ufffd"}, {"", "\u200f"}, {"a", "b"},
	} {
		f.Add(pair[0], pair[1])
	}
	const order = "form mark space case"
	f.Fuzz(func(t *testing.T, a, b string) {
		got := license.HiddenDifferences(a, b)
		require.Equal(t, got, license.HiddenDifferences(b, a))
		if license.SameText(a, b) {
			require.Nil(t, got)
		}
		last := -1
		for _, kind := range got {
			at := strings.Index(order, string(kind))
			require.Greater(t, at, last)
			last = at
		}
	})
}
