package activation

import (
	"crypto"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license/signed"
)

// usageColumns is the first line of [Usage.WriteCSV].
var usageColumns = []string{
	"tenant", "owner", "serial", "module", "hidden", "from", "to", "days", "sampled", "peak", "peak_day", "seat_days", "average",
	"capacity", "full", "overdraft", "overdraft_peak", "overdraft_seat_days", "wished", "wished_peak",
}

// WriteCSV writes a line for each module, below a line with the names of the
// columns, as RFC 4180 has it but for the line ends. Days are like 2026-03-31,
// averages have a point, and the capacity of an unrestricted module is empty. A
// text that a spreadsheet could take for a formula gets an apostrophe in front.
// The error is that of w.
func (u *Usage) WriteCSV(w io.Writer) error {
	rows := [][]string{usageColumns}
	for _, owner := range u.Owners {
		for _, m := range owner.Modules {
			rows = append(rows, u.row(owner, m))
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func (u *Usage) row(owner OwnerUsage, m ModuleUsage) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	capacity, peakDay := number(m.Capacity), ""
	if m.Unrestricted {
		capacity = ""
	}
	if !m.PeakDay.IsZero() {
		peakDay = m.PeakDay.Format(time.DateOnly)
	}
	return []string{
		noFormula(u.Tenant), noFormula(owner.Owner), noFormula(owner.Licensee.Serial), noFormula(m.Module), strconv.FormatBool(m.Hidden),
		u.From.Format(time.DateOnly), u.To.Format(time.DateOnly), number(u.Days), number(m.Days), number(m.Peak), peakDay,
		number(m.SeatDays), strconv.FormatFloat(m.Average, 'f', 2, 64),
		capacity, number(m.Full), number(m.Overdraft), number(m.OverdraftPeak), number(m.OverdraftSeatDays), number(m.Wished), number(m.WishedPeak),
	}
}

func noFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// Sign signs what concerns an owner, and nothing of other owners, as a report
// of the installation to that owner. The key is the host's, one as for
// [signed.Sign]; the vendor has its public half, and reads the report by
// [signed.OpenReport] or with "vendor usage verify". It signs the Usage as
// JSON, with one owner.
//
// An owner that it does not have is refused with [ErrInvalid]; other errors are
// those of [signed.SignReport].
func (u *Usage) Sign(owner string, key crypto.Signer) (string, error) {
	i := slices.IndexFunc(u.Owners, func(o OwnerUsage) bool { return o.Owner == folded(owner) })
	if i < 0 {
		return "", invalid("the usage has no owner of that name")
	}
	of := *u
	of.Owners = u.Owners[i : i+1]
	document, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	return signed.SignReport(document, key)
}
