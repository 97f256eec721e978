//go:build cgo

package mattn_test

import (
	"os"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"github.com/seatwright/seatwright/internal/drivers/suite"
)

func TestMain(m *testing.M) {
	suite.Short()
	os.Exit(m.Run())
}

func TestSQLite(t *testing.T) { suite.SQLite(t, "sqlite3") }

func TestLocked(t *testing.T) { suite.Locked(t, "sqlite3") }
