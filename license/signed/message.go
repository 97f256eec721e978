package signed

import "github.com/seatwright/seatwright/internal/plaintext"

// MaxMessageLength is the number of characters of a message that are kept.
const MaxMessageLength = plaintext.MaxLength

// messageJSON is the unsigned message of an envelope.
type messageJSON struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// cleaned makes the message fit to be shown. A message never makes an envelope
// wrong, because nobody vouches for it.
func (m messageJSON) cleaned() messageJSON {
	return messageJSON{Text: plaintext.Clean(m.Text), URL: plaintext.SecureURL(m.URL)}
}
