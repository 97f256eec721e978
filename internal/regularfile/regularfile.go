// Package regularfile opens files for reading that are files: a FIFO, which
// would block whoever opens it, a device, which opening alone may set to work,
// and a folder are refused.
package regularfile

import (
	"errors"
	"io/fs"
	"os"
)

// ErrNotRegular says that there is something else than a regular file. It comes
// wrapped in an [*fs.PathError].
var ErrNotRegular = errors.New("is not a regular file")

// Open opens the file with that path. Symbolic links are followed.
func Open(path string) (*os.File, error) {
	return open(path, os.Stat, os.OpenFile)
}

// OpenIn opens the file with that name in a folder. Symbolic links are followed
// as long as they stay inside.
func OpenIn(root *os.Root, name string) (*os.File, error) {
	return open(name, root.Stat, root.OpenFile)
}

// open looks twice: at the name, so that nothing but a file is opened, and at
// what was opened, because it may be something else by then.
func open(
	name string,
	stat func(string) (fs.FileInfo, error),
	openFile func(string, int, fs.FileMode) (*os.File, error),
) (*os.File, error) {
	info, err := stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
	}
	file, err := openFile(name, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, err
	}
	info, err = file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
