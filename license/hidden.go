package license

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seatwright/seatwright/internal/decompose"
)

// Hidden is a kind of difference between two texts that people do not see or
// easily overlook. Such texts are still different, see [SameText]. Use it to
// explain why two names that look alike do not match. The values are stable.
type Hidden string

// The kinds, in the order in which [HiddenDifferences] lists them.
const (
	// HiddenForm: one text has composed letters, the other has letters
	// followed by combining accents: "é" and "e" with U+0301.
	HiddenForm Hidden = "form"
	// HiddenMark: one text has invisible marks, such as for the direction of
	// writing, for joining or for hyphenation: U+200F, U+200D, U+00AD.
	HiddenMark Hidden = "mark"
	// HiddenSpace: the spaces differ in kind or number, such as a no-break
	// space (U+00A0), a zero-width space (U+200B), or two spaces for one.
	HiddenSpace Hidden = "space"
	// HiddenCase: some letters are in upper case in one text only.
	HiddenCase Hidden = "case"
)

// HiddenDifferences lists the hidden ways in which two texts differ. Call it
// after [SameText] has reported false, to tell an administrator what to look
// for. It returns nil for equal texts, for texts that also differ visibly, and
// for texts that are not valid UTF-8.
//
// It only explains; never decide by it. Letters that merely look alike, such as
// Latin and Cyrillic ones, are different letters and are not listed. Texts
// whose letters have the same accents in another order count as the same
// letters.
func HiddenDifferences(a, b string) []Hidden {
	if !utf8.ValidString(a) || !utf8.ValidString(b) || SameText(a, b) || !sameWithout(a, b, kinds...) {
		return nil
	}
	var needed []Hidden
	for i, kind := range kinds {
		if !sameWithout(a, b, slices.Delete(slices.Clone(kinds), i, i+1)...) {
			needed = append(needed, kind)
		}
	}
	if needed == nil { // two kinds explain the same letter, and one of them is enough
		i := slices.IndexFunc(kinds, func(kind Hidden) bool { return sameWithout(a, b, kind) })
		needed = kinds[max(i, 0) : max(i, 0)+1 : max(i, 0)+1]
	}
	return needed
}

var kinds = []Hidden{HiddenForm, HiddenMark, HiddenSpace, HiddenCase}

// sameWithout reports whether two texts are the same once the differences of
// these kinds are removed.
func sameWithout(a, b string, kinds ...Hidden) bool {
	for _, kind := range kinds {
		a, b = kind.removed(a), kind.removed(b)
	}
	return SameText(a, b)
}

// removed returns a text without anything that can make a difference of the
// kind.
func (h Hidden) removed(text string) string {
	switch h {
	case HiddenForm:
		return decompose.Text(text)
	case HiddenMark:
		return strings.Map(withoutMark, text)
	case HiddenSpace:
		return strings.Join(strings.FieldsFunc(strings.Map(withoutThinSpace, text), unicode.IsSpace), " ")
	case HiddenCase:
		return strings.ToLower(strings.ToUpper(text))
	}
	return text
}

// withoutMark drops format characters and variation selectors.
func withoutMark(r rune) rune {
	if isThinSpace(r) {
		return r
	}
	if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
		return -1
	}
	return r
}

func withoutThinSpace(r rune) rune {
	if isThinSpace(r) {
		return -1
	}
	return r
}

// isThinSpace reports whether r is a space without width.
func isThinSpace(r rune) bool { return r == '\u200b' || r == '\u2060' || r == '\ufeff' }
