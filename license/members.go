package license

import "unicode/utf8"

// object is the table of the members of one kind of object. It is the only
// place that says what they are called, which are required, and what they hold.
type object struct {
	members  map[string]*memberOf
	required []*memberOf
	folded   map[string]bool // the names in lower case
	longest  int
}

type memberOf struct {
	name     string
	required bool
	form     string // what the value must be, in words
	elements string // what each element must be, in words
	// read reads the value. It reports whether the value can be used by later
	// rules.
	read func(*reader) bool
	bit  memberSet
}

// memberSet is a set of members of one kind of object.
type memberSet uint32

func newObject(members ...memberOf) *object {
	o := &object{members: make(map[string]*memberOf), folded: make(map[string]bool)}
	for i := range members {
		m := &members[i]
		m.bit = 1 << i
		o.members[m.name] = m
		lower, _ := foldMember(m.name)
		o.folded[lower] = true
		o.longest = max(o.longest, len(m.name))
		if m.required {
			o.required = append(o.required, m)
		}
	}
	return o
}

// resembles reports whether an unknown name differs from a known one only in
// case.
func (o *object) resembles(name string) bool {
	if len(name) > o.longest*utf8.UTFMax {
		return false
	}
	folded, ok := foldMember(name)
	return ok && o.folded[folded]
}

// foldMember folds a name by Unicode simple case folding, if the result is
// ASCII, as all known names are. Beyond ASCII only the long s and the Kelvin
// sign fold to ASCII.
func foldMember(name string) (string, bool) {
	folded := make([]byte, 0, len(name))
	for _, r := range name {
		switch {
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r == '\u017f':
			r = 's'
		case r == '\u212a':
			r = 'k'
		case r >= utf8.RuneSelf:
			return "", false
		}
		folded = append(folded, byte(r))
	}
	return string(folded), true
}

// Forms of values, to complete "the value must be".
const (
	aText      = "a string"
	aCompany   = "a string that is not blank, without control characters inside"
	aSerial    = aCompany + ", of at most 255 bytes"
	aTruth     = "true or false"
	aName      = "a name: a to z, 0 to 9 and hyphens, no hyphen first, at most 63"
	aReference = "the name of a module, alone or after that of its owner and a dot"
	anInstant  = "an instant like 2006-01-02T15:04:05Z"
	anObject   = "an object"
	anArray    = "an array"
)
