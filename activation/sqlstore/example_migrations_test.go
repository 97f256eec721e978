package sqlstore_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seatwright/seatwright/activation/sqlstore"
)

// A tool that wants the migrations in a folder gets them there, before the
// program is built: by a command of the host's, or by go generate.
func ExampleMigrations() {
	work, _ := os.MkdirTemp("", "crm")
	defer os.RemoveAll(work) //nolint:errcheck // the folder of an example
	folder := filepath.Join(work, "migrations")
	if err := os.CopyFS(folder, sqlstore.Migrations(sqlstore.PostgreSQL)); err != nil {
		fmt.Println(err)
	}
	files, _ := os.ReadDir(folder)
	for _, file := range files {
		fmt.Println(file.Name())
	}
	// Output:
	// 0001_create.down.sql
	// 0001_create.up.sql
	// 0002_extend.down.sql
	// 0002_extend.up.sql
}
