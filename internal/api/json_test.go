package api

import (
	"go/types"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// notMarshaled lists the exported structs that no host stores or sends, with the
// reason.
var notMarshaled = map[string]string{
	"activation.HolderQuery":   "a question; it holds a plan",
	"activation.SyncOptions":   "choices of a call; it holds a function",
	"activation.Observation":   "for metrics; it holds an error",
	"activation/planner.Input": "what a plan is made from",
	"seat.Situation":           "what is decided by",
	"license.Entry":            "a module as a set resolves it; it points to the set",
	"license.License":          "marshals itself, to the document that it is",
	"license.Requirement":      "likewise",
}

// packagesForHosts are those whose values hosts store and send.
var packagesForHosts = []string{"activation", "activation/attention", "activation/planner", "license", "seat", "source"}

// TestJSONNames holds that what a host stores or sends has names in camelCase,
// and that an instant or a pointer that is not there is left out.
func TestJSONNames(t *testing.T) {
	packages := loadWorkspace(t)
	seen := map[string]bool{}
	for _, path := range packagesForHosts {
		scope := packages.load(t, module+"/"+path).Scope()
		for _, name := range scope.Names() {
			object := scope.Lookup(name)
			structure, ok := object.Type().Underlying().(*types.Struct)
			if _, is := object.(*types.TypeName); !is || !ok || !object.Exported() {
				continue
			}
			full := path + "." + name
			if _, left := notMarshaled[full]; left {
				seen[full] = true
				continue
			}
			for i := range structure.NumFields() {
				if problem := checkJSON(structure.Field(i), structure.Tag(i)); problem != "" {
					t.Errorf("%s.%s %s", full, structure.Field(i).Name(), problem)
				}
			}
		}
	}
	for full := range notMarshaled {
		require.True(t, seen[full], "%s is not there any more", full)
	}
}

// checkJSON says what is wrong with the tag of a field, nothing if it is right.
func checkJSON(field *types.Var, tag string) string {
	if !field.Exported() || field.Embedded() {
		return ""
	}
	text, tagged := reflect.StructTag(tag).Lookup("json")
	name, options, _ := strings.Cut(text, ",")
	left := strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")
	switch {
	case !tagged:
		return "has no JSON name"
	case name == "-":
		return ""
	case !unicode.IsLower([]rune(name)[0]) || strings.ContainsAny(name, "_-"):
		return "is not in camelCase: " + name
	case canBeMissing(field.Type()) && !left:
		return "is written where it is not there; add omitzero"
	}
	return ""
}

func canBeMissing(t types.Type) bool {
	_, pointer := t.Underlying().(*types.Pointer)
	return pointer || t.String() == "time.Time"
}

// TestCheckJSON breaks each rule once.
func TestCheckJSON(t *testing.T) {
	instant := types.NewNamed(types.NewTypeName(0, types.NewPackage("time", "time"), "Time", nil), types.NewStruct(nil, nil), nil)
	text := types.Typ[types.String]
	for _, row := range []struct {
		typ       types.Type
		tag, want string
	}{
		{text, ``, "has no JSON name"},
		{text, `json:"Name"`, "is not in camelCase: Name"},
		{text, `json:"the_name"`, "is not in camelCase: the_name"},
		{text, `json:"name"`, ""},
		{text, `json:"-"`, ""},
		{instant, `json:"at"`, "is written where it is not there; add omitzero"},
		{instant, `json:"at,omitzero"`, ""},
		{types.NewPointer(text), `json:"at"`, "is written where it is not there; add omitzero"},
	} {
		field := types.NewField(0, nil, "Name", row.typ, false)
		require.Equal(t, row.want, checkJSON(field, row.tag), row.tag)
	}
}
