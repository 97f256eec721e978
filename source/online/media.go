package online

import (
	"mime"

	"github.com/seatwright/seatwright/internal/mistaken"
)

// The media types of the feed's answers.
const (
	// EnvelopeType is that of a signed envelope.
	EnvelopeType = "application/vnd.seatwright.license+json"
	// StatusType is that of a [StatusDocument].
	StatusType = "application/vnd.seatwright.status+json"

	problemType = "application/problem+json" // RFC 9457
)

// mediaType returns the type of a Content-Type header without its parameters,
// in lower case, and nothing where there is no valid one.
func mediaType(header string) string {
	name, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return name
}

// isVague reports whether a type says no more than that there are bytes, or a
// text, or JSON: what a server that knows no better says of an envelope. A
// missing one is as good as the first, see RFC 9110, section 8.3.
func isVague(header, media string) bool {
	switch media {
	case "application/json", "application/octet-stream", "text/plain":
		return true
	}
	return header == ""
}

func isHTML(media string) bool { return media == "text/html" || media == "application/xhtml+xml" }

// wrongType says what an answer is whose type is that of something else.
func wrongType(media string) string {
	if isHTML(media) {
		return page
	}
	if media == problemType {
		return "what came is a problem, though its status says that all is well"
	}
	return "what the feed sends is neither a license nor a status"
}

const page = "what came is a page of HTML, perhaps of a proxy or a sign-in rather than of the feed"

// wrongBody says what came as a text or as bytes and is no envelope.
func wrongBody(body []byte) string {
	if mistaken.IsPage(body) {
		return page
	}
	if name := mistaken.Name(body); name != "" {
		return "what the feed sends is no license; this is " + name
	}
	return "what the feed sends is neither a license nor a status"
}
