package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/internal/instant"
	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
)

// MaxSize is the largest scenario that is read, in bytes. A million holders
// take some 100 MB.
const MaxSize = 256 << 20

// Read reads a scenario and checks all of it. It returns either a scenario or
// an error, never both.
//
// The error is an [InvalidError] with every finding of the license documents
// and everything else that is wrong; but of what is unknown, occurs twice or
// has the wrong type, only the first within each member of the scenario.
// Whether releases and switches can be made is for [Scenario.Plan] to say. Read neither
// changes data nor keeps it.
func Read(data []byte) (*Scenario, error) { return read(data, MaxSize) }

// ReadOffering reads a scenario as [Read] does, with a license that is offered
// instead of the scenario's own, of which it need have none; nor does count what
// the scenario expects.
func ReadOffering(data []byte, offered *license.License) (*Scenario, error) {
	r := &reader{scenario: &Scenario{Offered: offered}, offers: true}
	return r.read(string(data[:min(len(data), MaxSize+1)]), MaxSize)
}

// ReadFrom reads a scenario as [Read] does, from r to its end. Of a large one it
// keeps little more than its holders; size says about how large it is in bytes,
// 0 where that is not known. The error may also be that of r.
func ReadFrom(r io.Reader, size int64) (*Scenario, error) {
	var text strings.Builder
	text.Grow(int(min(max(size, 0), MaxSize)) + 1)
	if _, err := io.Copy(&text, io.LimitReader(r, MaxSize+1)); err != nil {
		return nil, err
	}
	return readText(text.String(), MaxSize)
}

// read is Read with another limit of size.
func read(data []byte, limit int) (*Scenario, error) {
	return readText(string(data[:min(len(data), limit+1)]), limit)
}

func readText(text string, limit int) (*Scenario, error) {
	r := &reader{scenario: new(Scenario)}
	return r.read(text, limit)
}

func (r *reader) read(text string, limit int) (*Scenario, error) {
	if len(text) > limit {
		r.add("", fmt.Sprintf("is larger than %d bytes", limit))
		return nil, r.err()
	}
	text = strictjson.TrimMark(text)
	// Duplicates are found where the member is read, with its other mistakes.
	ignored := strictjson.Tree{Limit: 1}
	if err := strictjson.Scan(text, &ignored, 0); err != nil {
		r.add("", err.Problem)
		return nil, r.err()
	}
	r.members(text)
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.scenario, nil
}

type reader struct {
	problems
	scenario *Scenario
	offers   bool // the scenario offers a license in place of its own
}

// members reads the members of a scenario. The text has passed
// [strictjson.Scan].
func (r *reader) members(text string) {
	cursor := strictjson.NewCursor(text)
	if cursor.Kind() != strictjson.Object {
		r.add("", "must be an object")
		return
	}
	var seen []string
	cursor.Open()
	for name, ok := cursor.Member(); ok; name, ok = cursor.Member() {
		raw, pointer := cursor.Raw(), pointerTo(name)
		read, known := readers[name]
		switch {
		case !known:
			r.add(pointer, "is unknown")
		case slices.Contains(seen, name):
			r.add(pointer, "occurs twice")
		default:
			seen = append(seen, name)
			if !r.offers || name != "offered" && name != "expect" {
				read(r, pointer, raw)
			}
		}
	}
	for _, name := range []string{"name", "now"} {
		if !slices.Contains(seen, name) {
			r.add(pointerTo(name), missing)
		}
	}
	if !r.offers && !slices.Contains(seen, "offered") {
		r.add("/offered", noOffer)
	}
}

const (
	missing = "is missing"
	// noOffer is said of what a host has exported, too.
	noOffer = missing + "; a scenario of a host has none, so put the license document there that is asked about"
)

func pointerTo(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// readers has the members that docs/spec/scenario.md names.
var readers = map[string]func(r *reader, pointer, raw string){
	"name":                func(r *reader, pointer, raw string) { r.decode(pointer, raw, &r.scenario.Name) },
	"now":                 (*reader).now,
	"active":              (*reader).active,
	"offered":             (*reader).offered,
	"holders":             (*reader).holders,
	"release":             (*reader).releases,
	"switch":              (*reader).switches,
	"allowIdentityChange": func(r *reader, pointer, raw string) { r.decode(pointer, raw, &r.scenario.AllowIdentityChange) },
	"highest":             func(r *reader, pointer, raw string) { r.count(pointer, raw, &r.scenario.Highest) },
	"highestRevoked":      func(r *reader, pointer, raw string) { r.count(pointer, raw, &r.scenario.HighestRevoked) },
	"activated":           (*reader).activated,
	"bindTo":              func(r *reader, pointer, raw string) { r.decode(pointer, raw, &r.scenario.BindTo) },
	"expect":              (*reader).expect,
}

// decode reads a value that is as strict as [strictjson.Unmarshal] makes it.
func (r *reader) decode(pointer, raw string, v any) bool {
	err := strictjson.Unmarshal([]byte(raw), v)
	if err == nil {
		return true
	}
	var wrong *strictjson.Error
	if errors.As(err, &wrong) {
		r.add(pointer+wrong.Pointer, wrong.Problem)
	} else {
		r.add(pointer, "is malformed")
	}
	return false
}

func (r *reader) now(pointer, raw string) {
	var text string
	if !r.decode(pointer, raw, &text) {
		return
	}
	now, ok := instant.Parse(text)
	if !ok {
		r.add(pointer, "must be an instant like 2006-01-02T15:04:05Z")
		return
	}
	r.scenario.Now = now
}

// count reads the number of a license, or 0.
func (r *reader) count(pointer, raw string, to *int64) {
	n := int64(-1)
	if r.decode(pointer, raw, &n) {
		*to = r.number(pointer, n, 0)
	}
}

func (r *reader) number(pointer string, n, least int64) int64 {
	if n < least || n > license.MaxNumber {
		r.add(pointer, fmt.Sprintf("must be an integer from %d to %d", least, int64(license.MaxNumber)))
	}
	return n
}

func (r *reader) offered(pointer, raw string) { r.scenario.Offered = r.license(pointer, raw) }

func (r *reader) license(pointer, raw string) *license.License {
	l, err := license.Parse([]byte(raw))
	for _, f := range license.FindingsOf(err) {
		r.add(pointer+f.Pointer, findingText(f))
	}
	return l
}

func findingText(f *license.Finding) string { return string(f.Code) + ": " + f.Detail }

func (r *reader) active(pointer, raw string) {
	cursor := strictjson.NewCursor(raw)
	if cursor.Kind() != strictjson.Array {
		r.add(pointer, "must be an array")
		return
	}
	var licenses []*license.License
	owners := make(map[string]bool)
	cursor.Open()
	for i := 0; cursor.Element(); i++ {
		at := pointer + "/" + strconv.Itoa(i)
		l := r.license(at, cursor.Raw())
		switch {
		case l == nil:
		case owners[l.Owner.Name]:
			r.add(at+"/owner/name", "an earlier license has the same owner")
		default:
			owners[l.Owner.Name] = true
			licenses = append(licenses, l)
		}
	}
	set, err := license.NewSet(licenses...)
	if err != nil {
		r.add(pointer, err.Error())
	}
	r.scenario.Active = set
}

// expect keeps the expected plan, whatever its members are.
func (r *reader) expect(pointer, raw string) {
	var members map[string]json.RawMessage
	if r.decode(pointer, raw, &members) {
		r.scenario.Expect = json.RawMessage(raw)
	}
}
