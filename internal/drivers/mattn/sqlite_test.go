//go:build cgo

package mattn_test

import (
	"os"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"github.com/seatwright/seatwright/internal/drivers/suite"
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

func TestSQLite(t *testing.T) {
	t.Run("mattn", func(t *testing.T) { suite.SQLite(t, suite.Short, "sqlite3") })
}

func TestLocked(t *testing.T) { suite.Locked(t, "sqlite3") }
