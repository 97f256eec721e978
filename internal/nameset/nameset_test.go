package nameset_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/nameset"
)

func TestOf(t *testing.T) {
	names := []string{"b", "é", "a", "B", "b", ""}
	if diff := cmp.Diff([]string{"", "B", "a", "b", "é"}, nameset.Of(names)); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b", "é", "a", "B", "b", ""}, names); diff != "" {
		t.Errorf("the caller's list was changed (-before +after):\n%s", diff)
	}
	if set := nameset.Of(nil); len(set) > 0 {
		t.Errorf("of nothing: %q", set)
	}
}
