package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

const (
	historyLength = 20
	// maxRead is how many entries are read at once, and maxReads how often for one
	// page, to find those that fit the filters.
	maxRead  = 1000
	maxReads = 10
	maxRows  = 500 // how many seats of an entry are shown
	// chartDays is how long the charts go back.
	chartDays = 90
)

// historyPage is who did what when, and the seats in use over time.
type historyPage struct {
	Filter  map[string]string
	Owners  []string
	Modules []moduleChoice
	Entries []activation.HistoryEntry
	Log     []activation.LogEntry
	Called  map[string]string // names by id
	// Older and OlderLog are the pages after these.
	Older, OlderLog string
	Charts          []chart
	Blank           []string // modules of which there are no figures yet
}

func (s *Server) history(w http.ResponseWriter, r *http.Request, v visitor) error {
	values := r.URL.Query()
	page := historyPage{Filter: make(map[string]string), Owners: s.tabs(v.status), Modules: choosable(v.status, values.Get("module"))}
	for _, name := range []string{"owner", "person", "module"} {
		page.Filter[name] = values.Get(name)
	}
	var err error
	var next, nextLog int64
	page.Entries, next, err = pageOf(r.Context(), before(values.Get("before")), page.size(), s.crm.History, func(e activation.HistoryEntry) (int64, bool) {
		return e.ID, fits(page.Filter["owner"], e.Owner) && fits(page.Filter["person"], e.By) && (page.Filter["module"] == "" || alters(e, page.Filter["module"]))
	})
	if err != nil {
		return err
	}
	page.Log, nextLog, err = pageOf(r.Context(), before(values.Get("log")), page.size(), s.crm.Log, func(e activation.LogEntry) (int64, bool) {
		return e.ID, fits(page.Filter["person"], e.Holder, e.By) && fits(page.Filter["module"], e.Module, e.To)
	})
	if err != nil {
		return err
	}
	page.Older, page.OlderLog = older(r, "before", next), older(r, "log", nextLog)
	var ids []string
	for _, e := range page.Entries {
		ids = append(ids, e.By)
	}
	for _, e := range page.Log {
		ids = append(ids, e.By, e.Holder)
	}
	if page.Called, err = s.called(r.Context(), unique(ids)); err != nil {
		return err
	}
	if page.Charts, page.Blank, err = s.charts(r.Context(), v.status, page.Filter["module"]); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "history", "History", page)
}

// before is where a page begins: 0, the first one, for what is no id.
func before(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

func fits(wanted string, of ...string) bool { return wanted == "" || slices.Contains(of, wanted) }

func alters(e activation.HistoryEntry, module string) bool {
	return slices.ContainsFunc(e.Changes, func(c planner.ModuleChange) bool { return c.Module == module })
}

// older is the address of the page after this one, empty if there is none.
func older(r *http.Request, name string, id int64) string {
	if id == 0 {
		return ""
	}
	values := r.URL.Query()
	values.Set(name, fmt.Sprint(id))
	return "/history" + query(values, "owner", "person", "module", name)
}

// size is how many entries are read at once: more, where many do not fit.
func (p historyPage) size() int {
	if p.Filter["owner"]+p.Filter["person"]+p.Filter["module"] == "" {
		return historyLength + 1
	}
	return maxRead
}

// pageOf reads on from an entry until a page is full of those that fit, and returns
// where the next page begins, 0 for the end.
func pageOf[T any](ctx context.Context, before int64, size int, read func(ctx context.Context, before int64, n int) ([]T, error), fits func(T) (id int64, ok bool)) (page []T, next int64, err error) {
	for range maxReads {
		entries, err := read(ctx, before, size)
		if err != nil || len(entries) == 0 {
			return page, 0, err
		}
		for _, e := range entries {
			id, ok := fits(e)
			if ok && len(page) == historyLength {
				return page, before, nil
			}
			if before = id; ok {
				page = append(page, e)
			}
		}
	}
	return page, before, nil
}

// entryPage is an entry with its changes and what became of seats.
type entryPage struct {
	Entry  activation.HistoryEntry
	Rows   []changeRow
	Log    []activation.LogEntry
	Called map[string]string
}

func (s *Server) historyEntry(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, err := strconv.ParseInt(partOf(r, "id"), 10, 64)
	if err != nil || id < 1 || id == math.MaxInt64 {
		return errNotFound
	}
	entries, err := s.crm.History(r.Context(), id+1, 1)
	if err != nil {
		return err
	}
	if len(entries) == 0 || entries[0].ID != id {
		return errNotFound
	}
	page := entryPage{Entry: entries[0], Rows: changeRows(entries[0].Owner, entries[0].Changes, nil)}
	ids := []string{page.Entry.By}
	// What belongs to it was written at the same instant.
	for e, err := range s.crm.AllLog(r.Context()) {
		if err != nil {
			return err
		}
		if e.At.Before(page.Entry.At) || len(page.Log) > maxRows {
			break
		}
		if e.History == id {
			page.Log, ids = append(page.Log, e), append(ids, e.Holder)
		}
	}
	if page.Called, err = s.called(r.Context(), unique(ids)); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "entry", "History", page)
}

