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
	"sync"
	"syscall"
	"time"

	"github.com/seatwright/seatwright/internal/regularfile"
	"github.com/seatwright/seatwright/source"
)

// The ends of the names of files in a [Directory], behind the serial.
const (
	EnvelopeSuffix = ".license.json"
	StatusSuffix   = ".status.json"
)

const (
	// maxTags is the number of files whose tags are kept; each takes some 300
	// bytes.
	maxTags = 10_000
	// maxReads is how many files are read at once; others wait.
	maxReads = 64
	// settled is how old a change must be when a file is read, for the next
	// change to be sure to have another time. Until then no tag is kept.
	settled = 2 * time.Second
	// unsettledTries is how often a file is read that changes while it is read,
	// or that is not whole, and unsettledPause is the pause between.
	unsettledTries = 20
	unsettledPause = 5 * time.Millisecond
)

// Directory is a [Catalog] of files. A folder for each owner holds a file for
// each serial, either an envelope or a status, which goes first if there are
// both:
//
//	superoffice/4711.license.json
//	superoffice/4712.status.json
//
// Files are looked up at each request, so that one that is added, replaced or
// removed needs no restart; bytes are read again only when the file has changed
// or has to be sent. A file is replaced by renaming another to its name: then
// every answer has the old or the new bytes. Writing into it is noticed as far
// as its size, its time, and JSON that is cut off give it away, and waited for.
//
// Nothing outside of the folder is served, whatever a serial or a symbolic link
// says. A serial with a slash or a backslash has no file.
type Directory struct {
	path  string
	now   func() time.Time
	reads chan struct{}

	mu   sync.Mutex
	tags map[string]tagged
}

// tagged is the tag of a file as it was.
type tagged struct {
	info fs.FileInfo
	tag  string
}

var _ Catalog = (*Directory)(nil)

// NewDirectory returns the catalog of a folder, which must exist. Its path is
// looked up at each request, so that it may be a symbolic link that is changed
// from one release of the folder to the next.
func NewDirectory(path string) (*Directory, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the folder of the feed: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("the folder of the feed: %w", &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR})
	}
	return &Directory{
		path:  path,
		now:   time.Now, //nolint:forbidigo // tests replace it
		reads: make(chan struct{}, maxReads),
		tags:  make(map[string]tagged),
	}, nil
}

// Lookup implements [Catalog].
func (d *Directory) Lookup(ctx context.Context, owner, serial string) (Entry, error) {
	if (source.Request{Owner: owner, Serial: serial}).Validate() != nil || strings.ContainsAny(serial, `/\`) {
		return Entry{}, ErrNotFound
	}
	release, err := d.acquire(ctx)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return Entry{}, err
	}
	defer func() { _ = root.Close() }()
	for _, kind := range []struct{ suffix, mediaType string }{
		{StatusSuffix, StatusType}, {EnvelopeSuffix, EnvelopeType},
	} {
		name := filepath.Join(owner, serial+kind.suffix)
		info, err := root.Stat(name)
		if err == nil && info.Mode().IsRegular() {
			return d.entry(name, kind.mediaType, info), nil
		}
		if err != nil && !isMissing(err) {
			return Entry{}, err
		}
		d.forget(name)
	}
	return Entry{}, ErrNotFound
}

func (d *Directory) acquire(ctx context.Context) (release func(), err error) {
	select {
	case d.reads <- struct{}{}:
		return func() { <-d.reads }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *Directory) entry(name, mediaType string, info fs.FileInfo) Entry {
	entry := Entry{Type: mediaType, Read: func(ctx context.Context) ([]byte, error) { return d.read(ctx, name) }}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, ok := d.tags[name]; ok && sameFile(known.info, info) {
		entry.ETag = known.tag
	}
	return entry
}

// isMissing reports whether there is no file of that name that may be served. A
// link that leads out of the folder has an error without a number.
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

func (d *Directory) forget(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.tags, name)
}

// read returns the bytes of a file, all from one state of it.
func (d *Directory) read(ctx context.Context, name string) ([]byte, error) {
	release, err := d.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	for try := 1; ; try++ {
		began := d.now()
		body, info, err := d.readOnce(name)
		if err == nil {
			if began.Sub(info.ModTime()) >= settled {
				d.remember(name, tagged{info: info, tag: ETag(body)})
			}
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

func (d *Directory) readOnce(name string) ([]byte, fs.FileInfo, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = root.Close() }()
	file, err := regularfile.OpenIn(root, name)
	if err != nil {
		if isMissing(err) {
			err = ErrNotFound
		}
		return nil, nil, err
	}
	defer func() { _ = file.Close() }()
	before, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	body, err := source.ReadEnvelope(file)
	if err != nil {
		return nil, nil, err
	}
	after, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !sameFile(before, after) || int64(len(body)) != after.Size() || !isWhole(body) {
		return nil, nil, errUnsettled
	}
	return body, after, nil
}

// isWhole reports whether a text is JSON, which one that is cut off is not. What
// mail may add to an envelope is allowed.
func isWhole(body []byte) bool {
	return json.Valid(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}

// remember keeps the tag of a file.
func (d *Directory) remember(name string, file tagged) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.tags[name]; !known && len(d.tags) >= maxTags {
		for other := range d.tags {
			delete(d.tags, other)
			break
		}
	}
	d.tags[name] = file
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
