package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// A license has up to a megabyte, and whoever has signed it decides what is in
// it. So all that is said about one has limits, and says how much is left out.
const (
	// maxListed is how many rows a list on a page has, or options a choice.
	maxListed = 200
	// maxElements is how many elements a list in an answer of the API has.
	maxElements = 1000
	// maxInner is how many elements such an element has in a list of its own.
	maxInner = 20
	// maxNamed is how many names stand in a sentence.
	maxNamed = 10
	// maxText is the length of a text that others have written, in bytes.
	maxText = 500
	// maxCharts is how many charts a page has.
	maxCharts = 20
)

// leftOut counts what is left out of lists, by their names.
type leftOut map[string]int

// Of returns how much is left out of a list.
func (l leftOut) Of(name string) int { return l[name] }

// cut returns the first elements of a list, and counts the others.
func cut[T any](l leftOut, name string, list []T, limit int) []T {
	if len(list) <= limit {
		return list
	}
	l[name] += len(list) - limit
	return list[:limit:limit]
}

// brief returns the beginning of a text.
func brief(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + fmt.Sprintf("… (and %s more bytes)", plain(int64(len(text)-end)))
}

// someOf lists the first names.
func someOf(names []string) string {
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %s more", plain(int64(more)))
	}
	return text
}

// The documents of the API, as the library has them but for what is left out.
type (
	previewDocument struct {
		*activation.Preview
		LeftOut leftOut `json:"leftOut,omitempty"`
	}
	resultDocument struct {
		*activation.Result
		LeftOut leftOut `json:"leftOut,omitempty"`
	}
	statusDocument struct {
		*activation.TenantStatus
		LeftOut leftOut `json:"leftOut,omitempty"`
	}
)

func newPreviewDocument(p *activation.Preview) previewDocument {
	left := make(leftOut)
	return previewDocument{left.preview(p), left}
}

func newResultDocument(r *activation.Result) resultDocument {
	left, short := make(leftOut), *r
	short.Plan = left.plan(r.Plan)
	return resultDocument{&short, left}
}

func newStatusDocument(s *activation.TenantStatus) statusDocument {
	left, short := make(leftOut), *s
	short.Owners = slices.Clone(s.Owners)
	for i, o := range short.Owners {
		o.License, o.Pending = left.license(o.License), left.preview(o.Pending)
		o.Blockers = left.blockers(o.Blockers)
		o.Modules = slices.Clone(cut(left, "modules", o.Modules, maxElements))
		for j, m := range o.Modules {
			module := left.module(*m.Module)
			o.Modules[j].Module = &module
		}
		short.Owners[i] = o
	}
	return statusDocument{&short, left}
}

func (l leftOut) preview(p *activation.Preview) *activation.Preview {
	if p == nil {
		return nil
	}
	short := *p
	short.Plan, short.Upcoming, short.License = l.plan(p.Plan), l.plan(p.Upcoming), l.license(p.License)
	return &short
}

func (l leftOut) plan(p *planner.Plan) *planner.Plan {
	if p == nil {
		return nil
	}
	short := *p
	short.Changes = cut(l, "changes", p.Changes, maxElements)
	short.Releases = cut(l, "releases", p.Releases, maxTicks)
	short.Switches = cut(l, "switches", p.Switches, maxTicks)
	short.Blockers = l.blockers(p.Blockers)
	return &short
}

func (l leftOut) blockers(list []planner.Blocker) []planner.Blocker {
	short := slices.Clone(cut(l, "blockers", list, maxElements))
	for i, b := range short {
		short[i].Through = cut(l, "through", b.Through, maxInner)
	}
	return short
}

func (l leftOut) license(of *license.License) *license.License {
	if of == nil {
		return nil
	}
	short := *of
	short.Modules = slices.Clone(cut(l, "modules", of.Modules, maxElements))
	for i, m := range short.Modules {
		short.Modules[i] = l.module(m)
	}
	return &short
}

func (l leftOut) module(m license.Module) license.Module {
	m.Description, m.Tooltip, m.Version = brief(m.Description), brief(m.Tooltip), brief(m.Version)
	m.Includes = cut(l, "includes", m.Includes, maxInner)
	m.Requires = cut(l, "requires", m.Requires, maxInner)
	m.Replaces = cut(l, "replaces", m.Replaces, maxInner)
	m.AssignableTo = cut(l, "assignableTo", m.AssignableTo, maxInner)
	size := 0
	for name, value := range m.Info {
		size += len(name) + len(value)
	}
	if size > maxText {
		l["info"] += len(m.Info)
		m.Info = nil
	}
	return m
}

func (l leftOut) entries(entries []activation.HistoryEntry) []activation.HistoryEntry {
	short := slices.Clone(entries)
	for i, e := range short {
		short[i].Changes = cut(l, "changes", e.Changes, maxListed)
	}
	return list(short)
}
