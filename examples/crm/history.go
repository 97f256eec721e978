package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/activation"
)

const (
	historyLength = 20
	// maxLogged is how far the log is read back for the seats that ended with
	// an activation.
	maxLogged = 10_000
	maxRows   = 500 // of them on a page
	// chartDays is how long the charts go back.
	chartDays = 90
)

// historyPage is who did what when, and the seats in use over time.
type historyPage struct {
	Entries []entryRow
	Next    int64 // the page after this one, 0 if there is none
	Charts  []chart
	Blank   []string // modules of which there are no figures yet
	Left    leftOut
}

// entryRow is an entry in words.
type entryRow struct {
	activation.HistoryEntry
	Words, Who string
}

func (s *Server) history(w http.ResponseWriter, r *http.Request, v visitor) error {
	entries, err := s.crm.History(r.Context(), before(r), historyLength)
	if err != nil {
		return err
	}
	page := historyPage{Left: make(leftOut)}
	for _, e := range entries {
		page.Entries = append(page.Entries, rowOf(e))
	}
	if len(entries) == historyLength {
		page.Next = entries[historyLength-1].ID
	}
	if page.Charts, page.Blank, err = s.charts(r.Context(), page.Left); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "history", "History", page)
}

func rowOf(e activation.HistoryEntry) entryRow {
	row := entryRow{HistoryEntry: e, Who: e.By}
	switch e.Kind {
	case activation.HistoryActivated:
		row.Words = fmt.Sprintf("License %d of %s was activated", e.To, e.Owner)
		if e.From > 0 {
			row.Words += fmt.Sprintf(", after license %d", e.From)
		}
	case activation.HistoryRemoved:
		row.Words = fmt.Sprintf("License %d of %s was removed", e.From, e.Owner)
	case activation.HistoryIdentityChanged:
		row.Words = "Another licensee is expected of " + e.Owner
		if e.ToLicensee != nil {
			row.Words += fmt.Sprintf(": %s, %s", e.ToLicensee.Company, e.ToLicensee.Serial)
		}
	case activation.HistoryClockReset:
		row.Words = "The recorded time was reset"
	case activation.HistoryRepaired:
		row.Words = "What is counted of users was counted anew"
	default:
		row.Words = string(e.Kind)
	}
	if e.Automatic {
		row.Who = "by itself"
	}
	return row
}

// entryPage is an entry with its changes and what became of seats.
type entryPage struct {
	Entry entryRow
	Rows  []changeRow
	Left  leftOut
	Log   []logRow
	// Cut says that there may be more than is shown.
	Cut bool
}

type logRow struct {
	activation.LogEntry
	Name, Words string
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
	page := entryPage{Entry: rowOf(entries[0]), Left: make(leftOut)}
	page.Rows = cut(page.Left, "rows", changeRows(entries[0].Owner, entries[0].Changes, nil, nil), maxListed)
	if page.Log, page.Cut, err = s.logOf(r.Context(), entries[0]); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "entry", "History", page)
}

// logOf reads the log back to an entry of the history: what belongs to it was
// written at the same instant.
func (s *Server) logOf(ctx context.Context, e activation.HistoryEntry) (rows []logRow, cut bool, err error) {
	var ids []string
	read := 0
	for entry, err := range s.crm.AllLog(ctx) {
		if err != nil {
			return nil, false, err
		}
		if entry.At.Before(e.At) {
			break
		}
		if read++; read > maxLogged || len(rows) == maxRows {
			cut = true
			break
		}
		if entry.History == e.ID {
			rows, ids = append(rows, logRow{LogEntry: entry, Words: causeWord(entry.Cause)}), append(ids, entry.Holder)
		}
	}
	names, err := s.names(ctx, ids)
	for i := range rows {
		rows[i].Name = names[rows[i].Holder]
	}
	return rows, cut, err
}

// charts draws the seats of each module that administrators see, from the daily
// samples, as far as they have room on a page.
func (s *Server) charts(ctx context.Context, left leftOut) (charts []chart, blank []string, err error) {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return nil, nil, err
	}
	to := status.At
	for _, o := range status.Owners {
		for _, row := range rowsOf(o.Modules) {
			if row.Site {
				continue
			}
			if len(charts) == maxCharts || len(blank) == maxListed {
				left["charts"]++
				continue
			}
			samples, err := collect(s.crm.Samples(ctx, row.Name, to.AddDate(0, 0, -chartDays), to))
			if err != nil {
				return nil, nil, err
			}
			if len(samples) == 0 {
				blank = append(blank, row.Name)
				continue
			}
			charts = append(charts, newChart(row.Name, samples))
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
	return export(w, "history.jsonl", s.crm.AllHistory(r.Context()))
}

func (s *Server) exportLog(w http.ResponseWriter, r *http.Request, _ visitor) error {
	return export(w, "log.jsonl", s.crm.AllLog(r.Context()))
}

// export sends a file line by line. What fails after the first one breaks the
// connection off, so that nobody takes half a file for a whole one.
func export[T any](w http.ResponseWriter, name string, entries iter.Seq2[T, error]) error {
	attach(w, name, "application/jsonl")
	lines, begun := json.NewEncoder(w), false
	for entry, err := range entries {
		if err == nil {
			err = lines.Encode(entry)
		}
		switch {
		case err == nil:
			begun = true
		case begun:
			panic(http.ErrAbortHandler)
		default:
			w.Header().Del("Content-Disposition")
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
