package online

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxETagLength is the length of the longest entity tag that a client keeps.
const maxETagLength = 256

// ETag returns the strong entity tag of an answer: the SHA-256 of its bytes, in
// quotes. A [Catalog] uses it to fill [Content]. See docs/spec/feed.md, Server.
func ETag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// validETag reports whether a text is a weak or strong entity tag by RFC 9110,
// section 8.8.3, and short enough to be kept.
func validETag(tag string) bool {
	opaque, ok := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`)
	if !ok || len(tag) > maxETagLength {
		return false
	}
	opaque, ok = strings.CutSuffix(opaque, `"`)
	return ok && !strings.ContainsFunc(opaque, func(r rune) bool {
		return r < '!' || r == '"' || r > '~'
	})
}

// matchesAny reports whether the lines of an If-None-Match header name an
// entity tag, by the weak comparison of RFC 9110, section 13.1.2.
func matchesAny(lines []string, tag string) bool {
	for _, line := range lines {
		// Our tags contain no comma, so the parts of a foreign tag with one
		// can't match.
		for candidate := range strings.SplitSeq(line, ",") {
			candidate = strings.Trim(candidate, " \t")
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
				return true
			}
		}
	}
	return false
}
