package seat_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestCheckID(t *testing.T) {
	for _, test := range []struct {
		name, id, want string
	}{
		{"one byte", "a", ""},
		{"254 bytes", strings.Repeat("a", 254), ""},
		{"255 bytes", strings.Repeat("a", seat.MaxIDLength), ""},
		{"256 bytes", strings.Repeat("a", 256), "the id has 256 bytes, more than 255"},
		{"255 bytes of few characters", strings.Repeat("€", 85), ""},
		{"256 bytes of few characters", strings.Repeat("é", 128), "the id has 256 bytes, more than 255"},
		{"empty", "", "the id is empty"},
		{"NUL", "secret\x00", "the id has a NUL"},
		{"NUL alone", "\x00", "the id has a NUL"},
		{"cut character", "\xe2\x82", "the id is not valid UTF-8"},
		{"surrogate", "\xed\xa0\x80", "the id is not valid UTF-8"},
		{"overlong NUL", "\xc0\x80", "the id is not valid UTF-8"},
		{"anything else", " \t\n\u202e\ufeff", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := seat.CheckID(test.id); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("CheckID = %q, want %q", got, test.want)
			}
		})
	}
}

func TestNewCensus(t *testing.T) {
	satellite := seat.Holder{ID: "s", Kind: license.Satellite, Type: "internal"}
	guest := seat.Holder{ID: "g", Kind: license.User, Type: "guest"}
	for _, test := range []struct {
		name    string
		holders []seat.Holder
		want    seat.Census
	}{
		{name: "nobody"},
		{
			name: "assignments are a set", holders: []seat.Holder{user("a", "v.b", "v.a"), user("b"), user("c", "v.a", "v.b", "v.a")},
			want: seat.Census{
				{Kind: license.User, Type: "internal", Assigned: []string{"v.a", "v.b"}, Count: 2},
				{Kind: license.User, Type: "internal", Count: 1},
			},
		},
		{
			name: "kind and type tell apart", holders: []seat.Holder{satellite, user("a"), guest, satellite},
			want: seat.Census{
				{Kind: license.Satellite, Type: "internal", Count: 2},
				{Kind: license.User, Type: "internal", Count: 1},
				{Kind: license.User, Type: "guest", Count: 1},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := copyHolders(test.holders)
			census := seat.NewCensus(slices.Values(test.holders))
			if diff := cmp.Diff(test.want, census); diff != "" {
				t.Errorf("census (-want +got):\n%s", diff)
			}
			for _, c := range census {
				slices.Reverse(c.Assigned)
			}
			if diff := cmp.Diff(given, test.holders); diff != "" {
				t.Errorf("the census shares memory with the holders (-before +after):\n%s", diff)
			}
		})
	}
}

func TestCombinationKey(t *testing.T) {
	base := seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.a", "v.b"}}
	for _, test := range []struct {
		name string
		with seat.Combination
		same bool
	}{
		{"another count", seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.a", "v.b"}, Count: 7}, true},
		{"another order", seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.b", "v.a"}}, true},
		{"a repetition", seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.b", "v.a", "v.b"}}, true},
		{"another kind", seat.Combination{Kind: license.Satellite, Type: "internal", Assigned: []string{"v.a", "v.b"}}, false},
		{"another type", seat.Combination{Kind: license.User, Type: "guest", Assigned: []string{"v.a", "v.b"}}, false},
		{"one module less", seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.a"}}, false},
		{"another cut between names", seat.Combination{Kind: license.User, Type: "internal", Assigned: []string{"v.av.b"}}, false},
		{"a type like a module and the type", seat.Combination{Kind: license.User, Type: "v.b\x00internal", Assigned: []string{"v.a"}}, false},
		{"a type like a module", seat.Combination{Kind: license.User, Type: "v.b\x00\x00internal", Assigned: []string{"v.a"}}, false},
		{"a module and a type cut elsewhere", seat.Combination{Kind: license.User, Type: "ernal", Assigned: []string{"v.a", "v.bint"}}, false},
		{"a type like all of it", seat.Combination{Kind: license.User, Type: "v.a\x00v.b\x00\x00internal"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			assigned := slices.Clone(test.with.Assigned)
			if got := test.with.Key() == base.Key(); got != test.same {
				t.Errorf("the same key: %t, want %t", got, test.same)
			}
			if diff := cmp.Diff(assigned, test.with.Assigned); diff != "" {
				t.Errorf("Key changed the combination (-before +after):\n%s", diff)
			}
		})
	}
}
