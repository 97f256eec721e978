// Package errtext writes several errors on one line of a log.
package errtext

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// shown is how many errors are written out.
const shown = 3

// Join returns the texts of the first three errors, and says how many more
// there are.
func Join(errs []error) string { return first(errs, 0, error.Error) }

// List is [Join] for what is no error, of which more may have been left out.
func List[T fmt.Stringer](list []T, leftOut int) string { return first(list, leftOut, T.String) }

func first[T any](list []T, leftOut int, text func(T) string) string {
	texts := make([]string, 0, shown+1)
	for _, one := range list[:min(shown, len(list))] {
		texts = append(texts, text(one))
	}
	if more := max(0, len(list)-shown) + leftOut; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// Codes returns codes with commas between them.
func Codes[T ~string](codes []T) string {
	texts := make([]string, len(codes))
	for i, code := range codes {
		texts[i] = string(code)
	}
	return strings.Join(texts, ", ")
}

// Some returns the first texts with commas between them, and says how many more
// there are.
func Some(texts []string) string {
	if more := len(texts) - shown; more > 0 {
		return strings.Join(texts[:shown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(texts, ", ")
}

// Cut returns a text of which the first bytes are kept, a limit's number at most,
// and says how many more there were.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + fmt.Sprintf("… and %d more bytes", len(text)-limit)
}

// Count returns a number with its noun: "1 seat", "2 seats".
func Count(n int64, singular string) string {
	if n == 1 {
		return "1 " + singular
	}
	return fmt.Sprintf("%d %ss", n, singular)
}
