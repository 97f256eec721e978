package license

import (
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/instant"
	"github.com/seatwright/seatwright/internal/strictjson"
)

// reader reads a document of correct syntax into a license. A member that it
// cannot read becomes a finding; the rules between members use the others.
type reader struct {
	cursor     *strictjson.Cursor
	findings   *findings
	duplicates bool   // the document has duplicate members
	muted      bool   // findings come too late to be among the first
	path       []step // the path to the next value
	license    License
	module     Module           // the module that is being read
	surplus    bool             // the module is beyond the limit, and not kept
	facts      []facts          // of all modules
	unknown    *strictjson.Tree // members that the specification does not name, if they are wanted
}

func newReader(text string, f *findings) *reader {
	return &reader{
		cursor:     strictjson.NewCursor(text),
		findings:   f,
		duplicates: f.tree.Len() > 0,
		path:       make([]step, 0, 8),
	}
}

func (r *reader) add(code Code) {
	if !r.muted {
		r.findings.add(code, r.path...)
	}
}

// notice records the place of an unknown member.
func (r *reader) notice() {
	if r.unknown == nil {
		return
	}
	node := r.unknown.Root()
	for _, s := range r.path {
		node = r.unknown.Child(node, s.segment())
	}
	r.unknown.Mark(node, 0)
}

func (r *reader) push(s step) { r.path = append(r.path, s) }
func (r *reader) pop()        { r.path = r.path[:len(r.path)-1] }

// occursTwice reports whether the member at the path is a duplicate. The values
// of duplicates are not read.
func (r *reader) occursTwice() bool {
	return r.duplicates && r.findings.has(CodeDuplicateMember, r.path)
}

// is reports whether the next value is of a kind. It skips a value of another
// kind and reports it as malformed.
func (r *reader) is(kind strictjson.Kind) bool {
	if r.cursor.Kind() == kind {
		return true
	}
	r.cursor.Skip()
	r.add(CodeMalformed)
	return false
}

// object reads an object by the table of its members. It returns which members
// are present, and which of those have a usable value.
func (r *reader) object(o *object) (present, valid memberSet) {
	if !r.is(strictjson.Object) {
		return 0, 0
	}
	r.cursor.Open()
	for name, ok := r.cursor.Member(); ok; name, ok = r.cursor.Member() {
		r.push(member(name))
		m := o.members[name]
		switch {
		case m == nil:
			if o.resembles(name) {
				r.add(CodeMemberCase)
			}
			r.notice()
			r.cursor.Skip()
		case present&m.bit != 0:
			// Late in a large array, duplicates are not in the findings.
			valid &^= m.bit
			r.cursor.Skip()
		case r.occursTwice():
			present |= m.bit
			r.cursor.Skip()
		default:
			present |= m.bit
			if m.read(r) {
				valid |= m.bit
			}
		}
		r.pop()
	}
	for _, m := range o.required {
		if present&m.bit == 0 {
			r.push(member(m.name))
			r.add(CodeRequired)
			r.pop()
		}
	}
	return present, valid
}

// elements calls read for each element of an array.
func (r *reader) elements(read func()) {
	muted, before := r.muted, r.findings.tree.Len()
	r.cursor.Open()
	for i := 0; r.cursor.Element(); i++ {
		r.muted = r.muted || r.findings.tree.Len()-before >= r.findings.limit()
		r.push(element(i))
		read()
		r.pop()
	}
	r.muted = muted
}

// list reads an array of strings of one form. Malformed strings are empty in
// the list.
func (r *reader) list(to *[]string, form func(string) (string, bool)) bool {
	if !r.is(strictjson.Array) {
		return false
	}
	count := *r.cursor
	size := 0
	for count.Open(); count.Element(); count.Skip() {
		size++
	}
	*to = nil
	if size > 0 {
		*to = make([]string, 0, size)
	}
	r.elements(func() {
		s := ""
		if r.is(strictjson.String) {
			text, ok := form(r.cursor.Text())
			if ok {
				s = strings.Clone(text)
			} else {
				r.add(CodeMalformed)
			}
		}
		*to = append(*to, s)
	})
	return true
}

// anyText is the form of strings that may hold anything.
func anyText(s string) (string, bool) { return s, true }

// text reads a string of one form. It copies the string, so that a license does
// not keep the whole document in memory.
func (r *reader) text(to *string, form func(string) (string, bool)) bool {
	if !r.is(strictjson.String) {
		return false
	}
	s, ok := form(r.cursor.Text())
	if !ok {
		r.add(CodeMalformed)
		return false
	}
	*to = strings.Clone(s)
	return true
}

func (r *reader) truth(to *bool) bool {
	if !r.is(strictjson.Bool) {
		return false
	}
	*to = r.cursor.Raw() == "true"
	return true
}

// integer reads a number without fraction and exponent.
func (r *reader) integer(to *int64, low, high int64) bool {
	if !r.is(strictjson.Number) {
		return false
	}
	n, err := strconv.ParseInt(r.cursor.Raw(), 10, 64)
	if err != nil || n < low || n > high {
		r.add(CodeMalformed)
		return false
	}
	*to = n
	return true
}

func (r *reader) instant(to *time.Time) bool {
	if !r.is(strictjson.String) {
		return false
	}
	t, ok := instant.Parse(r.cursor.Text())
	if !ok {
		r.add(CodeMalformed)
		return false
	}
	*to = t
	return true
}

func (r *reader) optionalInstant(to **time.Time) bool {
	t := new(time.Time)
	if !r.instant(t) {
		return false
	}
	*to = t
	return true
}
