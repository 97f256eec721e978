package errtext_test

import (
	"errors"
	"testing"

	"github.com/seatwright/seatwright/internal/errtext"
)

func TestJoin(t *testing.T) {
	errs := []error{errors.New("a"), errors.New("b"), errors.New("c"), errors.New("d"), errors.New("e")}
	for n, want := range []string{"", "a", "a; b", "a; b; c", "a; b; c; and 1 more", "a; b; c; and 2 more"} {
		if got := errtext.Join(errs[:n]); got != want {
			t.Errorf("%d errors: %q, want %q", n, got, want)
		}
	}
}

func TestSome(t *testing.T) {
	for n, want := range []string{"", "a", "a, b", "a, b, c", "a, b, c and 1 more", "a, b, c and 2 more"} {
		if got := errtext.Some([]string{"a", "b", "c", "d", "e"}[:n]); got != want {
			t.Errorf("%d texts: %q, want %q", n, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc… and 1 more bytes"},
		{"aéb", 2, "a… and 3 more bytes"},
		{"aéb", 3, "aé… and 1 more bytes"},
		{"\x80\x80\x80", 1, "… and 3 more bytes"},
	} {
		if got := errtext.Cut(c.text, c.limit); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range []string{"0 seats", "1 seat", "2 seats"} {
		if got := errtext.Count(int64(n), "seat"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
