package issuing

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// The codes of findings, in addition to those of packages license and signed.
// See docs/spec/vendor.md, Issuing and Checking a feed.
const (
	// CodeUnknownMember: the specification does not name a member.
	CodeUnknownMember license.Code = "unknown-member"
	// CodeEnded: the license has ended already.
	CodeEnded license.Code = "ended"
	// CodeIssuedAhead: issuedAt is in the future, by more than [MaxAhead].
	CodeIssuedAhead license.Code = "issued-ahead"
	// CodeSerial: a feed cannot be asked for the serial.
	CodeSerial license.Code = "serial"
	// CodeNumberNotAbove: the number is not above that of the previous
	// license.
	CodeNumberNotAbove license.Code = "number-not-above"
	// CodeNumberJump: the number is more than [MaxJump] above the previous
	// one.
	CodeNumberJump license.Code = "number-jump"

	// CodeNoEnd: the license never ends.
	CodeNoEnd license.Code = "no-end"
	// CodeLong: the license lasts for more than a year.
	CodeLong license.Code = "long"
	// CodeNextCheckLate: hosts look for a new license only after they have
	// begun to warn.
	CodeNextCheckLate license.Code = "next-check-late"
	// CodeLapse: the previous license ends before this one begins.
	CodeLapse license.Code = "lapse"
	// CodeGrantEnds: the key's grant ends within [GrantMargin].
	CodeGrantEnds license.Code = "grant-ends"

	// CodeMisfiled: a license is served under another owner or serial than
	// its own.
	CodeMisfiled license.Code = "misfiled"
	// CodeEnds: the license expires at [FeedCheck.Later] or before.
	CodeEnds license.Code = "ends"
	// CodeNotInLedger: the ledger does not have the license.
	CodeNotInLedger license.Code = "not-in-ledger"
	// CodeStale: a license with a higher number was issued.
	CodeStale license.Code = "stale"
	// CodeGap: the ledger lacks a number.
	CodeGap license.Code = "gap"
	// CodeDouble: the ledger has two licenses with one number.
	CodeDouble license.Code = "double"
)

// findings collects what is wrong or unusual.
type findings []*license.Finding

func (f *findings) add(code license.Code, pointer, format string, figures ...any) {
	*f = append(*f, &license.Finding{Code: code, Pointer: pointer, Detail: fmt.Sprintf(format, figures...)})
}

// err returns the findings as an error, nil if there are none.
func (f findings) err() error {
	all := new(multierror.Error)
	for _, finding := range f {
		all = multierror.Append(all, finding)
	}
	return all.ErrorOrNil()
}

// addError adds an error of package signed. If the document has findings, it
// adds those instead.
func (f *findings) addError(err error, format string, figures ...any) {
	before := fmt.Sprintf(format, figures...)
	if of := license.FindingsOf(err); len(of) > 0 {
		*f = append(*f, of...)
		return
	}
	refused := &signed.Error{Code: signed.CodeInvalid, Detail: err.Error()} // used if err is not a signed.Error
	errors.As(err, &refused)
	f.add(license.Code(refused.Code), "", "%s%s", before, refused.Detail)
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }
