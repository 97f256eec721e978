package online

import "mime"

// The media types of the feed's answers.
const (
	// EnvelopeType is that of a signed envelope.
	EnvelopeType = "application/vnd.seatwright.license+json"
	// StatusType is that of a [Status].
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
