package activation

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"time"
)

// WriteHistoryCSV writes a line for each entry, below a line with the names of the
// columns, as [Usage.WriteCSV] does. Instants are like 2026-03-31T12:00:00Z. An error
// is that of entries or of w, and ends the table.
func WriteHistoryCSV(w io.Writer, entries iter.Seq2[HistoryEntry, error]) error {
	return writeCSV(w, []string{"at", "kind", "by", "owner", "source", "from", "to"}, entries, func(e HistoryEntry) []string {
		return []string{
			e.At.Format(time.RFC3339), string(e.Kind), noFormula(e.By), noFormula(e.Owner), noFormula(e.Source),
			strconv.FormatInt(e.From, 10), strconv.FormatInt(e.To, 10),
		}
	})
}

// WriteLogCSV writes a line for each change of an assignment, as [WriteHistoryCSV]
// does for the history.
func WriteLogCSV(w io.Writer, entries iter.Seq2[LogEntry, error]) error {
	return writeCSV(w, []string{"at", "by", "holder", "module", "cause", "to"}, entries, func(e LogEntry) []string {
		return []string{e.At.Format(time.RFC3339), noFormula(e.By), noFormula(e.Holder), noFormula(e.Module), string(e.Cause), noFormula(e.To)}
	})
}

// writeCSV writes entries as they come, so that a long log needs no memory.
func writeCSV[T any](w io.Writer, columns []string, entries iter.Seq2[T, error], row func(T) []string) error {
	table := csv.NewWriter(w)
	if err := table.Write(columns); err != nil {
		return err
	}
	for entry, err := range entries {
		if err == nil {
			err = table.Write(row(entry))
		}
		if err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}
