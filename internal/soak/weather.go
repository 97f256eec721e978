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

// weather names an error that any host of a database has to live with: a
// conflict with another transaction, or a connection that was cut or a server that
// is away. It is empty for any other.
func weather(err error) string {
	const conflict, cut = "conflicting", "cut-off"
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		switch answered.Code[:2] {
		case "40": // serialization failures and deadlocks
			return conflict
		case "08", "57": // connections, and what an operator does
			return cut
		}
		return ""
	}
	var file *engine.Error
	if errors.As(err, &file) {
		const busy, primary = 5, 0xff
		if file.Code()&primary == busy {
			return conflict
		}
		return ""
	}
	var unreachable *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &unreachable) || errors.As(err, &network) || strings.Contains(err.Error(), "conn closed") {
		return cut
	}
	for _, lost := range []error{
		activation.ErrOutcomeUnknown, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, pgx.ErrTxClosed, pgx.ErrTxCommitRollback,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, lost) {
			return cut
		}
	}
	return ""
}