// charts draws the seats of each module that administrators see, from the daily
// samples, as far as they have room on a page, and up to what is in use now.
func (s *Server) charts(ctx context.Context, status *activation.TenantStatus, module string) (charts []chart, blank []string, err error) {
	for _, o := range status.Owners {
		for _, row := range rowsOf(o.Modules) {
			if row.Module.Kind == license.Site || !fits(module, row.Name) || len(charts) == maxCharts {
				continue
			}
			samples, err := collect(s.crm.Samples(ctx, row.Name, status.At.AddDate(0, 0, -chartDays), status.At))
			if err != nil {
				return nil, nil, err
			}
			if len(samples) == 0 {
				blank = append(blank, row.Name)
				continue
			}
			now := activation.Sample{Day: today(status.At), Module: row.Name, InUse: row.InUse, Capacity: row.Capacity, Unrestricted: row.Module.Unrestricted}
			samples = slices.DeleteFunc(samples, func(s activation.Sample) bool { return !s.Day.Before(now.Day) })
			charts = append(charts, newChart(row.Name, append(samples, now)))
		}
	}
	return charts, blank, nil
}

// collect reads a sequence to its end.
func collect[T any](all iter.Seq2[T, error]) (list []T, err error) {
	for one, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *Server) exportHistory(w http.ResponseWriter, r *http.Request, _ visitor) error {
	return export(w, r, "history", s.crm.AllHistory(r.Context()), activation.WriteHistoryCSV)
}

func (s *Server) exportLog(w http.ResponseWriter, r *http.Request, _ visitor) error {
	return export(w, r, "log", s.crm.AllLog(r.Context()), activation.WriteLogCSV)
}

// export sends a file, as a table or as JSON line by line. An error after the first
// bytes breaks the connection off, so that nobody takes half a file for a whole one.
func export[T any](w http.ResponseWriter, r *http.Request, name string, entries iter.Seq2[T, error], table func(io.Writer, iter.Seq2[T, error]) error) error {
	write, kind := lines[T], "application/jsonl"
	if r.URL.Query().Get("format") == "csv" {
		write, kind, name = table, "text/csv; charset=utf-8", name+".csv"
	} else {
		name += ".jsonl"
	}
	attach(w, name, kind)
	file := &begun{Writer: w}
	err := write(file, entries)
	if err != nil && file.is {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		w.Header().Del("Content-Disposition")
	}
	return err
}

// begun is a file that knows whether something of it was sent.
type begun struct {
	io.Writer
	is bool
}

// Write implements [io.Writer].
func (b *begun) Write(text []byte) (int, error) {
	b.is = true
	return b.Writer.Write(text)
}

func lines[T any](w io.Writer, entries iter.Seq2[T, error]) error {
	encoder := json.NewEncoder(w)
	for entry, err := range entries {
		if err == nil {
			err = encoder.Encode(entry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func attach(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// today is the day of an instant, as samples have it.
func today(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
