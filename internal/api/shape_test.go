package api

import (
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sizes is how many types and functions a package may export. Each one beyond
// has its reason in beyond.
var sizes = map[string]int{"activation": 45, "activation/planner": 25, "seat": 30}

// beyond has a name for each one more, and why a host or the author of a store
// cannot do without.
var beyond = map[string]map[string]string{
	"activation": {
		"Class":              "what Classify answers; it has the HTTP status",
		"ClockReset":         "what a reset did: three instants, and why it went no further",
		"DriftCode":          "the codes of Drift, which were plain strings",
		"Installed":          "what Install answers: a result, or the preview to decide about",
		"ModuleUsage":        "the part of Usage that is of a module",
		"NamedHolder":        "a holder with the host's name for it, as administrators see people",
		"Operation":          "the codes of an Observation, which were plain strings",
		"Outcome":            "likewise",
		"OwnerUsage":         "the part of Usage that its owner is sent",
		"RaisedNumber":       "for stores: a number that was activated stays taken for ever",
		"Recounter":          "for stores: a census that a defect has spoiled is counted anew",
		"RefusedLicense":     "why a license that came was refused, which hosts show and send to the owner",
		"Schedule":           "what an administrator has approved of an offer that begins later",
		"SelectionSizeError": "how much was chosen for an offer, and how much may be: a page says both",
		"Usage":              "how many seats were used: what a vendor is paid for, and a customer buys by",
		"Waiting":            "the codes of what an offer waits for",
		"SeatUpdater":        "for stores: to know beforehand whose seats an Update is about saves a round trip",
		"SnapshotReader":     "for stores: to read all holders at once makes the first snapshot in a third of the time",
		"SyncOptions":        "which modules a Sync manages, and whether wishes are met later",
		"SyncResult":         "what a Sync has done or would do, with figures",
		"Wish":               "for hosts and stores: what somebody should have and can't be given, and why",
		"WishCount":          "likewise, counted for the status",
		"WithSnapshotMemory": "the limit of memory is the host's",
		"WriteHistoryCSV":    "hosts let administrators download the history, and each wrote its columns by hand",
		"WriteLogCSV":        "likewise, the log; both take any sequence, so that a host can filter",
	},
	"seat": {
		"CheckID":          "stores must know what can be an id: what can't is nobody's",
		"HolderRefusals":   "all reasons of one person",
		"ModuleGrants":     "what Entitlements.Module answers: a list of a thousand people asks without finding the module again for each",
		"RefusalsByHolder": "hosts count and show people, not refusals",
		"Sync":             "the rules of who gets what by a host's list, which the engine and a what-if share",
		"SyncPlan":         "what Sync answers: what begins and ends, the steps in an order that never oversells, what is unmet",
		"Unmet":            "a wish that can't be met, why, and what its holder keeps until then",
		"Wanted":           "a holder with what it has and what it should have",
	},
}

// TestSizes counts the exported types and functions of the packages that hosts
// read most of.
func TestSizes(t *testing.T) {
	packages := loadWorkspace(t)
	for path, most := range sizes {
		scope := packages.load(t, module+"/"+path).Scope()
		var names []string
		for _, name := range scope.Names() {
			switch object := scope.Lookup(name); object.(type) {
			case *types.TypeName, *types.Func:
				if object.Exported() {
					names = append(names, name)
				}
			}
		}
		for name, reason := range beyond[path] {
			assert.Contains(t, names, name, "%s exports it no more", path)
			assert.NotEmpty(t, reason, name)
		}
		if len(beyond[path]) == 0 {
			assert.LessOrEqual(t, len(names), most, path)
			continue
		}
		assert.Len(t, names, most+len(beyond[path]),
			"%s may export %d types and functions, and each one more that has a reason here; none that is needed no more", path, most)
	}
}

// mostParameters is how many a function may have, a list at the end as one.
const mostParameters = 4

// TestParameters counts the parameters of everything that is exported: functions,
// methods and the methods of interfaces.
func TestParameters(t *testing.T) {
	packages := loadWorkspace(t)
	counted := 0
	for _, path := range packages.paths {
		for name, signature := range signatures(packages.load(t, path)) {
			counted++
			assert.LessOrEqual(t, signature.Params().Len(), mostParameters, "%s: %s", path, name)
		}
	}
	require.Greater(t, counted, 300)
}

// signatures has the exported functions and methods of a package, by their names.
func signatures(of *types.Package) map[string]*types.Signature {
	found := map[string]*types.Signature{}
	for _, name := range exported(of) {
		object := of.Scope().Lookup(name)
		if function, ok := object.(*types.Func); ok {
			found[name] = function.Signature()
			continue
		}
		if _, ok := object.(*types.TypeName); !ok {
			continue
		}
		methods := types.NewMethodSet(object.Type())
		if !types.IsInterface(object.Type()) {
			methods = types.NewMethodSet(types.NewPointer(object.Type()))
		}
		for method := range methods.Methods() {
			if method.Obj().Exported() {
				found[name+"."+method.Obj().Name()] = method.Type().(*types.Signature) //nolint:errcheck,forcetypeassert // the type of a method is a signature
			}
		}
	}
	return found
}

// TestSignaturesAreCounted counts those of a package made for it.
func TestSignaturesAreCounted(t *testing.T) {
	of := (&workspace{}).parse(t, module+"/license", []byte(`package license
func Four(a, b, c int, rest ...int)
func Five(a, b, c, d, e int)
type Port interface { Wide(a, b, c, d, e int); narrow(a, b, c, d, e, f int) }
type Thing struct{ hidden }
func (*Thing) Pointer(a, b, c, d, e int)
func (Thing) Value(a int)
type hidden struct{}
func (hidden) Promoted(a, b, c, d, e int)
`))
	counts := map[string]int{}
	for name, signature := range signatures(of) {
		counts[name] = signature.Params().Len()
	}
	require.Equal(t, map[string]int{
		"Four": 4, "Five": 5, "Port.Wide": 5, "Thing.Pointer": 5, "Thing.Value": 1, "Thing.Promoted": 5,
	}, counts)
}
