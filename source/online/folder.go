package online

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/seatwright/seatwright/internal/regularfile"
	"github.com/seatwright/seatwright/source"
)

// The suffixes of file names in a [Folder], after the serial.
const (
	EnvelopeSuffix = ".license.json"
	StatusSuffix   = ".status.json"
)

const (
	// maxReads is how many files are read at once; others wait.
	maxReads = 64
	// unsettledTries is how often to read a file that changes meanwhile or is
	// not whole. unsettledPause is the pause in between.
	unsettledTries = 20
	unsettledPause = 5 * time.Millisecond
)

// Folder is a [Catalog] of files. For each owner it has a folder with a file
// for each serial, either an envelope or a status, which is served if there are
// both:
//
//	superoffice/4711.license.json
//	superoffice/4712.status.json
//
// Files are looked up and read at each request, so adding, replacing or
// removing one needs no restart. A changed file is noticed even if its size and
// time stay the same. Replace a file by renaming another one to its name: then
// every answer has either the old or the new bytes. If a program writes into a
// file instead, the folder waits for it. It notices that only by size, time, or
// JSON that is cut off.
//
// Nothing outside the folder is served, whatever a serial or a symbolic link
// says. A serial with a slash or a backslash has no file.
type Folder struct {
	path  string
	reads chan struct{}
}

var _ Catalog = (*Folder)(nil)

// NewFolder returns the catalog of a folder, which must exist. The path is
// resolved at each request, so it may be a symbolic link that is switched from
// one version of the folder to the next.
func NewFolder(path string) (*Folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the folder of the feed: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("the folder of the feed: %w", &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR})
	}
	return &Folder{path: path, reads: make(chan struct{}, maxReads)}, nil
}

// Lookup implements [Catalog].
func (d *Folder) Lookup(ctx context.Context, owner, serial string) (Content, error) {
	if (source.Request{Owner: owner, Serial: serial}).Validate() != nil || strings.ContainsAny(serial, `/\`) {
		return Content{}, ErrNotFound
	}
	release, err := d.acquire(ctx)
	if err != nil {
		return Content{}, err
	}
	defer release()
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return Content{}, err
	}
	defer func() { _ = root.Close() }()
	for _, kind := range []struct{ suffix, mediaType string }{
		{StatusSuffix, StatusType}, {EnvelopeSuffix, EnvelopeType},
	} {
		name := filepath.Join(owner, serial+kind.suffix)
		info, err := root.Stat(name)
		if err == nil && info.Mode().IsRegular() {
			return Content{Type: kind.mediaType, Read: func(ctx context.Context) ([]byte, error) { return d.read(ctx, name) }}, nil
		}
		if err != nil && !isMissing(err) {
			return Content{}, err
		}
	}
	return Content{}, ErrNotFound
}

func (d *Folder) acquire(ctx context.Context) (release func(), err error) {
	select {
	case d.reads <- struct{}{}:
		return func() { <-d.reads }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// isMissing reports whether there is no such file that may be served. The error
// for a link that leads out of the folder has no errno.
func isMissing(err error) bool {
	var number syscall.Errno
	if !errors.As(err, &number) || errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return number == syscall.ENOTDIR || number == syscall.ELOOP || number == syscall.ENAMETOOLONG
}

func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// read returns the bytes of a file, all from one version of it.
func (d *Folder) read(ctx context.Context, name string) ([]byte, error) {
	release, err := d.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	for try := 1; ; try++ {
		body, err := d.readOnce(name)
		if err == nil {
			return body, nil
		}
		if !errors.Is(err, errUnsettled) || try == unsettledTries {
			return nil, err
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// errUnsettled says that somebody seems to be writing into a file.
var errUnsettled = errors.New("the file is being changed, or is not JSON")

func (d *Folder) readOnce(name string) ([]byte, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	file, err := regularfile.OpenIn(root, name)
	if err != nil {
		if isMissing(err) {
			err = ErrNotFound
		}
		return nil, err
	}
	defer func() { _ = file.Close() }()
	before, err := file.Stat()
	if err != nil {
		return nil, err
	}
	body, err := source.ReadEnvelope(file)
	if err != nil {
		return nil, err
	}
	after, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !sameFile(before, after) || int64(len(body)) != after.Size() || !isWhole(body) {
		return nil, errUnsettled
	}
	return body, nil
}

// isWhole reports whether a text is JSON, and so not cut off. Additions of mail
// programs are allowed.
func isWhole(body []byte) bool {
	return json.Valid(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}

func pause(ctx context.Context) error {
	timer := time.NewTimer(unsettledPause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
