package api

import (
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// zeroErrors is every exported error type at its zero value.
var zeroErrors = map[string]error{
	"activation.NotActivatedError":        &activation.NotActivatedError{},
	"activation/planner.EffortError":      &planner.EffortError{},
	"activation/planner.NoProposalError":  &planner.NoProposalError{},
	"activation/planner.NotAssignedError": &planner.NotAssignedError{},
	"activation/planner.SwitchError":      &planner.SwitchError{},
	"license.Finding":                     &license.Finding{},
	"license/signed.Error":                &signed.Error{},
	"seat.ModuleError":                    &seat.ModuleError{},
	"seat.NoFreeSeatError":                &seat.NoFreeSeatError{},
	"seat.NotAssignableError":             &seat.NotAssignableError{},
	"seat.OtherBundleError":               &seat.OtherBundleError{},
	"seat.PrerequisiteError":              &seat.PrerequisiteError{},
	"seat.RefusedError":                   &seat.RefusedError{},
	"seat.UnknownHolderError":             &seat.UnknownHolderError{},
	"source.RequestError":                 &source.RequestError{},
	"source.TooLargeError":                &source.TooLargeError{},
}

// TestZeroErrors prints every exported error type at its zero value, also as a
// part of another one.
func TestZeroErrors(t *testing.T) {
	packages := loadWorkspace(t)
	found := map[string]bool{}
	failure := types.Universe.Lookup("error").Type().Underlying().(*types.Interface) //nolint:errcheck,forcetypeassert // it is one
	for _, path := range append(packagesForHosts, "license/signed", "license/keygen") {
		scope := packages.load(t, module+"/"+path).Scope()
		for _, name := range scope.Names() {
			object := scope.Lookup(name)
			_, structure := object.Type().Underlying().(*types.Struct)
			if _, is := object.(*types.TypeName); is && structure && object.Exported() && types.Implements(types.NewPointer(object.Type()), failure) {
				found[path+"."+name] = true
			}
		}
	}
	for name := range found {
		require.Contains(t, zeroErrors, name)
	}
	for name, err := range zeroErrors {
		require.True(t, found[name], "%s is no exported error type any more", name)
		require.NotPanics(t, func() { require.NotEmpty(t, strings.TrimSpace(err.Error()), name) }, name)
	}
	inner := &activation.NotActivatedError{Reason: activation.ErrBlocked, Fresh: &activation.Preview{Plan: &planner.Plan{}}}
	require.NotPanics(t, func() { _ = inner.Error() }, "a plan without blockers")
}
