package storetest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPromisesAreQuoted compares the sentences of the suite with what the author
// of a store reads.
func TestPromisesAreQuoted(t *testing.T) {
	source, err := os.ReadFile("../store.go")
	require.NoError(t, err)
	var words []string
	for line := range strings.Lines(string(source)) {
		words = append(words, strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "//"))...)
	}
	text := strings.Join(words, " ")
	for _, p := range promises() {
		assert.Contains(t, text, "- "+p.name+": "+p.sentence, "activation/store.go")
	}
}
