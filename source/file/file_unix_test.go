//go:build unix

package file_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/file"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func check(t *testing.T, asked source.Source) source.Outcome {
	t.Helper()
	outcome, err := asked.Check(t.Context(), source.Request{})
	require.NoError(t, err)
	return outcome
}

// requireOutcome compares before it looks for the difference, which takes long
// for what is large.
func requireOutcome(t *testing.T, want, got source.Outcome) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Error(cmp.Diff(want, got))
	}
}

func isNew(envelopes ...string) source.Outcome {
	outcome := source.Outcome{Kind: source.KindNew, FromFile: true}
	for _, envelope := range envelopes {
		outcome.Envelopes = append(outcome.Envelopes, []byte(envelope))
	}
	return outcome
}

func missing(detail string) source.Outcome {
	return source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
		Reason: source.ReasonUnavailable, Title: "there is no license file that can be read", Detail: detail,
	}}
}

func unusable(detail string) source.Outcome {
	return source.Outcome{Kind: source.KindProblem, Problem: source.Problem{
		Reason: source.ReasonUnusable, Title: "the license file can't be used", Detail: detail,
	}}
}

func TestReader(t *testing.T) {
	largest := strings.Repeat("x", source.MaxEnvelopeSize)
	for _, test := range []struct {
		name   string
		reader io.Reader
		want   source.Outcome
	}{
		{name: "some", reader: strings.NewReader("{}"), want: isNew("{}")},
		{name: "nothing", reader: strings.NewReader(""), want: isNew("")},
		{name: "as much as there may be", reader: strings.NewReader(largest), want: isNew(largest)},
		{name: "too much", reader: strings.NewReader(largest + "x"), want: unusable("is larger than 1048576 bytes")},
		{name: "an endless one", reader: endless{}, want: unusable("is larger than 1048576 bytes")},
		{name: "an error", reader: iotest.ErrReader(errors.New("hung up")), want: missing("hung up")},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := file.Reader(test.reader)
			requireOutcome(t, test.want, check(t, asked))
			requireOutcome(t, test.want, check(t, asked)) // the second answer is the same
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestFS(t *testing.T) {
	entry := func(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }
	largest := strings.Repeat("x", source.MaxEnvelopeSize)
	fsys := fstest.MapFS{
		"one.license.json":      entry("1"),
		"README":                entry("one"),
		"large.json":            entry(largest + "x"),
		"device.json":           {Mode: fs.ModeDevice},
		"several/b.json":        entry("b"),
		"several/a.JSON":        entry("a"),
		"several/.hidden.json":  entry("hidden"),
		"several/c.json.txt":    entry("c"),
		"several/sub.json/d":    entry("d"),
		"several/sub/e.json":    entry("e"),
		"none/README":           entry("none"),
		"bad/a.json":            entry("a"),
		"bad/b.json":            {Mode: fs.ModeNamedPipe},
		"worse/a.json":          entry("a"),
		"worse/b.json":          entry(largest + "x"),
		"worse/c.json":          entry("c"),
		"full/" + numbered(255): entry("255"),
		"over/" + numbered(256): entry("256"),
	}
	for i := range file.MaxFiles {
		fsys["full/"+numbered(i)] = entry(fmt.Sprint(i))
		fsys["over/"+numbered(i)] = entry(fmt.Sprint(i))
	}
	for i := range 16 {
		fsys["heavy/"+numbered(i)] = entry(largest)
		fsys["heavier/"+numbered(i)] = entry(largest)
	}
	fsys["heavier/"+numbered(16)] = entry("x")
	var full, heavy []string
	for i := range file.MaxFiles {
		full = append(full, fmt.Sprint(i))
	}
	for range 16 {
		heavy = append(heavy, largest)
	}
	for _, test := range []struct {
		name string
		want source.Outcome
	}{
		{name: "one.license.json", want: isNew("1")},
		{name: "README", want: isNew("one")},
		{name: "nothing.json", want: missing("open nothing.json: file does not exist")},
		{name: "../one.license.json", want: missing("open ../one.license.json: file does not exist")},
		{name: "large.json", want: unusable("large.json is larger than 1048576 bytes")},
		{name: "device.json", want: unusable("open device.json: is not a regular file")},
		{name: "several", want: isNew("a", "b")},
		{name: "none", want: missing("none holds no license file")},
		{name: "bad", want: unusable("open bad/b.json: is not a regular file")},
		{name: "worse", want: unusable("worse/b.json is larger than 1048576 bytes")},
		{name: "full", want: isNew(full...)},
		{name: "over", want: unusable("over holds more than 256 license files")},
		{name: "heavy", want: isNew(heavy...)},
		{name: "heavier", want: unusable("what heavier holds is larger than 16777216 bytes")},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireOutcome(t, test.want, check(t, file.FS(fsys, test.name)))
		})
	}
}

func numbered(i int) string { return fmt.Sprintf("%03d.json", i) }

// crowded is a folder in which an entry comes so many times.
type crowded struct {
	fs.FS
	times int
}

func (c crowded) Open(name string) (fs.File, error) {
	opened, err := c.FS.Open(name)
	if folder, ok := opened.(fs.ReadDirFile); ok && err == nil {
		entries, err := folder.ReadDir(1)
		return &crowd{ReadDirFile: folder, entry: entries, left: c.times}, err
	}
	return opened, err
}

type crowd struct {
	fs.ReadDirFile
	entry []fs.DirEntry
	left  int
}

func (c *crowd) ReadDir(n int) ([]fs.DirEntry, error) {
	if c.left == 0 {
		return nil, io.EOF
	}
	n = min(n, c.left, 1000)
	c.left -= n
	return slices.Repeat(c.entry, n), nil
}

