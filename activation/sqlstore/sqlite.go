package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// patiently runs on a connection what writes. A driver of SQLite may itself
// wait for other writers, for as long as it likes (5 s with mattn's, a minute
// with ncruces'), and does not notice that a context ends meanwhile. So it is
// told not to wait, and retry waits as WithWait says. The connection is
// returned as it was.
func (s *settings) patiently(ctx context.Context, on session, fn func() finished) (result finished) {
	if s.dialect.waiting == "" {
		return fn()
	}
	var milliseconds int64
	asked := query{sql: s.dialect.waiting, each: func(row row) error { return row.Scan(&milliseconds) }}
	if err := on.run(ctx, asked); err != nil {
		return finished{err: ended(ctx, err)}
	}
	if milliseconds == 0 {
		return fn()
	}
	set := func(ctx context.Context, milliseconds int64) error {
		// Nothing else accepts it as a parameter.
		return on.run(ctx, query{sql: fmt.Sprintf("%s = %d", s.dialect.waiting, milliseconds)})
	}
	if err := set(ctx, 0); err != nil {
		return finished{err: ended(ctx, err)}
	}
	defer func() {
		if err := set(context.WithoutCancel(ctx), milliseconds); err != nil && result.rollback == nil {
			result.rollback = err // so that the connection is closed
		}
	}()
	return fn()
}

// sqliteCode returns the primary result code of an error of SQLite, see
// https://www.sqlite.org/rescode.html. Drivers expose it in different ways: as
// a method that returns an int (modernc.org/sqlite), as one that returns a type
// of its own (ncruces/go-sqlite3), or as a field (mattn/go-sqlite3).
func sqliteCode(err error) (code int, found bool) {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code() & 0xff, true
	}
	if code, found = reflectedCode(err); found {
		return code & 0xff, true
	}
	switch wrapper := err.(type) { //nolint:errorlint // wrapped errors are looked at one by one
	case interface{ Unwrap() error }:
		return sqliteCode(wrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapper.Unwrap() {
			if code, found = sqliteCode(err); found {
				return code, true
			}
		}
	}
	return 0, false
}

// reflectedCode returns the code of an error that is of a driver's own type.
func reflectedCode(err error) (code int, found bool) {
	value := reflect.ValueOf(err)
	fields := reflect.Indirect(value)
	if !fields.IsValid() || !strings.Contains(fields.Type().PkgPath(), "sqlite") {
		return 0, false
	}
	var result reflect.Value
	if method := value.MethodByName("Code"); method.IsValid() {
		if kind := method.Type(); kind.NumIn() == 0 && kind.NumOut() == 1 {
			result = method.Call(nil)[0]
		}
	} else if fields.Kind() == reflect.Struct {
		result = fields.FieldByName("Code")
	}
	switch {
	case !result.IsValid():
	case result.CanInt():
		return int(result.Int()), true
	case result.CanUint():
		return int(result.Uint() & 0xff), true
	}
	return 0, false
}
