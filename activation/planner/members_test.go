package planner_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/seat"
)

// decidesNothing lists the members that no rule reads.
var decidesNothing = []string{
	"Description", "Tooltip", "Version", // of a module
	"Owner", "IssuedAt", "NextCheck", "WarnFrom", "MaintenanceUntil", "ShopURL", "Critical", // of the document
}

// deciding notes the members of a struct that a rule may read and that are not
// their zero value.
func deciding(seen map[string]int, value any) {
	v := reflect.ValueOf(value)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if slices.Contains(decidesNothing, name) {
			continue
		}
		seen[v.Type().Name()+"."+name] += 0
		if !v.Field(i).IsZero() {
			seen[v.Type().Name()+"."+name]++
		}
	}
}

// TestEveryMemberIsDrawn: what the oracle is compared with has every member by
// which a rule may decide. A new one must be drawn, or be one that decides
// nothing.
func TestEveryMemberIsDrawn(t *testing.T) {
	seen := make(map[string]int)
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		s := drawSituation(func(n int, _ string) int { return random.IntN(n) })
		for _, l := range append(s.active, s.offered) {
			deciding(seen, *l)
			for _, m := range l.Modules {
				deciding(seen, m)
			}
		}
	}
	for member, times := range seen {
		if times < 20 {
			t.Errorf("%s is drawn only %d times", member, times)
		}
	}
}

// TestScenariosShowEverything: each code of a plan, and each member of a module
// by which a rule may decide, is in a scenario that was made by hand.
func TestScenariosShowEverything(t *testing.T) {
	members, codes := make(map[string]int), make(map[string]int)
	files, err := filepath.Glob("testdata/scenarios/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		s, err := scenario.Read(readFile(t, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Offered.Modules {
			deciding(members, m)
		}
		var expected planner.Plan
		if err := json.Unmarshal(s.Expect, &expected); err != nil {
			t.Fatal(err)
		}
		countCodes(codes, &expected)
	}
	delete(members, "Module.Info") // the planner does not use it
	for member, times := range members {
		if times == 0 {
			t.Errorf("no scenario has %s", member)
		}
	}
	for _, code := range everyCode {
		if codes[code] == 0 {
			t.Errorf("no scenario has %s", code)
		}
	}
}

// TestEveryCodeIsCounted: the list of what a plan can say has all codes of plans.
func TestEveryCodeIsCounted(t *testing.T) {
	for _, row := range regexp.MustCompile("(?m)^\\| `(?:planner\\.(?:Status|Rejection|BlockerKind|Warning|ReleaseCause)|license\\.ChangeKind)` \\| ([^|]*) \\|").FindAllStringSubmatch(string(readFile(t, "../../docs/codes.md")), -1) {
		for code := range strings.SplitSeq(strings.ReplaceAll(row[1], "`", ""), ", ") {
			if !slices.Contains(everyCode, code) {
				t.Errorf("everyCode lacks %s", code)
			}
		}
	}
}

// TestRefusalsSayWhy: who may not have a module is told what it asks for and the
// holder is not. It fails where a rule of seat.Fits has no figures in the error.
func TestRefusalsSayWhy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		set := s.set(t)
		for _, h := range s.holders {
			for _, e := range set.Entries() {
				_, err := seat.Assign(seat.Situation{Licenses: set, Now: planned}, []seat.Holder{h}, seat.Assignment{Holder: h.ID, Module: e.Name})
				var refused *seat.RefusedError
				if !errors.As(err, &refused) {
					continue
				}
				for _, r := range refused.Refusals {
					checkReason(t, r)
				}
			}
		}
	})
}

func checkReason(t *rapid.T, r seat.Refusal) {
	t.Helper()
	misfit, ok := r.Err.(*seat.NotAssignableError) //nolint:errorlint // a refusal holds it as it is
	if !ok {
		return
	}
	otherKind := misfit.Kind != misfit.HolderKind
	otherType := len(misfit.AssignableTo) > 0 && !slices.Contains(misfit.AssignableTo, misfit.HolderType)
	switch text := misfit.Error(); {
	case strings.Contains(text, "of kind"):
		if !otherKind {
			t.Errorf("the kind is right: %s", text)
		}
	case strings.Contains(text, "of type"):
		if !otherType {
			t.Errorf("the type is right: %s", text)
		}
	default:
		t.Errorf("when is this true? %s", text)
	}
}
