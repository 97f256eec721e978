package api

import (
	"go/types"
	"reflect"
	"regexp"
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
	"activation.SelectionSizeError":       &activation.SelectionSizeError{},
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
	failure := types.Universe.Lookup("error").Type().Underlying().(*types.Interface) //nolint:errcheck,forcetypeassert // error is an interface
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

// TestErrorsCount prints every exported error type with 0, 1 and 2 of whatever it
// counts, and reads the nouns and verbs behind the numbers.
func TestErrorsCount(t *testing.T) {
	for name, zero := range zeroErrors {
		for n := range 3 {
			kind := reflect.TypeOf(zero).Elem()
			filled := reflect.New(kind)
			fill(filled.Elem(), n, 0)
			err, is := filled.Interface().(error)
			require.True(t, is)
			if got := ungrammatical(err.Error()); got != "" {
				t.Errorf("%s with %d: %q in: %v", name, n, got, err)
			}
		}
	}
	blocked := &activation.NotActivatedError{Reason: activation.ErrBlocked}
	for n := range int64(3) {
		for _, kind := range []planner.BlockerKind{planner.OverAllocated, planner.MissingPrerequisite, planner.NotAssignable} {
			blocked.Fresh = &activation.Preview{Plan: &planner.Plan{Blockers: []planner.Blocker{
				{Kind: kind, Module: "acme.web", InUse: n, Available: n, MustRemove: n, Requires: "acme.user", Affected: n},
			}}}
			require.Empty(t, ungrammatical(blocked.Error()), blocked.Error())
			short := &planner.NoProposalError{Shortages: []planner.Shortage{{Blocker: blocked.Fresh.Plan.Blockers[0], Wanted: n, Candidates: n}}}
			require.Empty(t, ungrammatical(short.Error()), short.Error())
		}
	}
}

// fill sets every number to n, and makes every list n long.
func fill(value reflect.Value, n, depth int) {
	switch value.Kind() { //nolint:exhaustive // the others stay as they are
	case reflect.Int, reflect.Int64:
		value.SetInt(int64(n))
	case reflect.String:
		value.SetString("x")
	case reflect.Pointer:
		if depth < 4 {
			value.Set(reflect.New(value.Type().Elem()))
			fill(value.Elem(), n, depth+1)
		}
	case reflect.Slice:
		if depth < 4 {
			value.Set(reflect.MakeSlice(value.Type(), n, n))
			for i := range n {
				fill(value.Index(i), n, depth+1)
			}
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				fill(value.Field(i), n, depth)
			}
		}
	default:
	}
}

var (
	oneOfMany = regexp.MustCompile(`\b1 (?:[a-z]+s|more [a-z]+s|are|have|were|more are)\b`)
	manyOfOne = regexp.MustCompile(`\b[02] (?:byte|candidate|holder|license|module|seat|has|is|more is|needs|was)\b`)
)

// ungrammatical returns a number and the word behind it that do not agree.
func ungrammatical(text string) string {
	for _, found := range oneOfMany.FindAllString(text, -1) {
		if found != "1 is" && found != "1 has" && found != "1 was" && found != "1 needs" && found != "1 more is" {
			return found
		}
	}
	return manyOfOne.FindString(text)
}

func TestUngrammatical(t *testing.T) {
	for _, wrong := range []string{
		"has 1 seats", "1 have to go", "1 more are wanted", "0 seat is free", "2 more is wanted", "2 holder", "1 bytes",
	} {
		require.NotEmpty(t, ungrammatical(wrong), wrong)
	}
	for _, right := range []string{"1 of 1 seat", "1 has to go", "1 more is wanted", "2 are", "0 seats", "12 holders", "license 2 of acme is"} {
		require.Empty(t, ungrammatical(right), right)
	}
}
