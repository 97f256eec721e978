// Package decompose takes composed letters apart, so that two spellings of one
// text can be told from two texts. It is for naming a difference, and no
// replacement for golang.org/x/text/unicode/norm: see [Text].
package decompose

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Text returns the text with every composed letter replaced by a base letter
// and its combining marks (canonical decomposition, Unicode Standard Annex
// #15), and the marks of each letter sorted by code point.
//
// The order of marks is therefore not the canonical one, and texts count as the
// same that differ in the order of marks alone, which may be seen. Ideographs
// for compatibility (U+F900 to U+FAFF, U+2F800 to U+2FA1F) stay as they are.
// Bytes that are no UTF-8 become U+FFFD.
func Text(text string) string {
	if isASCII(text) {
		return text
	}
	decomposed := make([]rune, 0, len(text))
	for _, r := range text {
		decomposed = appendLetter(decomposed, r)
	}
	for i := 0; i < len(decomposed); i++ {
		end := i
		for end < len(decomposed) && unicode.Is(unicode.Mn, decomposed[end]) {
			end++
		}
		slices.Sort(decomposed[i:end])
		i = max(i, end-1)
	}
	return string(decomposed)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

func appendLetter(to []rune, r rune) []rune {
	if r < utf8.RuneSelf {
		return append(to, r)
	}
	if r >= hangulBase && r < hangulBase+hangulCount {
		return appendSyllable(to, r-hangulBase)
	}
	if parts, composed := partsOf()[r]; composed {
		return append(to, []rune(parts)...)
	}
	return append(to, r)
}

// partsOf returns what each composed letter is composed of.
var partsOf = sync.OnceValue(func() map[rune]string {
	parts := map[rune]string{}
	for letter := range strings.SplitSeq(letters, " ") {
		composed, size := utf8.DecodeRuneInString(letter)
		parts[composed] = letter[size:]
	}
	return parts
})

// Hangul syllables are arranged by their parts: leading consonant, vowel,
// trailing consonant or none. See the Unicode Standard, section 3.12.
const (
	hangulBase               = 0xac00
	leadBase                 = 0x1100
	vowelBase                = 0x1161
	trailBase                = 0x11a7
	vowelCount, trailCount   = 21, 28
	leadCount, syllableCount = 19, vowelCount * trailCount
	hangulCount              = leadCount * syllableCount
)

func appendSyllable(to []rune, index rune) []rune {
	to = append(to, leadBase+index/syllableCount, vowelBase+index%syllableCount/trailCount)
	if trail := index % trailCount; trail != 0 {
		to = append(to, trailBase+trail)
	}
	return to
}
