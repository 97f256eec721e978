package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// listedCodes reads the codes of a type from docs/codes.md, which a test of the
// library compares with the constants.
func listedCodes(t *testing.T, typ string) []string {
	t.Helper()
	list, err := os.ReadFile("../../docs/codes.md")
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(typ) + "`[^|]* \\| `([^|]*)` \\|").FindStringSubmatch(string(list))
	require.NotNil(t, row, "docs/codes.md has no row for %s", typ)
	return strings.Split(row[1], "`, `")
}

// describedCodes has the lists of codes in openapi.json, by their place.
func describedCodes(t *testing.T) map[string][]string {
	t.Helper()
	var document struct {
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(api.OpenAPI, &document))
	found := map[string][]string{}
	var walk func(place string, value any)
	walk = func(place string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, member := range value {
				switch name {
				case "enum":
					codes, _ := member.([]any)
					for _, code := range codes {
						found[place] = append(found[place], fmt.Sprint(code))
					}
				case "const":
					found[place] = append(found[place], fmt.Sprint(member))
				case "properties", "items":
					walk(place, member)
				default:
					walk(strings.TrimPrefix(place+"."+name, "."), member)
				}
			}
		case []any: // alternatives
			for _, element := range value {
				walk(strings.TrimSuffix(place, ".oneOf"), element)
			}
		}
	}
	walk("", document.Components.Schemas)
	return found
}

// TestOpenAPIHasEveryCode compares the lists of codes in openapi.json with those
// of the library.
func TestOpenAPIHasEveryCode(t *testing.T) {
	types := map[string]string{
		"Module.kind": "license.Kind", "Owner.state": "license.State", "Change.change": "license.ChangeKind",
		"Entitlement.access": "seat.Access", "Entitlement.reason": "seat.Reason", "LogEntry.cause": "seat.Cause", "Refusal.rule": "seat.Refusal",
		"Plan.status": "planner.Status", "Plan.rejections": "planner.Rejection", "Plan.warnings": "planner.Warning",
		"Blocker.kind": "planner.BlockerKind", "Release.cause": "planner.ReleaseCause",
		"Check.outcome": "source.Kind", "RefusedLicense.hidden": "license.Hidden", "Waiting": "activation.Waiting", "HistoryEntry.kind": "activation.HistoryKind",
	}
	described := describedCodes(t)
	for place, codes := range described {
		require.Contains(t, types, place, "of which type are these codes?")
		require.ElementsMatch(t, listedCodes(t, types[place]), codes, place)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(types)), slices.Collect(maps.Keys(described)))
}

// TestOpenAPIHasEveryMember compares the license in openapi.json with the types.
func TestOpenAPIHasEveryMember(t *testing.T) {
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(api.OpenAPI, &document))
	for name, value := range map[string]any{"License": license.License{}, "Licensee": license.Licensee{}, "Module": license.Module{}} {
		require.ElementsMatch(t, memberNames(value), slices.Collect(maps.Keys(document.Components.Schemas[name].Properties)), name)
	}
}

// TestOpenAPIHasEveryFigure compares the figures of a refusal in openapi.json
// with those of the errors.
func TestOpenAPIHasEveryFigure(t *testing.T) {
	var document struct {
		Components struct {
			Schemas struct {
				Refusal struct {
					Properties struct {
						Figures struct {
							Properties map[string]any `json:"properties"`
						} `json:"figures"`
					} `json:"properties"`
				}
			} `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(api.OpenAPI, &document))
	figures := map[string]bool{}
	for _, refusal := range []any{
		seat.UnknownHolderError{}, seat.ModuleError{}, seat.NotAssignableError{}, seat.OtherBundleError{}, seat.PrerequisiteError{}, seat.NoFreeSeatError{},
	} {
		for _, name := range memberNames(refusal) {
			figures[name] = name != "-"
		}
	}
	delete(figures, "-")
	figures["assignableToMore"] = true // NotAssignableError writes it beside its members
	require.ElementsMatch(t, slices.Collect(maps.Keys(figures)), slices.Collect(maps.Keys(document.Components.Schemas.Refusal.Properties.Figures.Properties)))
}

func memberNames(value any) (names []string) {
	for i := range reflect.TypeOf(value).NumField() {
		name, _, _ := strings.Cut(reflect.TypeOf(value).Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
