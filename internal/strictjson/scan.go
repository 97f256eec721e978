package strictjson

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Scan checks that the text is one JSON value in valid UTF-8 with nothing but
// white space around it, nested no deeper than [MaxDepth], and says what is wrong
// otherwise. A byte order mark and an escape of a lone surrogate are
// mistakes.
//
// A member name that occurs more than once in its object, at any depth and
// however it is spelled, is not an error: it is marked in the tree with the
// code. See [Tree.Limit] for what is left out.
func Scan(text string, tree *Tree, duplicate Code) *Error {
	if !utf8.ValidString(text) {
		return &Error{Problem: "is not valid UTF-8"}
	}
	s := scanner{text: text, tree: tree, duplicate: duplicate}
	return s.scan()
}

type scanner struct {
	text      string
	pos       int
	frames    []frame
	names     []string // the names of all open objects, outermost first
	tree      *Tree
	duplicate Code
}

// frame is an array or object that is open.
type frame struct {
	array bool
	muted bool   // findings inside come too late to be among the first
	index int    // the index of the element, in an array
	name  string // the name of the member, in an object
	first int    // where the names of an object begin in scanner.names
	known map[string]struct{}
	node  Node
	mark  int // the number of findings before an array
}

// smallObject is how many names are compared one by one, before a map pays.
const smallObject = 16

func (s *scanner) scan() *Error {
	s.space()
	for {
		due, err := s.value()
		for err == nil && !due {
			if len(s.frames) == 0 {
				return s.end()
			}
			due, err = s.next()
		}
		if err != nil {
			return err
		}
	}
}

// value reads a scalar or opens a container. It reports whether a value is due
// next, which is so in a container that is not empty.
func (s *scanner) value() (due bool, err *Error) {
	switch s.peek() {
	case '{':
		return s.open(frame{first: len(s.names)}, '}')
	case '[':
		return s.open(frame{array: true, mark: s.tree.Len()}, ']')
	case '"':
		_, err = s.quoted()
	case 't':
		err = s.literal("true")
	case 'f':
		err = s.literal("false")
	case 'n':
		err = s.literal("null")
	default:
		err = s.number()
	}
	return false, err
}

func (s *scanner) open(f frame, closing byte) (due bool, err *Error) {
	if len(s.frames) == MaxDepth {
		return false, &Error{Problem: "is nested deeper than " + strconv.Itoa(MaxDepth)}
	}
	f.node = noNode
	if len(s.frames) > 0 {
		f.muted = s.top().muted
	}
	s.pos++
	s.space()
	if s.peek() == closing {
		s.pos++
		return false, nil
	}
	s.frames = append(s.frames, f)
	if f.array {
		return true, nil
	}
	return true, s.member()
}

// next reads what follows a value in a container. It reports whether another
// value is due.
func (s *scanner) next() (due bool, err *Error) {
	s.space()
	f := s.top()
	switch c := s.peek(); {
	case c == ',':
		s.pos++
		s.space()
		if !f.array {
			return true, s.member()
		}
		f.index++
		f.muted = f.muted || s.tree.Len()-f.mark >= s.tree.Limit
		return true, nil
	case c == '}' && !f.array, c == ']' && f.array:
		s.pos++
		if !f.array {
			s.names = s.names[:f.first]
		}
		s.frames = s.frames[:len(s.frames)-1]
		return false, nil
	}
	return false, s.unexpected()
}

// member reads the name of a member, up to its value.
func (s *scanner) member() *Error {
	if s.peek() != '"' {
		return s.unexpected()
	}
	raw, err := s.quoted()
	if err != nil {
		return err
	}
	s.space()
	if s.peek() != ':' {
		return s.unexpected()
	}
	s.pos++
	s.space()
	f := s.top()
	if f.muted {
		return nil
	}
	f.name = unescape(raw)
	if s.seen(f) {
		s.tree.Mark(s.tree.Child(s.place(), Name(f.name)), s.duplicate)
	}
	return nil
}

