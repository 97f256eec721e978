package instant_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/internal/instant"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"2026-01-31T23:59:59Z", "2026-01-31T23:59:59Z"},
		{"2026-01-31T23:59:59.1Z", "2026-01-31T23:59:59.1Z"},
		{"2026-01-31T23:59:59.1234567899Z", "2026-01-31T23:59:59.123456789Z"},
		{"2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00Z"},
		{"2026-01-01T00:00:00-23:59", "2026-01-01T23:59:00Z"},
		{"2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z"},
		{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{"0000-02-29T00:00:00Z", "0000-02-29T00:00:00Z"},
		{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
		{"9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"},
		{"9999-12-31T23:59:59-00:01", ""},
		{"9999-12-31T00:01:00-23:59", ""},
		{"0000-01-01T00:00:00-00:01", "0000-01-01T00:01:00Z"},
		{"0000-01-01T00:00:00+00:01", ""},
		{"1900-02-29T00:00:00Z", ""},
		{"2026-02-29T00:00:00Z", ""},
		{"2026-00-01T00:00:00Z", ""},
		{"2026-13-01T00:00:00Z", ""},
		{"2026-06-31T00:00:00Z", ""},
		{"2026-01-32T00:00:00Z", ""},
		{"2026-01-00T00:00:00Z", ""},
		{"2026-01-01T24:00:00Z", ""},
		{"2026-01-01T00:60:00Z", ""},
		{"2026-01-01T00:00:60Z", ""},
		{"2026-01-01T00:00:00+24:00", ""},
		{"2026-01-01T00:00:00-00:60", ""},
		{"2026-01-01T00:00:00.", ""},
		{"2026-01-01T00:00:00.Z", ""},
		{"2026-01-01T00:00:00,1Z", ""},
		{"2026-01-01T00:00:00.1", ""},
		{"2026-01-01T00:00:00", ""},
		{"2026-01-01t00:00:00Z", ""},
		{"2026-01-01T00:00:00z", ""},
		{"2026-01-01T00:00:00+0100", ""},
		{"2026-01-01T00:00:00+01:00 ", ""},
		{"2026-01-01T00:00:00ZZ", ""},
		{"+026-01-01T00:00:00Z", ""},
		{"", ""},
	} {
		got, ok := instant.Parse(test.text)
		if ok != (test.want != "") || (ok && got.Format(time.RFC3339Nano) != test.want) {
			t.Errorf("%q: %v %v, want %q", test.text, got, ok, test.want)
		}
	}
}

// byTheLibrary reads an instant as choice 7 of license/testdata/documents says it:
// time.Parse decides, but for what it lets pass beyond the form and beyond the
// years that can be written.
func byTheLibrary(s string) (time.Time, bool) {
	got, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || len(s) < len("2006-01-02T15:04:05Z") || s[13] != ':' || strings.Contains(s, ",") {
		return time.Time{}, false
	}
	if zone := s[len(s)-6:]; s[len(s)-1] != 'Z' && (zone[1:3] > "23" || zone[4:] > "59") {
		return time.Time{}, false
	}
	if got = got.UTC(); got.Year() < 0 || got.Year() > 9999 {
		return time.Time{}, false
	}
	return got, true
}

func TestParseLikeTheLibrary(t *testing.T) {
	instants := rapid.OneOf(
		rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{0,12})?(Z|[+-][0-2][0-9]:[0-6][0-9])`),
		rapid.StringMatching(`(0000|1900|2000|2024|9999)-(02-(28|29|30)|0[469]-3[01]|12-31)T23:59:(59|60)(Z|[+-]23:59|\+24:00|z)`),
		rapid.StringMatching(`[0-9T:.Zz+ -]{0,30}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := instants.Draw(t, "instant")
		want, wantOK := byTheLibrary(text)
		got, ok := instant.Parse(text)
		if ok != wantOK || got != want {
			t.Fatalf("%q: %v %v, want %v %v", text, got, ok, want, wantOK)
		}
	})
}

// FuzzParse compares with [time.Parse].
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"2026-01-31T23:59:59Z", "2026-01-31T23:59:59.1234567899+01:00", "0000-02-29T00:00:00-23:59", "1900-02-29T00:00:00Z",
		"9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.", "2026-01-01T0:00:00Z", "2026-01-01T00:00:00,1Z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, wantOK := byTheLibrary(text)
		got, ok := instant.Parse(text)
		if ok != wantOK || got != want {
			t.Errorf("%q: %v %v, want %v %v", text, got, ok, want, wantOK)
		}
		if again, readable := instant.Parse(got.Format(time.RFC3339Nano)); ok && (!readable || again != got) {
			t.Errorf("%q is written as %v, which reads as %v %v", text, got, again, readable)
		}
	})
}
