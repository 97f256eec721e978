package prose

import (
	"regexp"
	"strings"
)

// riddles are turns that a reader has to read twice.
var riddles = []*regexp.Regexp{
	// A relative clause as the subject of a sentence: "Who has none is told so."
	regexp.MustCompile(`^(?:Who|Whoever|Whom|What|Whatever|Whose) [^?]*[^?]$`),
	regexp.MustCompile(`\btold so\b`),
	// A relative clause as an object: "NULL for who never was".
	regexp.MustCompile(`\b(?:for|from|than) who (?:is|was|has|had|comes|never|pays|buys|uses|reads|occupies|sells|only)\b`),
	regexp.MustCompile(`\bbe it\b`),
}

// riddle returns the turn of a sentence that a reader has to read twice, if any.
func riddle(sentence string) string {
	for _, r := range riddles {
		if found := r.FindString(sentence); found != "" && !strings.HasPrefix(found, "What to ") {
			return found
		}
	}
	return ""
}
