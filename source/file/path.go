package file

import (
	"context"
	"io/fs"
	"os"

	"github.com/seatwright/seatwright/internal/regularfile"
	"github.com/seatwright/seatwright/source"
)

// Path returns a source for a file or a folder on disk. Each Check reads it
// again, so a replaced file is noticed.
//
// The path may be a symbolic link or lead through some. Links inside a folder
// may lead only to files of that folder.
func Path(path string) source.Source { return filePath(path) }

type filePath string

func (p filePath) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return source.Outcome{}, err
	}
	info, err := os.Stat(string(p))
	if err != nil {
		return outcomeOf(nil, err), nil
	}
	if !info.IsDir() {
		opened, err := regularfile.Open(string(p))
		if err != nil {
			return outcomeOf(nil, err), nil
		}
		envelope, err := readOpened(string(p), opened)
		return outcomeOf([][]byte{envelope}, err), nil
	}
	root, err := os.OpenRoot(string(p))
	if err != nil {
		return outcomeOf(nil, err), nil
	}
	defer func() { _ = root.Close() }()
	return fileSystem{fsys: inFolder{root: root}, name: ".", shown: string(p)}.Check(ctx, request)
}

// inFolder is a folder that no link leads out of, and in which only files are
// opened.
type inFolder struct{ root *os.Root }

func (f inFolder) Open(name string) (fs.File, error) {
	if name == "." {
		return f.root.Open(name)
	}
	return regularfile.OpenIn(f.root, name)
}

func (f inFolder) Stat(name string) (fs.FileInfo, error) { return f.root.Stat(name) }
