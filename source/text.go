package source

import "github.com/seatwright/seatwright/internal/plaintext"

// MaxTextLength is the number of characters that are kept of a text.
const MaxTextLength = plaintext.MaxLength

// Message is what the issuer of a license wants people to know: a text, an
// address with more about it, or both. Nobody vouches for it; it is shown and
// decides nothing.
type Message struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Clean returns the message fit to be shown: the text by [CleanText], and the
// URL if it is an absolute https URL in ASCII, with a host and without user
// information; otherwise it is dropped.
func (m Message) Clean() Message {
	return Message{Text: CleanText(m.Text), URL: plaintext.SecureURL(m.URL)}
}

// CleanText returns a text from outside fit to be shown: in one line, without
// control characters and those that turn the direction of the text around
// them, cut after [MaxTextLength] characters. Markup in it is text like any
// other, to be escaped wherever it is shown.
func CleanText(text string) string { return plaintext.Clean(text) }
