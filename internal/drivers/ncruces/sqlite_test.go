package ncruces_test

import (
	"os"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/embed"

	"github.com/seatwright/seatwright/internal/drivers/suite"
)

func TestMain(m *testing.M) {
	suite.Short("Durability/Killed") // each process takes seconds to translate SQLite
	os.Exit(m.Run())
}

func TestSQLite(t *testing.T) { suite.SQLite(t, "sqlite3") }

func TestLocked(t *testing.T) { suite.Locked(t, "sqlite3") }
