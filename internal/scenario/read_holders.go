package scenario

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// holderMember is an element of "holders". What is nil is missing.
type holderMember struct {
	ID       *string       `json:"id"`
	Kind     *license.Kind `json:"kind"`
	Type     string        `json:"type"`
	Assigned *[]string     `json:"assigned"`
}

func (r *reader) holders(pointer, raw string) {
	var members []holderMember
	if !r.decode(pointer, raw, &members) {
		return
	}
	ids := make(map[string]bool, len(members))
	names := make(map[string]string)
	holders := make(Holders, 0, len(members))
	for i, m := range members {
		at := pointer + "/" + strconv.Itoa(i)
		h := seat.Holder{ID: r.id(at+"/id", m.ID), Kind: r.kind(at+"/kind", m.Kind), Type: m.Type}
		if h.ID != "" && ids[h.ID] {
			r.add(at+"/id", "an earlier holder has the same id")
		}
		ids[h.ID] = true
		h.Assigned = r.assigned(at+"/assigned", m.Assigned, names)
		holders = append(holders, h)
	}
	slices.SortFunc(holders, func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
	r.scenario.Holders = holders
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
	if !kind.Assignable() {
		r.add(pointer, "must be user or satellite")
	}
	return *kind
}

// assigned reads full names. Known names are kept, for few differ among many
// holders.
func (r *reader) assigned(pointer string, assigned *[]string, known map[string]string) []string {
	if assigned == nil {
		r.add(pointer, missing)
		return nil
	}
	for i, name := range *assigned {
		folded, ok := known[name]
		if !ok {
			if folded, ok = foldFullName(name); !ok {
				r.add(pointer+"/"+strconv.Itoa(i), notFullName)
				continue
			}
			known[name] = folded
		}
		(*assigned)[i] = folded
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

// releaseMember is an element of "release". What is nil is missing.
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
