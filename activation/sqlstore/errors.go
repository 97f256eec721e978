package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/activation"
)

// OptionsError lists everything that is wrong with the arguments of a
// constructor.
type OptionsError struct {
	// Problems has at least one element.
	Problems []error
}

// Error returns the problems in one line.
func (e *OptionsError) Error() string { return inOneLine(e.Problems) }

// Unwrap returns the problems.
func (e *OptionsError) Unwrap() []error { return e.Problems }

// QueryError lists everything that is wrong with a query to a [Directory]. It
// matches [activation.ErrInvalid], so [activation.Classify] reports it as
// invalid.
type QueryError struct {
	// Problems has at least one element.
	Problems []error
}

// Error returns the problems in one line.
func (e *QueryError) Error() string { return inOneLine(e.Problems) }

// Unwrap returns the problems.
func (e *QueryError) Unwrap() []error { return e.Problems }

// Is reports whether target is [activation.ErrInvalid].
func (e *QueryError) Is(target error) bool { return target == activation.ErrInvalid }

// shownProblems is how many problems the text of an error names.
const shownProblems = 5

func inOneLine(problems []error) string {
	var texts []string
	for i, problem := range problems {
		if i == shownProblems {
			texts = append(texts, fmt.Sprintf("and %d more", len(problems)-i))
			break
		}
		texts = append(texts, problem.Error())
	}
	return "sqlstore: " + strings.Join(texts, "; ")
}

var (
	errClosed     = errors.New("sqlstore: a reader or writer was used after its function had returned")
	errRolledBack = errors.New("sqlstore: the database rolled the transaction back instead of committing it")
	errTaken      = errors.New("sqlstore: the pseudonym is the id of another holder; choose another one")

	errNoCombination = errors.New("sqlstore: holders have combinations that the census of the tenant does not")
)

// sqlState is an error of PostgreSQL, from any driver.
type sqlState interface{ SQLState() string }

// The result codes of SQLite that matter here, see
// https://www.sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteFull       = 13
	sqliteConstraint = 19
)

// conflicts reports whether other transactions were in the way, so that the
// same may be tried again.
func conflicts(err error) bool {
	var state sqlState
	if errors.As(err, &state) {
		switch state.SQLState() {
		case "40001", "40P01": // serialization failure, deadlock
			return true
		}
		return false
	}
	switch mysqlNumber(err) {
	case mysqlChanged, mysqlLockWait, mysqlDeadlock:
		return true
	}
	return busy(err)
}

// busy reports whether another process writes to the SQLite database.
func busy(err error) bool {
	code, _ := sqliteCode(err)
	return code == sqliteBusy || code == sqliteLocked
}

// earlierError is the error of a statement before the last one, so that the
// last one was not reached.
type earlierError struct{ error }

// Unwrap returns the driver's error.
func (e earlierError) Unwrap() error { return e.error }

// rolledBack reports whether an error in a commit means for certain that
// nothing was committed. Any other error may have come after the commit: that
// of a lost connection, or, in a database of several servers, that of one after
// the others had committed.
func rolledBack(err error) bool {
	if errors.Is(err, errRolledBack) {
		return true
	}
	var state sqlState
	if errors.As(err, &state) {
		code := state.SQLState()
		var earlier earlierError
		if errors.As(err, &earlier) {
			// A pooler answers so when it has lost a server, which may have
			// received everything that was sent at once.
			return !strings.HasPrefix(code, "08") && !strings.HasPrefix(code, "57P")
		}
		switch {
		case code == "40003": // statement completion unknown
			return false
		case strings.HasPrefix(code, "40"), // the transaction was rolled back: a conflict, a deadlock
			strings.HasPrefix(code, "23"), // a constraint that was deferred
			code == "25P02":               // the transaction had failed before
			return true
		}
		return false
	}
	switch mysqlNumber(err) {
	case mysqlDeadlock, mysqlReadOnly:
		return true
	}
	switch code, _ := sqliteCode(err); code {
	case sqliteBusy, sqliteLocked, sqliteFull, sqliteConstraint:
		return true
	}
	return false
}

// unknownOutcome wraps an error that may have happened after the commit.
func unknownOutcome(err error) error {
	return fmt.Errorf("sqlstore: the connection failed in the commit: %w: %w", activation.ErrOutcomeUnknown, err)
}

// ended puts the end of the context first, because it made everything else
// fail.
func ended(ctx context.Context, err error) error {
	cause := ctx.Err()
	if err == nil || cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}
