package source

import "github.com/seatwright/seatwright/internal/plaintext"

// MaxTextLength is the number of characters after which a text is cut.
const MaxTextLength = plaintext.MaxLength

// Message is what the issuer of a license wants people to know: a text, an
// address with more about it, or both. It is not signed. Show it, but decide
// nothing by it.
type Message struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Clean returns the message safe to show. The text is cleaned by [CleanText].
// The URL is kept only if it is an absolute https URL in ASCII, with a host and
// without user information.
func (m Message) Clean() Message {
	return Message{Text: CleanText(m.Text), URL: plaintext.SecureURL(m.URL)}
}

// CleanText makes a text from outside safe to show. It puts the text on one
// line, removes control characters and characters that reverse the direction of
// the text around them, and cuts it after [MaxTextLength] characters. It does
// not escape markup: escape the text wherever you show it.
func CleanText(text string) string { return plaintext.Clean(text) }
