package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	engine "modernc.org/sqlite"

	"github.com/seatwright/seatwright/activation"
)

// weather reports whether an error is one that any host of a database has to
// live with: a conflict, a lost connection, a server that is away.
func weather(err error) bool {
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		switch answered.Code[:2] {
		case "08", "40", "57": // connection, conflict, intervention
			return true
		}
		// In a transaction that has failed, or after a lock was waited for.
		return answered.Code == "25P02" || answered.Code == "55P03"
	}
	var file *engine.Error
	if errors.As(err, &file) {
		const busy, primary = 5, 0xff
		return file.Code()&primary == busy
	}
	var unreachable *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &unreachable) || errors.As(err, &network) || strings.Contains(err.Error(), "conn closed") {
		return true
	}
	for _, lost := range []error{
		activation.ErrOutcomeUnknown, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, pgx.ErrTxClosed, pgx.ErrTxCommitRollback,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}
