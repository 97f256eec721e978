package signed

import "github.com/seatwright/seatwright/internal/plaintext"

// MaxMessageLength is the number of characters after which a message is cut.
const MaxMessageLength = plaintext.MaxLength

// messageJSON is the unsigned message of an envelope.
type messageJSON struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// cleaned makes the message fit to be shown. Nobody vouches for a message, so a
// bad one never makes an envelope wrong.
func (m messageJSON) cleaned() messageJSON {
	return messageJSON{Text: plaintext.Clean(m.Text), URL: plaintext.SecureURL(m.URL)}
}
