package issuing

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// The codes of findings, beside those of packages license and signed. See
// docs/spec/vendor.md, Issuing and Checking a feed.
const (
	// CodeUnknownMember: no reader knows a member.
	CodeUnknownMember license.Code = "unknown-member"
	// CodeEnded: the license has ended already.
	CodeEnded license.Code = "ended"
	// CodeIssuedAhead: the license says that it was issued in the future.
	CodeIssuedAhead license.Code = "issued-ahead"
	// CodeSerial: no feed can be asked for the serial.
	CodeSerial license.Code = "serial"
	// CodeNumberNotAbove: the number is not above that of the license before.
	CodeNumberNotAbove license.Code = "number-not-above"
	// CodeNumberJump: the number is more than [MaxJump] above it.
	CodeNumberJump license.Code = "number-jump"

	// CodeNoEnd: the license never ends.
	CodeNoEnd license.Code = "no-end"
	// CodeLong: the license is for more than a year.
	CodeLong license.Code = "long"
	// CodeNextCheckLate: hosts ask again only after they have begun to warn.
	CodeNextCheckLate license.Code = "next-check-late"
	// CodeLapse: the license before ends before this one begins.
	CodeLapse license.Code = "lapse"
	// CodeGrantEnds: the grant of the key ends within [GrantMargin].
	CodeGrantEnds license.Code = "grant-ends"

	// CodeMisfiled: a license is served as that of another owner or serial.
	CodeMisfiled license.Code = "misfiled"
	// CodeEnds: the license ends soon.
	CodeEnds license.Code = "ends"
	// CodeNotInLedger: the license was not issued.
	CodeNotInLedger license.Code = "not-in-ledger"
	// CodeStale: a license with a higher number was issued.
	CodeStale license.Code = "stale"
	// CodeGap: a number is missing in the ledger.
	CodeGap license.Code = "gap"
	// CodeDouble: a number stands for two licenses in the ledger.
	CodeDouble license.Code = "double"
)

// findings gathers what is wrong or unusual.
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

// addError adds an error of package signed. Findings of the document stand for it,
// where it has some.
func (f *findings) addError(err error, format string, figures ...any) {
	before := fmt.Sprintf(format, figures...)
	if of := license.FindingsOf(err); len(of) > 0 {
		*f = append(*f, of...)
		return
	}
	refused := &signed.Error{Code: signed.CodeInvalid, Detail: err.Error()} // if it is of no other kind
	errors.As(err, &refused)
	f.add(license.Code(refused.Code), "", "%s%s", before, refused.Detail)
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }
