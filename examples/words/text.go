package words

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// The signer of a license decides how long its texts and lists are. A sentence about
// them has limits, and says how much it leaves out.
const (
	// MaxNamed is how many names a sentence has at most.
	MaxNamed = 10
	// MaxText is the largest length of a text that others have written, in bytes.
	MaxText = 500
)

// Brief returns the beginning of a text.
func Brief(text string) string {
	if len(text) <= MaxText {
		return text
	}
	end := MaxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + fmt.Sprintf("… (and %s more bytes)", Number(int64(len(text)-end)))
}

// Some lists the first names.
func Some(names []string) string {
	text := strings.Join(names[:min(len(names), MaxNamed)], ", ")
	if more := len(names) - MaxNamed; more > 0 {
		text += fmt.Sprintf(" and %s more", Number(int64(more)))
	}
	return text
}

// Number writes a number in groups of three.
func Number(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return sign + digits
}

// Instant writes an instant in UTC. It may be zero.
func Instant(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.UTC().Format("2 Jan 2006, 15:04 UTC")
}

var instants = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`)

// dated writes instants as people do.
func dated(text string) string {
	return instants.ReplaceAllStringFunc(text, func(instant string) string {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			return instant
		}
		return Instant(at)
	})
}

// prefixes name the parts of the library through which an error has come.
var prefixes = regexp.MustCompile(`^(?:[a-z-]+: )+`)

// sentence makes the text of an error one.
func sentence(text string) string {
	text = strings.TrimSuffix(prefixes.ReplaceAllString(text, ""), ".")
	if text == "" {
		return text
	}
	if first, _, _ := strings.Cut(text, " "); strings.Contains(first, ".") {
		return text + "." // it begins with the name of a module, which stays as it is
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