// TestFSEntries: what is in a folder is counted, whatever it is.
func TestFSEntries(t *testing.T) {
	fsys := fstest.MapFS{"in/README": {}}
	for times, detail := range map[int]string{
		file.MaxEntries:     "in holds no license file",
		file.MaxEntries + 1: "in has more than 10000 entries",
	} {
		require.Equal(t, detail, check(t, file.FS(crowded{fsys, times}, "in")).Problem.Detail)
	}
}

// bare hides all that a folder can do but being there.
type bare struct{ fs.FS }

func (b bare) Open(name string) (fs.File, error) {
	opened, err := b.FS.Open(name)
	return struct{ fs.File }{opened}, err
}

// failing is a file system in which opening or listing fails after a look.
type failing struct {
	fs.FS
	open map[string]error
}

func (f failing) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.FS, name) }

func (f failing) Open(name string) (fs.File, error) {
	if err, ok := f.open[name]; ok {
		return nil, err
	}
	return f.FS.Open(name)
}

// unlistable is a folder whose list breaks off.
type unlistable struct{ fs.ReadDirFile }

func (unlistable) ReadDir(int) ([]fs.DirEntry, error) { return nil, errors.New("the disk is gone") }

type listless struct{ fs.FS }

func (l listless) Open(name string) (fs.File, error) {
	opened, err := l.FS.Open(name)
	if folder, ok := opened.(fs.ReadDirFile); ok && name == "in" {
		return unlistable{folder}, err
	}
	return opened, err
}

func TestFSThatFails(t *testing.T) {
	gone := errors.New("the disk is gone")
	fsys := fstest.MapFS{"in/a.json": {Data: []byte("a")}}
	for _, test := range []struct {
		name string
		fsys fs.FS
		want source.Outcome
	}{
		{name: "no list", fsys: bare{fsys}, want: missing("readdir in: unsupported operation")},
		{name: "half a list", fsys: listless{fsys}, want: missing("the disk is gone")},
		{name: "a folder that does not open", fsys: failing{fsys, map[string]error{"in": gone}}, want: missing("the disk is gone")},
		{name: "a file that does not open", fsys: failing{fsys, map[string]error{"in/a.json": gone}}, want: missing("the disk is gone")},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireOutcome(t, test.want, check(t, file.FS(test.fsys, "in")))
		})
	}
}

func TestPath(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	write := func(name, content string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(at(name)), 0o750))
		require.NoError(t, os.WriteFile(at(name), []byte(content), 0o600))
	}
	link := func(name, to string) { require.NoError(t, os.Symlink(to, at(name))) }
	write("one.json", "1")
	write("large.json", strings.Repeat("x", source.MaxEnvelopeSize+1))
	write("several/b.json", "b")
	write("several/a.json", "a")
	write("several/..data/c", "c")
	link("several/c.json", "..data/c")
	link("link", "several")
	link("link.json", "one.json")
	link("dangling.json", "nothing")
	write("out/a.json", "a")
	link("out/b.json", "../one.json")
	write("piped/a.json", "a")
	require.NoError(t, syscall.Mkfifo(at("piped/b.json"), 0o600))
	require.NoError(t, syscall.Mkfifo(at("fifo.json"), 0o600))
	require.NoError(t, os.Mkdir(at("empty"), 0o750))
	for _, test := range []struct {
		name string
		want source.Outcome
	}{
		{name: "one.json", want: isNew("1")},
		{name: "link.json", want: isNew("1")},
		{name: "several", want: isNew("a", "b", "c")},
		{name: "link", want: isNew("a", "b", "c")},
		{name: "nothing", want: missing("stat " + at("nothing") + ": no such file or directory")},
		{name: "dangling.json", want: missing("stat " + at("dangling.json") + ": no such file or directory")},
		{name: "empty", want: missing(at("empty") + " holds no license file")},
		{name: "out", want: missing("statat b.json: path escapes from parent")},
		{name: "large.json", want: unusable(at("large.json") + " is larger than 1048576 bytes")},
		{name: "fifo.json", want: unusable("open " + at("fifo.json") + ": is not a regular file")},
		{name: "piped", want: unusable("open b.json: is not a regular file")},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireOutcome(t, test.want, check(t, file.Path(at(test.name))))
		})
	}
	requireOutcome(t, unusable("open /dev/zero: is not a regular file"), check(t, file.Path("/dev/zero")))
}

// TestLooksAnew: a file that has changed is read as it is now.
func TestLooksAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "license.json")
	asked := file.Path(path)
	require.Equal(t, source.KindProblem, check(t, asked).Kind)
	for _, content := range []string{"1", "2"} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		require.Equal(t, isNew(content), check(t, asked))
	}
}

// cancels ends a context when it opens the first file.
type cancels struct {
	fs.FS
	cancel context.CancelFunc
}

func (c cancels) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".json") {
		c.cancel()
	}
	return c.FS.Open(name)
}

func TestContext(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	folder := fstest.MapFS{"in/a.json": {Data: []byte("a")}, "in/b.json": {Data: []byte("b")}}
	reader := strings.NewReader("{}")
	for name, asked := range map[string]source.Source{
		"Reader": file.Reader(reader), "FS": file.FS(folder, "in"), "Path": file.Path(t.TempDir()),
	} {
		outcome, err := asked.Check(ended, source.Request{})
		require.ErrorIs(t, err, context.Canceled, name)
		require.Equal(t, source.Outcome{}, outcome, name)
	}
	require.Equal(t, 2, reader.Len(), "nothing has been read")

	ctx, cancel := context.WithCancel(t.Context())
	_, err := file.FS(cancels{folder, cancel}, "in").Check(ctx, source.Request{})
	require.ErrorIs(t, err, context.Canceled, "between two files")
}
