package main

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

var classRow = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([0-9]{3}) \\|")

// TestPageSaysWhatErrorsMean compares the page's table with the library's.
func TestPageSaysWhatErrorsMean(t *testing.T) {
	page := pageOf(t, "production.md")
	said := make(map[activation.Class]int)
	for _, row := range classRow.FindAllStringSubmatch(page, -1) {
		status, err := strconv.Atoi(row[2])
		require.NoError(t, err)
		said[activation.Class(row[1])] = status
	}
	classes := []activation.Class{
		activation.ClassInvalid, activation.ClassForbidden, activation.ClassNotFound, activation.ClassConflict,
		activation.ClassRefused, activation.ClassUnavailable, activation.ClassOutcomeUnknown,
	}
	are := make(map[activation.Class]int)
	for _, class := range classes {
		are[class] = class.HTTPStatus()
	}
	assert.Equal(t, are, said)
}
