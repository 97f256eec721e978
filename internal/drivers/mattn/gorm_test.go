//go:build cgo

package mattn_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/drivers/suite"
)

// user is a user as GORM has it.
type user struct{ ID string }

// TestGORM hands the transactions of GORM to Bind, as docs/stores.md says.
func TestGORM(t *testing.T) {
	db, store := suite.Open(t, "sqlite3", "file:"+filepath.Join(t.TempDir(), "seats.db")+"?_txlock=immediate", sqlstore.SQLite)
	_, err := db.ExecContext(t.Context(), suite.Users)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		prepares   bool
		handedOver func(gorm.ConnPool) sqlstore.Tx
	}{
		"plain":    {false, func(pool gorm.ConnPool) sqlstore.Tx { return pool.(*sql.Tx) }}, //nolint:errcheck // GORM began it on database/sql
		"prepared": {true, func(pool gorm.ConnPool) sqlstore.Tx { return pool }},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := db.ExecContext(t.Context(), "DELETE FROM users")
			require.NoError(t, err)
			orm, err := gorm.Open(&sqlite.Dialector{Conn: db}, &gorm.Config{PrepareStmt: c.prepares, Logger: logger.Discard})
			require.NoError(t, err)
			suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
				return orm.WithContext(t.Context()).Transaction(func(tx *gorm.DB) error {
					if err := tx.Create(&user{ID: id}).Error; err != nil {
						return err
					}
					return fn(c.handedOver(tx.Statement.ConnPool))
				})
			})
		})
	}
}
