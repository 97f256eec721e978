package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
)

// changes lists the modules that differ, those for administrators first.
func (r *report) changes() {
	if r.plan.Status != planner.Ready && r.plan.Status != planner.Blocked {
		return
	}
	var shown, hidden []planner.ModuleChange
	for _, c := range r.plan.Changes {
		if c.Hidden {
			hidden = append(hidden, c)
		} else {
			shown = append(shown, c)
		}
	}
	if fields := r.fields(); len(fields) > 0 {
		r.heading("What changes in the license itself")
		r.line("  %s", strings.Join(fields, ", "))
	}
	r.table("What changes", shown)
	r.table("What changes in hidden modules, which come with others", hidden)
	if len(r.plan.Changes) == 0 {
		r.heading("The modules and their seats stay as they are.")
	}
}

// fields names what differs beside the modules, but for what differs in every
// license.
func (r *report) fields() []string {
	if r.active == nil {
		return nil
	}
	return slices.DeleteFunc(license.Diff(r.active, r.offered).Fields, func(field string) bool {
		return field == "number" || field == "issuedAt"
	})
}

var header = []string{"Module", "Total", "In use", "Free", "Added", "New total", "New in use", "New free"}

// table aligns the names to the left and the figures to the right. Both are
// ASCII, so that bytes are columns.
func (r *report) table(title string, changes []planner.ModuleChange) {
	if len(changes) == 0 {
		return
	}
	r.heading("%s", title)
	rows := [][]string{header}
	for _, c := range changes {
		rows = append(rows, r.figures(c))
	}
	widths := make([]int, len(header))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for i, row := range rows {
		notes, over := "", false
		if i > 0 {
			c := changes[i-1]
			notes, over = "  "+r.notes(c), c.NewFree != nil && *c.NewFree < 0
		}
		r.line("%s", strings.TrimRight("  "+r.row(row, widths, over)+notes, " "))
	}
}

// row pads the cells. The name of a module with too few seats is red.
func (r *report) row(cells []string, widths []int, over bool) string {
	padded := make([]string, 0, len(cells))
	for i, cell := range cells {
		padding := strings.Repeat(" ", widths[i]-len(cell))
		switch {
		case i > 0:
			cell = padding + cell
		case over:
			cell = r.red(cell) + padding
		default:
			cell += padding
		}
		padded = append(padded, cell)
	}
	return strings.Join(padded, "  ")
}

func (r *report) figures(c planner.ModuleChange) []string {
	return []string{
		c.Module,
		strconv.FormatInt(c.Total, 10),
		figure(c.InUse, false),
		figure(c.Free, c.Unrestricted()),
		signed(c.Added),
		strconv.FormatInt(c.NewTotal, 10),
		figure(c.NewInUse, false),
		figure(c.NewFree, c.NewUnrestricted()),
	}
}

func signed(n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

func figure(n *int64, unlimited bool) string {
	switch {
	case n != nil:
		return strconv.FormatInt(*n, 10)
	case unlimited:
		return "no limit"
	default:
		return "-"
	}
}

// notes says in words what is behind the figures.
func (r *report) notes(c planner.ModuleChange) string {
	var notes []string
	if e := r.module(c.Module); e != nil && e.Module.Description != "" {
		notes = append(notes, short(e.Module.Description))
	}
	switch {
	case c.ReplacedBy != "":
		notes = append(notes, "replaced by "+c.ReplacedBy)
	case c.Change == license.Altered:
		notes = append(notes, "altered: "+strings.Join(c.Fields, ", "))
	default:
		notes = append(notes, string(c.Change))
	}
	if c.Moved > 0 {
		notes = append(notes, errtext.Count(c.Moved, "assignment")+" to pass on")
	}
	if c.Obsolete > 0 {
		notes = append(notes, errtext.Count(c.Obsolete, "assignment")+" to end, because everybody has it")
	}
	return strings.Join(notes, "; ")
}
