package ncruces_test

import (
	"os"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/embed"

	"github.com/seatwright/seatwright/internal/drivers/suite"
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

// WebAssembly under the race detector is slow, so the suite is a brief one.
func TestSQLite(t *testing.T) {
	t.Run("ncruces", func(t *testing.T) { suite.SQLite(t, suite.Brief, "sqlite3") })
}

func TestLocked(t *testing.T) { suite.Locked(t, "sqlite3") }
