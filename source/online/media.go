package online

import (
	"mime"

	"github.com/seatwright/seatwright/internal/mistaken"
)

// The media types of the feed's answers.
const (
	// EnvelopeType is the type of a signed envelope.
	EnvelopeType = "application/vnd.seatwright.license+json"
	// StatusType is the type of a [StatusDocument].
	StatusType = "application/vnd.seatwright.status+json"

	problemType = "application/problem+json" // RFC 9457
)

// mediaType returns the type of a Content-Type header in lower case and without
// parameters, or the empty string if it is invalid.
func mediaType(header string) string {
	name, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return name
}

// isVague reports whether a type says only that the body is bytes, text or
// JSON. A server that knows no better type may send an envelope so. A missing
// type counts as bytes, see RFC 9110, section 8.3.
func isVague(header, media string) bool {
	switch media {
	case "application/json", "application/octet-stream", "text/plain":
		return true
	}
	return header == ""
}

func isHTML(media string) bool { return media == "text/html" || media == "application/xhtml+xml" }

// wrongType describes an answer by its type, which is not one of the feed's.
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

// wrongBody describes an answer of text or bytes that is no envelope.
func wrongBody(body []byte) string {
	if mistaken.IsPage(body) {
		return page
	}
	if name := mistaken.Name(body); name != "" {
		return "what the feed sends is no license; this is " + name
	}
	return "what the feed sends is neither a license nor a status"
}
