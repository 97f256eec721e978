package scenario

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// holderMember is an element of "holders". A nil field is missing.
type holderMember struct {
	ID       *string       `json:"id"`
	Kind     *license.Kind `json:"kind"`
	Type     string        `json:"type"`
	Assigned *[]string     `json:"assigned"`
}

// chunkSize is how many holders are decoded at once: enough to be quick, and few
// enough to take no memory to speak of.
const chunkSize = 1000

func (r *reader) holders(pointer, raw string) {
	cursor := strictjson.NewCursor(raw)
	if cursor.Kind() != strictjson.Array {
		r.decode(pointer, raw, &[]holderMember{})
		return
	}
	wrongBefore := len(r.problems)
	holders := make(Holders, 0, countElements(raw))
	known := knownNames{types: make(map[string]string), folded: make(map[string]string), lists: make(map[string][]string)}
	cursor.Open()
	for len(holders) < cap(holders) {
		var members []holderMember
		if err := strictjson.Unmarshal(nextChunk(cursor, cap(holders)-len(holders)), &members); err != nil {
			r.problems = r.problems[:wrongBefore] // only the first problem of a chunk is told
			r.addWrong(pointer, len(holders), err)
			return
		}
		for _, m := range members {
			holders = append(holders, r.holder(pointer+"/"+strconv.Itoa(len(holders)), m, known))
		}
	}
	r.checkIDs(pointer, holders)
	slices.SortFunc(holders, func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
	r.scenario.Holders = holders
}

// countElements returns the number of elements of an array.
func countElements(raw string) int {
	cursor, n := strictjson.NewCursor(raw), 0
	cursor.Open()
	for ; cursor.Element(); n++ {
		cursor.Skip()
	}
	return n
}

// nextChunk returns the next elements of an array, of which there are so many
// more, as an array of their own.
func nextChunk(cursor *strictjson.Cursor, more int) []byte {
	var chunk []byte
	for range min(more, chunkSize) {
		cursor.Element()
		chunk = append(append(chunk, ','), cursor.Raw()...)
	}
	chunk[0] = '['
	return append(chunk, ']')
}

// addWrong adds the mistake in a chunk whose first element has that index.
func (r *reader) addWrong(pointer string, first int, err error) {
	var wrong *strictjson.Error
	if !errors.As(err, &wrong) {
		r.add(pointer, "is malformed")
		return
	}
	index, rest, below := strings.Cut(strings.TrimPrefix(wrong.Pointer, "/"), "/")
	if below {
		rest = "/" + rest
	}
	i, _ := strconv.Atoi(index) // always a number, since the chunk is an array
	r.add(pointer+"/"+strconv.Itoa(first+i)+rest, wrong.Problem)
}

func (r *reader) holder(at string, m holderMember, known knownNames) seat.Holder {
	return seat.Holder{
		ID: r.id(at+"/id", m.ID), Kind: r.kind(at+"/kind", m.Kind), Type: known.typ(m.Type),
		Assigned: r.assigned(at+"/assigned", m.Assigned, known),
	}
}

// checkIDs finds ids that an earlier holder has.
func (r *reader) checkIDs(pointer string, holders Holders) {
	if areInOrder(holders) { // no map is needed for a file that a program wrote in order
		return
	}
	seen := make(map[string]bool, len(holders))
	for i, h := range holders {
		if h.ID != "" && seen[h.ID] {
			r.add(pointer+"/"+strconv.Itoa(i)+"/id", "an earlier holder has the same id")
		}
		seen[h.ID] = true
	}
}

// id returns "" for what is no id.
func (r *reader) id(pointer string, id *string) string {
	if id == nil {
		r.add(pointer, missing)
		return ""
	}
	if err := seat.CheckID(*id); err != nil {
		r.add(pointer, err.Error())
		return ""
	}
	return *id
}

func (r *reader) kind(pointer string, kind *license.Kind) license.Kind {
	if kind == nil {
		return license.User
	}
	switch *kind {
	case license.User:
		return license.User // the constant, so that the text read for each holder is not kept
	case license.Satellite:
		return license.Satellite
	}
	r.add(pointer, "must be user or satellite")
	return *kind
}

// areInOrder reports whether each id is greater than the one before.
func areInOrder(holders Holders) bool {
	for i := 1; i < len(holders); i++ {
		if holders[i].ID <= holders[i-1].ID {
			return false
		}
	}
	return true
}

// knownNames keeps what occurs with many holders once.
type knownNames struct {
	types  map[string]string
	folded map[string]string   // full names by how they are spelled
	lists  map[string][]string // of full names, by the spellings, joined by NUL
}

func (k knownNames) typ(text string) string {
	kept, ok := k.types[text]
	if !ok {
		kept = text
		k.types[text] = text
	}
	return kept
}

// assigned reads full names, each of which may occur once. Known lists are kept,
// for few differ among many holders.
func (r *reader) assigned(pointer string, assigned *[]string, known knownNames) []string {
	if assigned == nil {
		r.add(pointer, missing)
		return nil
	}
	key := strings.Join(*assigned, "\x00")
	if list, ok := known.lists[key]; ok && len(list) == len(*assigned) {
		return list
	}
	wrongBefore := len(r.problems)
	seen := make(map[string]bool, len(*assigned))
	for i, name := range *assigned {
		folded, ok := known.folded[name]
		if !ok {
			if folded, ok = foldFullName(name); !ok {
				r.add(pointer+"/"+strconv.Itoa(i), notFullName)
				continue
			}
			known.folded[name] = folded
		}
		if seen[folded] {
			r.add(pointer+"/"+strconv.Itoa(i), "is assigned already")
		}
		seen[folded] = true
		(*assigned)[i] = folded
	}
	if len(r.problems) == wrongBefore {
		known.lists[key] = *assigned
	}
	return *assigned
}

const notFullName = "must be the full name of a module, owner.module"

func foldFullName(name string) (string, bool) {
	owner, module := license.SplitName(name)
	owner, ok := license.FoldName(owner)
	if !ok {
		return "", false
	}
	module, ok = license.FoldName(module)
	return license.FullName(owner, module), ok
}

// releaseMember is an element of "release". A nil field is missing.
type releaseMember struct {
	Holder *string `json:"holder"`
	Module *string `json:"module"`
}

func (r *reader) releases(pointer, raw string) {
	var members []releaseMember
	if !r.decode(pointer, raw, &members) {
		return
	}
	for i, m := range members {
		at := pointer + "/" + strconv.Itoa(i)
		release := seat.Assignment{Holder: r.id(at+"/holder", m.Holder), Module: r.fullName(at+"/module", m.Module)}
		r.scenario.Releases = append(r.scenario.Releases, release)
	}
}

// switchMember is an element of "switch". A nil field is missing.
type switchMember struct {
	Holder *string `json:"holder"`
	From   *string `json:"from"`
	To     *string `json:"to"`
}

func (r *reader) switches(pointer, raw string) {
	var members []switchMember
	if !r.decode(pointer, raw, &members) {
		return
	}
	for i, m := range members {
		at := pointer + "/" + strconv.Itoa(i)
		r.scenario.Switches = append(r.scenario.Switches, seat.Swap{
			Holder: r.id(at+"/holder", m.Holder), From: r.fullName(at+"/from", m.From), To: r.fullName(at+"/to", m.To),
		})
	}
}

func (r *reader) fullName(pointer string, name *string) string {
	if name == nil {
		r.add(pointer, missing)
		return ""
	}
	folded, ok := foldFullName(*name)
	if !ok {
		r.add(pointer, notFullName)
	}
	return folded
}
