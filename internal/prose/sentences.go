package prose

import (
	"regexp"
	"strings"
)

var (
	code     = regexp.MustCompile("``.*?``|`[^`]*`")
	image    = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	link     = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	item     = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+`)
	heading  = regexp.MustCompile(`^\s*#{1,6}\s`)
	fence    = regexp.MustCompile("^\\s*(?:>\\s*)?(?:```|~~~)")
	sentence = regexp.MustCompile(`[.!?]["')\]]*(?:\s+|$)`)
	word     = regexp.MustCompile(`[\pL\pN]`)
)

// markdown returns the sentences of a document, without code, tables and headings.
func markdown(text string) (sentences []string) {
	var paragraph []string
	end := func() {
		sentences = append(sentences, split(strings.Join(paragraph, " "))...)
		paragraph = nil
	}
	inCode := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case fence.MatchString(line):
			inCode = !inCode
			end()
		case inCode:
		case strings.TrimSpace(line) == "", heading.MatchString(line), strings.HasPrefix(strings.TrimSpace(line), "|"):
			end()
		default:
			if item.MatchString(line) {
				end()
				line = item.ReplaceAllString(line, "")
			}
			paragraph = append(paragraph, strings.TrimSpace(line))
		}
	}
	end()
	return sentences
}

// split cuts a paragraph into its sentences. Code counts as one word, and a link as
// its text.
func split(paragraph string) (sentences []string) {
	paragraph = image.ReplaceAllString(paragraph, "")
	paragraph = code.ReplaceAllString(paragraph, "code")
	paragraph = link.ReplaceAllString(paragraph, "$1")
	for paragraph != "" {
		at := sentence.FindStringIndex(paragraph)
		if at == nil {
			return append(sentences, paragraph)
		}
		sentences = append(sentences, strings.TrimSpace(paragraph[:at[1]]))
		paragraph = paragraph[at[1]:]
	}
	return sentences
}

// words counts the words of a sentence: what has a letter or a digit.
func words(sentence string) (n int) {
	for field := range strings.FieldsSeq(sentence) {
		if word.MatchString(field) {
			n++
		}
	}
	return n
}
