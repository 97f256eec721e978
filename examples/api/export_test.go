package api

import (
	"maps"
	"slices"
)

// Write writes an answer.
var Write = write

// Patterns lists the calls for administrators.
func (a *API) Patterns() []string { return slices.Collect(maps.Keys(a.calls())) }
