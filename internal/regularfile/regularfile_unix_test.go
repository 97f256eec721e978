//go:build unix

package regularfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	inside := filepath.Join(folder, "inside")
	require.NoError(t, os.Mkdir(inside, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "out"), []byte("outside"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "file"), []byte("content"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(inside, "folder"), 0o750))
	require.NoError(t, os.Symlink("file", filepath.Join(inside, "link")))
	require.NoError(t, os.Symlink("../out", filepath.Join(inside, "link-out")))
	require.NoError(t, os.Symlink("nothing", filepath.Join(inside, "dangling")))
	fifo(t, filepath.Join(inside, "fifo"))

	for _, test := range []struct {
		name, content string
		err           error
		escapes       bool
	}{
		{name: "file", content: "content"},
		{name: "link", content: "content"},
		{name: "link-out", content: "outside", escapes: true},
		{name: "nothing", err: fs.ErrNotExist},
		{name: "dangling", err: fs.ErrNotExist},
		{name: "folder", err: ErrNotRegular},
		{name: "fifo", err: ErrNotRegular},
		{name: "../out", content: "outside", escapes: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.content, test.err, func() (*os.File, error) {
				return Open(filepath.Join(inside, test.name))
			})
			root, err := os.OpenRoot(inside)
			require.NoError(t, err)
			defer func() { require.NoError(t, root.Close()) }()
			if test.escapes {
				_, err := OpenIn(root, test.name)
				require.ErrorContains(t, err, "path escapes from parent")
				return
			}
			check(t, test.content, test.err, func() (*os.File, error) { return OpenIn(root, test.name) })
		})
	}
}

// TestOpenLooksTwice swaps the file for a FIFO and for a folder between the two
// looks.
func TestOpenLooksTwice(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	info, err := os.Stat(name)
	require.NoError(t, err)
	stale := func(string) (fs.FileInfo, error) { return info, nil }

	fifo(t, filepath.Join(folder, "fifo"))
	_, err = open(filepath.Join(folder, "fifo"), stale, os.OpenFile)
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = open(folder, stale, os.OpenFile)
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = open(filepath.Join(folder, "gone"), stale, os.OpenFile)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func check(t *testing.T, content string, want error, open func() (*os.File, error)) {
	t.Helper()
	file, err := open()
	if want != nil {
		require.ErrorIs(t, err, want)
		require.Nil(t, file)
		return
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	read, err := io.ReadAll(file)
	require.NoError(t, err)
	require.Equal(t, content, string(read))
}

func fifo(t *testing.T, path string) {
	t.Helper()
	require.NoError(t, syscall.Mkfifo(path, 0o600))
}
