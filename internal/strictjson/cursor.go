package strictjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the type of a JSON value.
type Kind int

// The types of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Cursor walks a JSON text from front to back. The text must have passed
// [Scan], so that nothing can be wrong with its syntax; the methods must be
// called where their kind of value is next.
type Cursor struct {
	text string
	pos  int
}

// NewCursor returns a cursor at the value of a text.
func NewCursor(text string) *Cursor {
	return &Cursor{text: text, pos: skipSpace(text, 0)}
}

// Kind returns the type of the next value.
func (c *Cursor) Kind() Kind {
	switch c.text[c.pos] {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '"':
		return String
	case '[':
		return Array
	case '{':
		return Object
	}
	return Number
}

// Open enters the array or object that is next.
func (c *Cursor) Open() { c.pos = skipSpace(c.text, c.pos+1) }

// Member goes to the next member of the object that was entered and returns its
// name. At the end it leaves the object and returns false.
func (c *Cursor) Member() (name string, ok bool) {
	if !c.Element() {
		return "", false
	}
	name = c.Text()
	c.pos = skipSpace(c.text, c.pos+1) // after the colon
	return name, true
}

// Element goes to the next element of the array that was entered. At the end
// it leaves the array and returns false.
func (c *Cursor) Element() bool {
	switch c.text[c.pos] {
	case ']', '}':
		c.advance(1)
		return false
	case ',':
		c.advance(1)
	}
	return true
}

// Text returns the string that is next. It shares memory with the text where
// nothing is escaped.
func (c *Cursor) Text() string {
	size := stringSize(c.text[c.pos:])
	raw := c.text[c.pos+1 : c.pos+size-1]
	c.advance(size)
	return unescape(raw)
}

// Raw returns the next value as it is spelled.
func (c *Cursor) Raw() string {
	start, size := c.pos, valueSize(c.text[c.pos:])
	c.advance(size)
	return c.text[start : start+size]
}

// Skip passes over the next value.
func (c *Cursor) Skip() { c.advance(valueSize(c.text[c.pos:])) }

func (c *Cursor) advance(size int) { c.pos = skipSpace(c.text, c.pos+size) }

// valueSize returns the length of the value that a text begins with.
func valueSize(text string) int {
	switch text[0] {
	case '"':
		return stringSize(text)
	case '{', '[':
		return containerSize(text)
	}
	for i := range len(text) {
		switch text[i] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return i
		}
	}
	return len(text)
}

func containerSize(text string) int {
	depth := 0
	for i := 0; ; i++ {
		switch text[i] {
		case '"':
			i += stringSize(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
}

// stringSize returns the length of the string, quotes and all, that a text
// begins with.
func stringSize(text string) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}

// unescape returns the text that a string stands for.
func unescape(raw string) string {
	i := strings.IndexByte(raw, '\\')
	if i < 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i >= 0 {
		b.WriteString(raw[:i])
		raw = raw[i:]
		size := escapeSize(raw)
		b.WriteRune(escaped(raw[:size]))
		raw = raw[size:]
		i = strings.IndexByte(raw, '\\')
	}
	b.WriteString(raw)
	return b.String()
}

func escaped(escape string) rune {
	switch escape[1] {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		r := hexEscape(escape)
		if utf16.IsSurrogate(r) {
			r = utf16.DecodeRune(r, hexEscape(escape[6:]))
		}
		return r
	}
	r, _ := utf8.DecodeRuneInString(escape[1:])
	return r
}
