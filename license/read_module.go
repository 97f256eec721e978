package license

import (
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
)

var moduleMembers = newObject(
	memberOf{name: "name", required: true, form: aName, read: func(r *reader) bool {
		return r.text(&r.module.Name, FoldName)
	}},
	moduleText("description", func(m *Module) *string { return &m.Description }),
	moduleText("tooltip", func(m *Module) *string { return &m.Tooltip }),
	moduleText("version", func(m *Module) *string { return &m.Version }),
	memberOf{name: "kind", required: true, form: "site, user or satellite", read: func(r *reader) bool {
		return r.text((*string)(&r.module.Kind), kindOf)
	}},
	memberOf{
		name: "quantity", required: true, form: "an integer from 1 to 2147483647",
		read: func(r *reader) bool { return r.integer(&r.module.Quantity, 1, MaxSeats) },
	},
	memberOf{name: "overdraft", form: "an integer from 0 to 2147483647", read: func(r *reader) bool {
		return r.integer(&r.module.Overdraft, 0, MaxSeats)
	}},
	moduleTruth("unrestricted", func(m *Module) *bool { return &m.Unrestricted }),
	moduleTruth("hidden", func(m *Module) *bool { return &m.Hidden }),
	moduleTruth("bundle", func(m *Module) *bool { return &m.Bundle }),
	moduleList("includes", func(m *Module) *[]string { return &m.Includes }, aName, FoldName),
	moduleList("requires", func(m *Module) *[]string { return &m.Requires }, aReference, foldReference),
	moduleList("replaces", func(m *Module) *[]string { return &m.Replaces }, aName, FoldName),
	moduleList("assignableTo", func(m *Module) *[]string { return &m.AssignableTo }, aText, anyText),
	memberOf{name: "sortOrder", form: "an integer from -2147483648 to 2147483647", read: (*reader).sortOrder},
	memberOf{name: "info", form: anObject, elements: aText, read: (*reader).info},
)

func moduleText(name string, field func(*Module) *string) memberOf {
	return memberOf{name: name, form: aText, read: func(r *reader) bool {
		return r.text(field(&r.module), anyText)
	}}
}

func moduleTruth(name string, field func(*Module) *bool) memberOf {
	return memberOf{name: name, form: aTruth, read: func(r *reader) bool {
		return r.truth(field(&r.module))
	}}
}

func moduleList(name string, field func(*Module) *[]string, elements string, form func(string) (string, bool)) memberOf {
	return memberOf{name: name, form: anArray, elements: elements, read: func(r *reader) bool {
		return r.list(field(&r.module), form)
	}}
}

func kindOf(s string) (string, bool) {
	switch Kind(s) {
	case Site, User, Satellite:
		return s, true
	}
	return "", false
}

func (r *reader) sortOrder() bool {
	var n int64
	if !r.integer(&n, -1<<31, 1<<31-1) {
		return false
	}
	r.module.SortOrder = int(n)
	return true
}

func (r *reader) info() bool {
	if !r.is(strictjson.Object) {
		return false
	}
	r.cursor.Open()
	for name, ok := r.cursor.Member(); ok; name, ok = r.cursor.Member() {
		r.push(member(name))
		if r.occursTwice() {
			r.cursor.Skip()
		} else if r.is(strictjson.String) {
			r.addInfo(name, r.cursor.Text())
		}
		r.pop()
	}
	return true
}

func (r *reader) addInfo(name, value string) {
	if r.surplus {
		return
	}
	if r.module.Info == nil {
		r.module.Info = make(map[string]string)
	}
	r.module.Info[strings.Clone(name)] = strings.Clone(value)
}

func (r *reader) readModule(index int) {
	r.module = Module{}
	r.surplus = index >= MaxModules
	present, valid := r.object(moduleMembers)
	if present == 0 {
		return
	}
	if !r.surplus {
		r.license.Modules = append(r.license.Modules, r.module)
	}
	r.facts = append(r.facts, newFacts(index, &r.module, present, valid))
}
