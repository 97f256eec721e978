package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

func memberNames(value any) (names []string) {
	for i := range reflect.TypeOf(value).NumField() {
		name, _, _ := strings.Cut(reflect.TypeOf(value).Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// TestEveryMemberHasWords: what differs in a module is said in words. A name that
// is a plain word says itself.
func TestEveryMemberHasWords(t *testing.T) {
	w := wordsOnly(t).words
	plain := []string{"description", "hidden", "info", "kind", "replaces", "tooltip", "version"}
	for _, name := range memberNames(license.Module{}) {
		if name == "name" {
			continue // modules are told apart by their names
		}
		require.Equal(t, slices.Contains(plain, name), w.Say("field.", name) == name, "%s needs words, or is a plain one", name)
	}
}