// seen reports whether the object has a member of this name already, and
// remembers the name.
func (s *scanner) seen(f *frame) bool {
	if f.known != nil {
		_, seen := f.known[f.name]
		if !seen {
			f.known[f.name] = struct{}{}
		}
		return seen
	}
	names := s.names[f.first:]
	for _, name := range names {
		if name == f.name {
			return true
		}
	}
	if len(names) < smallObject {
		s.names = append(s.names, f.name)
		return false
	}
	f.known = make(map[string]struct{}, 4*smallObject)
	for _, name := range names {
		f.known[name] = struct{}{}
	}
	f.known[f.name] = struct{}{}
	return false
}

// place returns the node of the innermost container. Nodes are made for those
// containers only in which something was found, each of them once.
func (s *scanner) place() Node {
	i := len(s.frames) - 1
	for i > 0 && s.frames[i].node == noNode {
		i--
	}
	if i == 0 {
		s.frames[0].node = s.tree.Root()
	}
	for ; i < len(s.frames)-1; i++ {
		outer := &s.frames[i]
		segment := Index(outer.index)
		if !outer.array {
			segment = Name(outer.name)
		}
		s.frames[i+1].node = s.tree.Child(outer.node, segment)
	}
	return s.top().node
}

func (s *scanner) end() *Error {
	s.space()
	if s.pos < len(s.text) {
		return &Error{Problem: "is followed by something at byte " + strconv.Itoa(s.pos)}
	}
	return nil
}

func (s *scanner) top() *frame { return &s.frames[len(s.frames)-1] }

// peek returns the next byte, 0 at the end. A zero byte has no place outside
// of strings, so the two need not be told apart.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) space() { s.pos = skipSpace(s.text, s.pos) }

func (s *scanner) unexpected() *Error {
	if s.pos >= len(s.text) {
		return &Error{Problem: "ends too early"}
	}
	return &Error{Problem: "is not valid JSON at byte " + strconv.Itoa(s.pos)}
}

func (s *scanner) literal(word string) *Error {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		return s.unexpected()
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) number() *Error {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.unexpected()
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return s.unexpected()
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.unexpected()
		}
	}
	return nil
}

// digits reads as many as there are, and reports whether there was one.
func (s *scanner) digits() bool {
	start := s.pos
	for '0' <= s.peek() && s.peek() <= '9' {
		s.pos++
	}
	return s.pos > start
}

// quoted reads a string and returns what is between its quotes, as spelled.
func (s *scanner) quoted() (raw string, err *Error) {
	start := s.pos + 1
	for i := start; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return s.text[start:i], nil
		case c == '\\':
			size := escapeSize(s.text[i:])
			if size == 0 {
				s.pos = i
				return "", s.unexpected()
			}
			i += size - 1
		case c < ' ':
			s.pos = i
			return "", s.unexpected()
		}
	}
	s.pos = len(s.text)
	return "", s.unexpected()
}

// escapeSize returns the length of the escape that a text begins with, that of
// both for a pair of surrogates, and 0 if it is none.
func escapeSize(text string) int {
	if len(text) < 2 {
		return 0
	}
	if text[1] != 'u' {
		if strings.IndexByte(`"\/bfnrt`, text[1]) < 0 {
			return 0
		}
		return 2
	}
	r := hexEscape(text)
	if r < 0 {
		return 0
	}
	if !utf16.IsSurrogate(r) {
		return 6
	}
	if utf16.DecodeRune(r, hexEscape(text[6:])) == utf8.RuneError {
		return 0
	}
	return 12
}

// hexEscape returns the number in an escape like \u00e5 at the beginning of the
// text, -1 if there is none.
func hexEscape(text string) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	var r rune
	for i := 2; i < 6; i++ {
		digit := hexDigit(text[i])
		if digit < 0 {
			return -1
		}
		r = r<<4 | digit
	}
	return r
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

func skipSpace(text string, pos int) int {
	for pos < len(text) {
		switch text[pos] {
		case ' ', '\t', '\n', '\r':
			pos++
		default:
			return pos
		}
	}
	return pos
}
