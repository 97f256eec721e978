package strictjson

import (
	"strconv"
	"strings"
)

// Error says what is wrong with a JSON text, and where. It never holds values
// of the text, only names of members, as part of the pointer.
type Error struct {
	// Pointer is the RFC 6901 pointer to the member or element. It is empty
	// for the text as a whole, which includes every mistake of syntax.
	Pointer string
	// Problem is the reason, as a part of a sentence: "must not be null".
	Problem string
	// Err is the error of a type's own UnmarshalJSON or UnmarshalText, if that
	// is the reason. It may hold values of the text, and is not part of the
	// message.
	Err error
}

// Error returns the message, for logs: one line, the pointer shortened if it
// is long.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return "JSON text: " + e.Problem
	}
	return "JSON member " + Printable(e.Pointer) + ": " + e.Problem
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

const (
	printableLength = 120
	printableTail   = 40
)

// Printable returns a pointer in a form for messages: printable characters
// only, and not longer than a line.
func Printable(pointer string) string {
	text := pointer
	if len(text) > printableLength {
		head, tail := text[:printableLength-printableTail], text[len(text)-printableTail:]
		text = strings.ToValidUTF8(head, "") + "…" + strings.ToValidUTF8(tail, "")
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}
