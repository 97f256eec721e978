package license

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seatwright/seatwright/internal/decompose"
)

// Hidden is a kind of difference between two texts that people do not see, or
// overlook. Such texts are still not the same, see [SameText]; the kind is for
// whoever has to explain why. The words are stable.
type Hidden string

// The kinds, in the order in which [HiddenDifferences] lists them.
const (
	// HiddenForm: one text has letters composed with their accents, the other
	// has letters and accents one after another: "é" and "e" with U+0301.
	HiddenForm Hidden = "form"
	// HiddenMark: one text has marks that are not shown, as for the direction of
	// writing, for joining or hyphenating: U+200F, U+200D, U+00AD.
	HiddenMark Hidden = "mark"
	// HiddenSpace: the spaces between words are of another kind or number, such
	// as a no-break space (U+00A0), one without width (U+200B), or two.
	HiddenSpace Hidden = "space"
	// HiddenCase: letters are in upper case in one text and in lower case in the
	// other.
	HiddenCase Hidden = "case"
)

// HiddenDifferences says in which hidden ways two texts differ that are not the
// same by [SameText]. It returns nil for texts that are the same, and for those
// that differ in another way as well, which people can see, or are no UTF-8.
//
// It explains, and decides nothing: letters that only look alike, as in Latin
// and Cyrillic, are other letters and not listed, and texts whose letters have
// the same accents in another order count as the same letters.
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
	if needed == nil { // some letter differs in either of two ways
		i := slices.IndexFunc(kinds, func(kind Hidden) bool { return sameWithout(a, b, kind) })
		needed = kinds[max(i, 0) : max(i, 0)+1 : max(i, 0)+1]
	}
	return needed
}

var kinds = []Hidden{HiddenForm, HiddenMark, HiddenSpace, HiddenCase}

// sameWithout reports whether two texts are the same without differences of
// these kinds.
func sameWithout(a, b string, kinds ...Hidden) bool {
	for _, kind := range kinds {
		a, b = kind.removed(a), kind.removed(b)
	}
	return SameText(a, b)
}

// removed returns a text without what makes differences of the kind.
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
