package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sameWords are the names that several packages export, and why one word is
// enough for them.
var sameWords = map[string]string{
	"Code":            "the codes of the package",
	"CodeTooLarge":    "the same rule, of the document and of the envelope around it",
	"Digest":          "both the SHA-256 of an envelope",
	"Entitlements":    "activation's is seat's, kept up to date",
	"Inspect":         "both show what is not verified",
	"Kind":            "the kinds of what the package is about: of modules and holders, of outcomes",
	"Lapsed":          "a license that has ended, as a state and as what needs attention",
	"MaxEnvelopeSize": "the same limit",
	"MaxNumber":       "the same limit",
	"MaxSerialLength": "the same limit",
	"New":             "makes what the package is about",
	"NewTrust":        "both make a Trust",
	"NotYetValid":     "a license that begins later, as a state and as what needs attention",
	"Observer":        "otelobserver's is one of activation's",
	"Option":          "an option of what New makes, or of what stands in for it",
	"Outcome":         "how something ended: an operation in a word, a check with what it brought",
	"Reader":          "file.Reader takes an io.Reader, activation.Reader reads a tenant: what Go calls one",
	"Reason":          "the reasons that the package gives",
	"Release":         "a seat that is given back: to do so, and one of a plan",
	"Schedule":        "riverjobs has River's word for putting jobs into its queue",
	"Store":           "memstore's and riverjobs' are activation's",
	"Trust":           "both open what was signed by keys that are trusted",
	"Unverified":      "what nobody has verified, to be looked at, and as what needs attention",
	"Warning":         "a state and a severity that ask for attention, and what a plan warns of",
	"WithClock":       "the same option",
	"WithObserver":    "who is told what happens: of an engine, of a feed",
}

// TestWordsMeanOneThing: what two packages call by one name is the same thing, or
// a word so general that it says only what the package is about.
func TestWordsMeanOneThing(t *testing.T) {
	packages := loadWorkspace(t)
	where := map[string][]string{}
	for _, path := range packages.paths {
		for _, name := range exported(packages.load(t, path)) {
			where[name] = append(where[name], strings.TrimPrefix(path, module+"/"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		if _, explained := sameWords[name]; !explained && len(where[name]) > 1 {
			t.Errorf("%s is in %s: give one of them another name, or say here why it is the same", name, strings.Join(where[name], ", "))
		}
	}
	for name := range sameWords {
		assert.Greater(t, len(where[name]), 1, "%s is in one package alone", name)
	}
}
