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

func TestCount(t *testing.T) {
	for n, want := range []string{"0 seats", "1 seat", "2 seats"} {
		if got := errtext.Count(int64(n), "seat"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
