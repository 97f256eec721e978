package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/internal/regularfile"
	"github.com/seatwright/seatwright/source"
)

// The limits of a folder. A folder that exceeds one is a problem.
const (
	// MaxFiles is the largest number of files that are read.
	MaxFiles = 256
	// MaxTotalSize is the largest size of all files together, in bytes.
	MaxTotalSize = 16 << 20
	// MaxEntries is the largest number of entries that are looked at.
	MaxEntries = 10_000
)

// FS returns a source for a file or a folder in fsys. Each Check reads it
// again. Use it for embedded or other virtual file systems; for the disk use
// [Path].
func FS(fsys fs.FS, name string) source.Source {
	return fileSystem{fsys: fsys, name: name, shown: name}
}

type fileSystem struct {
	fsys  fs.FS
	name  string // of the file or folder in fsys
	shown string // what error texts call it
}

func (f fileSystem) Check(ctx context.Context, _ source.Request) (source.Outcome, error) {
	envelopes, err := f.read(ctx)
	if ended := ctx.Err(); err != nil && ended != nil {
		return source.Outcome{}, ended
	}
	return outcomeOf(envelopes, err), nil
}

func (f fileSystem) read(ctx context.Context) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := fs.Stat(f.fsys, f.name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return f.readFolder(ctx)
	}
	envelope, err := f.readFile(f.name)
	return [][]byte{envelope}, err
}

func (f fileSystem) readFolder(ctx context.Context) ([][]byte, error) {
	names, err := f.fileNames()
	if err != nil {
		return nil, err
	}
	var envelopes [][]byte
	total := 0
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		envelope, err := f.readFile(path.Join(f.name, name))
		if err != nil {
			return nil, err
		}
		total += len(envelope)
		if total > MaxTotalSize {
			return nil, fmt.Errorf("what %s holds %w", f.shown, &source.TooLargeError{Limit: MaxTotalSize})
		}
		envelopes = append(envelopes, envelope)
	}
	return envelopes, nil
}

// fileNames returns the names of the license files of a folder, sorted.
func (f fileSystem) fileNames() ([]string, error) {
	entries, err := f.readEntries()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || !strings.EqualFold(path.Ext(name), ".json") {
			continue
		}
		info, err := fs.Stat(f.fsys, path.Join(f.name, name)) // the entry does not say where a link leads
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%s holds no license file", f.shown)
	case len(names) > MaxFiles:
		return nil, countError(fmt.Sprintf("%s holds more than %d license files", f.shown, MaxFiles))
	}
	return names, nil
}

// readEntries returns the entries of a folder by name, up to the limit.
// fs.ReadDir would read all of them, however many there are.
func (f fileSystem) readEntries() ([]fs.DirEntry, error) {
	opened, err := f.fsys.Open(f.name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	directory, ok := opened.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: f.shown, Err: errors.ErrUnsupported}
	}
	var entries []fs.DirEntry
	for len(entries) <= MaxEntries {
		next, err := directory.ReadDir(MaxEntries + 1 - len(entries))
		entries = append(entries, next...)
		if errors.Is(err, io.EOF) {
			slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, countError(fmt.Sprintf("%s has more than %d entries", f.shown, MaxEntries))
}

func (f fileSystem) readFile(name string) ([]byte, error) {
	info, err := fs.Stat(f.fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: regularfile.ErrNotRegular}
	}
	opened, err := f.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return readOpened(name, opened)
}

// readOpened reads a file to its end and closes it.
func readOpened(name string, opened fs.File) ([]byte, error) {
	defer func() { _ = opened.Close() }()
	envelope, err := source.ReadEnvelope(opened)
	var tooLarge *source.TooLargeError
	if errors.As(err, &tooLarge) {
		err = fmt.Errorf("%s %w", name, err)
	}
	return envelope, err
}
