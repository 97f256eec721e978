package decompose

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"ASCII", "Cafe 1\t", "Cafe 1\t"},
		{"nothing", "", ""},
		{"composed", "Caf\u00e9", "Cafe\u0301"},
		{"decomposed", "Cafe\u0301", "Cafe\u0301"},
		{"two marks", "\u1eadt", "a\u0302\u0323t"},
		{"two marks, half composed", "\u00e2\u0323t", "a\u0302\u0323t"},
		{"two marks in the other order", "a\u0323\u0302t", "a\u0302\u0323t"},
		{"a sign that is a letter", "\u212b\u212a", "A\u030aK"},
		{"Greek", "\u0390", "\u03b9\u0301\u0308"},
		{"Cyrillic", "\u0439", "\u0438\u0306"},
		{"Hebrew", "\ufb2a", "\u05e9\u05c1"},
		{"Arabic", "\u0622", "\u0627\u0653"},
		{"Kana", "\u304c", "\u304b\u3099"},
		{"Hangul with two parts", "\uac00", "\u1100\u1161"},
		{"Hangul with three parts", "\ud7a3", "\u1112\u1175\u11c2"},
		{"behind Hangul", "\ud7a4", "\ud7a4"},
		{"outside the first plane", "\U0001d15e", "\U0001d157\U0001d165"},
		{"no composed letter", "\u00f8\u4e00", "\u00f8\u4e00"},
		{"a ligature is another text", "\ufb01", "\ufb01"},
		{"no UTF-8", "a\xff", "a\ufffd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, Text(test.text))
		})
	}
}

// TestLetters: what the table has is taken apart to the end.
func TestLetters(t *testing.T) {
	require.Equal(t, 1079, len(partsOf())) //nolint:testifylint // the map is long
	for letter, parts := range partsOf() {
		require.NotEmpty(t, parts)
		require.Equal(t, Text(string(letter)), Text(parts), "%U", letter)
		for i, part := range []rune(parts) {
			require.Equal(t, string(part), Text(string(part)), "%U", letter)
			require.True(t, i == 0 || unicode.Is(unicode.M, part) || part > 0xffff, "%U", letter)
		}
	}
}

// FuzzText: taking apart twice is the same as once.
func FuzzText(f *testing.F) {
	for _, text := range []string{"Caf\u00e9", "a\u0323\u0302", "\uac01", "\u212b", "\xff", "\u0344\u0301"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Text(text)
		require.Equal(t, once, Text(once))
		require.True(t, utf8.ValidString(once) || once == text)
	})
}
