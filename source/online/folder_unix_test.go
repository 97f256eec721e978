//go:build unix

package online

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
)

const secret = `{"secret":"not to be served"}`

// newFolder returns a folder of a feed beside a file that is none of its business.
func newFolder(t testing.TB) (folder string) {
	t.Helper()
	parent := t.TempDir()
	folder = filepath.Join(parent, "feed")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "acme", "sub"), 0o750))
	write(t, filepath.Join(parent, "secret.license.json"), secret)
	write(t, filepath.Join(folder, "4711.license.json"), secret)
	write(t, filepath.Join(folder, "acme", "4711.license.json"), envelope)
	write(t, filepath.Join(folder, "acme", "sub", "4711.license.json"), secret)
	return folder
}

func write(t testing.TB, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// replace puts another file in the place of one, as documented.
func replace(t testing.TB, path, content string) {
	t.Helper()
	write(t, path+".tmp", content)
	require.NoError(t, os.Rename(path+".tmp", path))
}

// age makes a file older.
func age(t testing.TB, path string, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	require.NoError(t, os.Chtimes(path, then, then))
}

func lookup(t testing.TB, directory *Folder, owner, serial string) (Content, string, error) {
	t.Helper()
	entry, err := directory.Lookup(t.Context(), owner, serial)
	if err != nil {
		return entry, "", err
	}
	body, err := entry.Read(t.Context())
	return entry, string(body), err
}

func TestFolder(t *testing.T) {
	folder := newFolder(t)
	acme := filepath.Join(folder, "acme")
	status := `{"status":"current"}`
	write(t, filepath.Join(acme, "4712.status.json"), status)
	write(t, filepath.Join(acme, "both.status.json"), status)
	write(t, filepath.Join(acme, "both.license.json"), envelope)
	write(t, filepath.Join(acme, "a b é..license.json"), envelope)
	write(t, filepath.Join(acme, "mail.license.json"), "\ufeff \r\n"+envelope+"\r\n")
	write(t, filepath.Join(acme, "cut.license.json"), envelope[:5])
	age(t, filepath.Join(acme, "cut.license.json"), time.Hour)
	write(t, filepath.Join(acme, "large.license.json"), strings.Repeat(" ", source.MaxEnvelopeSize)+"1")
	require.NoError(t, os.Mkdir(filepath.Join(acme, "folder.license.json"), 0o750))
	require.NoError(t, os.Symlink("4711.license.json", filepath.Join(acme, "inside.license.json")))
	require.NoError(t, os.Symlink("../../secret.license.json", filepath.Join(acme, "outside.license.json")))
	require.NoError(t, os.Symlink("../../secret.license.json", filepath.Join(acme, "fallback.status.json")))
	write(t, filepath.Join(acme, "fallback.license.json"), envelope)
	require.NoError(t, os.Symlink(filepath.Dir(folder), filepath.Join(folder, "parent")))
	require.NoError(t, os.Symlink("loop.license.json", filepath.Join(acme, "loop.license.json")))
	require.NoError(t, os.Symlink("acme", filepath.Join(folder, "alias")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(acme, "fifo.license.json"), 0o600))
	directory, err := NewFolder(folder)
	require.NoError(t, err)

	for _, test := range []struct {
		name, owner, serial, mediaType, body string
		err                                  error
		limit                                int64
	}{
		{name: "an envelope", owner: "acme", serial: "4711", mediaType: EnvelopeType, body: envelope},
		{name: "a status", owner: "acme", serial: "4712", mediaType: StatusType, body: status},
		{name: "both", owner: "acme", serial: "both", mediaType: StatusType, body: status},
		{name: "odd characters", owner: "acme", serial: "a b é.", mediaType: EnvelopeType, body: envelope},
		{name: "as it came by mail", owner: "acme", serial: "mail", mediaType: EnvelopeType, body: "\ufeff \r\n" + envelope + "\r\n"},
		{name: "a link inside", owner: "acme", serial: "inside", mediaType: EnvelopeType, body: envelope},
		{name: "an owner that is a link inside", owner: "alias", serial: "4711", mediaType: EnvelopeType, body: envelope},
		{name: "a status that leads outside", owner: "acme", serial: "fallback", mediaType: EnvelopeType, body: envelope},
		{name: "unknown serial", owner: "acme", serial: "4713", err: ErrNotFound},
		{name: "unknown owner", owner: "other", serial: "4711", err: ErrNotFound},
		{name: "a link outside", owner: "acme", serial: "outside", err: ErrNotFound},
		{name: "an owner that is a link outside", owner: "parent", serial: "secret", err: ErrNotFound},
		{name: "a link to itself", owner: "acme", serial: "loop", err: ErrNotFound},
		{name: "a folder", owner: "acme", serial: "folder", err: ErrNotFound},
		{name: "a FIFO", owner: "acme", serial: "fifo", err: ErrNotFound},
		{name: "an owner that is a file", owner: "4711", serial: "x", err: ErrNotFound},
		{name: "a step up", owner: "acme", serial: "..", err: ErrNotFound},
		{name: "steps up", owner: "acme", serial: "../../secret", err: ErrNotFound},
		{name: "steps inside", owner: "acme", serial: "../acme/4711", err: ErrNotFound},
		{name: "a folder below", owner: "acme", serial: "sub/4711", err: ErrNotFound},
		{name: "a backslash", owner: "acme", serial: `sub\4711`, err: ErrNotFound},
		{name: "an absolute path", owner: "acme", serial: "/etc/passwd", err: ErrNotFound},
		{name: "NUL", owner: "acme", serial: "4711\x00", err: ErrNotFound},
		{name: "NUL and a name", owner: "acme", serial: "4711.license.json\x00", err: ErrNotFound},
		{name: "an owner that steps", owner: "..", serial: "secret", err: ErrNotFound},
		{name: "an owner that stays", owner: ".", serial: "4711", err: ErrNotFound},
		{name: "no owner", serial: "4711", err: ErrNotFound},
		{name: "no serial", owner: "acme", err: ErrNotFound},
		{name: "a name that is too long for a file", owner: "acme", serial: strings.Repeat("x", 255), err: ErrNotFound},
		{name: "an envelope that was cut", owner: "acme", serial: "cut", err: errUnsettled},
		{name: "an envelope that is too large", owner: "acme", serial: "large", limit: 1 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			entry, body, err := lookup(t, directory, test.owner, test.serial)
			if test.limit != 0 {
				require.Equal(t, &source.TooLargeError{Limit: test.limit}, err)
				return
			}
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.body, body)
			if err == nil {
				require.Equal(t, test.mediaType, entry.Type)
			}
		})
	}
}

func TestNewFolderErrors(t *testing.T) {
	folder := newFolder(t)
	_, err := NewFolder(filepath.Join(folder, "nothing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = NewFolder(filepath.Join(folder, "4711.license.json"))
	require.ErrorContains(t, err, "not a directory")
	directory, err := NewFolder(folder)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(folder))
	_, err = directory.Lookup(t.Context(), "acme", "4711")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotErrorIs(t, err, ErrNotFound, "a feed that has lost its folder knows nothing about serials")
}

// TestFolderUnreadable: what can't be read is an error, and not unknown.
func TestFolderUnreadable(t *testing.T) {
	for err, missing := range map[error]bool{
		syscall.ENOENT: true, syscall.ENOTDIR: true, syscall.ELOOP: true, syscall.ENAMETOOLONG: true,
		errors.New("path escapes from parent"): true,
		syscall.EACCES:                         false, syscall.EMFILE: false, syscall.EIO: false,
	} {
		require.Equal(t, missing, isMissing(&fs.PathError{Op: "openat", Err: err}), err)
	}
}

// TestFolderGoesByContent: a license that has become another of the same length
// and time, in the same file or in another one, is sent; what is the same is not.
func TestFolderGoesByContent(t *testing.T) {
	folder := newFolder(t)
	path := filepath.Join(folder, "acme", "4711.license.json")
	directory, err := NewFolder(folder)
	require.NoError(t, err)
	handler, err := NewHandler(directory)
	require.NoError(t, err)
	age(t, path, time.Hour)
	info, err := os.Stat(path)
	require.NoError(t, err)
	tag := ""
	step := func(name string, wantStatus int, wantBody string) {
		t.Helper()
		answer, body := answerOf(t, handler, request(t, "GET", "/licenses/acme/4711", "If-None-Match", tag))
		require.Equal(t, wantStatus, answer.status, name)
		require.Equal(t, wantBody, body, name)
		tag = answer.header.Get("Etag")
	}
	second, third := strings.ToUpper(envelope), strings.Replace(envelope, "l", "L", 1)
	step("first", 200, envelope)
	step("the same", 304, "")
	age(t, path, 2*time.Hour)
	step("another time", 304, "")
	replace(t, path, second)
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	step("replaced by one of the same size and time", 200, second)
	write(t, path, third)
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	step("written over by one of the same size and time", 200, third)
	require.NoError(t, os.Remove(path))
	_, _, err = lookup(t, directory, "acme", "4711")
	require.ErrorIs(t, err, ErrNotFound)
}

// TestFolderReleases: the path may be a link that is changed.
func TestFolderReleases(t *testing.T) {
	one, two := newFolder(t), newFolder(t)
	write(t, filepath.Join(two, "acme", "4711.license.json"), `{"license":"two"}`)
	current := filepath.Join(t.TempDir(), "current")
	require.NoError(t, os.Symlink(one, current))
	directory, err := NewFolder(current)
	require.NoError(t, err)
	_, body, err := lookup(t, directory, "acme", "4711")
	require.NoError(t, err)
	require.Equal(t, envelope, body)
	require.NoError(t, os.Symlink(two, current+".tmp"))
	require.NoError(t, os.Rename(current+".tmp", current))
	_, body, err = lookup(t, directory, "acme", "4711")
	require.NoError(t, err)
	require.Equal(t, `{"license":"two"}`, body)
}

// TestFolderWaitsForWriter: a file that is being written in place is waited
// for; one that stays cut is an error after a while.
func TestFolderWaitsForWriter(t *testing.T) {
	folder := newFolder(t)
	path := filepath.Join(folder, "acme", "4711.license.json")
	directory, err := NewFolder(folder)
	require.NoError(t, err)
	read := func(t *testing.T, ctx context.Context) (string, time.Duration, error) {
		t.Helper()
		entry, err := directory.Lookup(ctx, "acme", "4711")
		require.NoError(t, err)
		began := time.Now()
		body, err := entry.Read(ctx)
		return string(body), time.Since(began), err
	}
	synctest.Test(t, func(t *testing.T) {
		directory.reads = make(chan struct{}, 1) // a channel must belong to this bubble
		write(t, path, envelope[:9])
		time.AfterFunc(12*time.Millisecond, func() { write(t, path, envelope) })
		body, took, err := read(t, t.Context())
		require.NoError(t, err)
		require.Equal(t, envelope, body)
		require.Equal(t, 15*time.Millisecond, took)

		write(t, path, envelope[:9])
		_, took, err = read(t, t.Context())
		require.ErrorIs(t, err, errUnsettled)
		require.Equal(t, (unsettledTries-1)*unsettledPause, took)

		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Millisecond)
		defer cancel()
		_, took, err = read(t, ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 7*time.Millisecond, took)
	})
}

// TestFolderWaitsForItsTurn: the files that are open at once have a limit.
func TestFolderWaitsForItsTurn(t *testing.T) {
	directory, err := NewFolder(newFolder(t))
	require.NoError(t, err)
	entry, err := directory.Lookup(t.Context(), "acme", "4711")
	require.NoError(t, err)
	for range maxReads {
		_, err := directory.acquire(t.Context())
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = directory.Lookup(ctx, "acme", "4711")
	require.ErrorIs(t, err, context.Canceled)
	_, err = entry.Read(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// TestTraversal: however a way out of the folder is spelled, it leads nowhere.
func TestTraversal(t *testing.T) {
	directory, err := NewFolder(newFolder(t))
	require.NoError(t, err)
	handler, err := NewHandler(directory)
	require.NoError(t, err)
	for _, uri := range waysOut {
		t.Run(uri, func(t *testing.T) {
			answer, body := answerOf(t, handler, request(t, "GET", uri))
			require.Equal(t, 404, answer.status)
			require.Equal(t, problemBody(404, "there is no such license"), body)
		})
	}
}

// TestThousandClients asks for a file that is replaced all the while: every
// answer is one version, whole, with the tag of that version.
func TestThousandClients(t *testing.T) {
	const clients, versions = 1000, 8
	folder := newFolder(t)
	path := filepath.Join(folder, "acme", "4711.license.json")
	tags := make(map[string]string)
	bodies := make([]string, versions)
	for i := range versions {
		bodies[i] = fmt.Sprintf(`{"license":%q}`, strings.Repeat(string(rune('a'+i)), 20_000+i))
		tags[bodies[i]] = ETag([]byte(bodies[i]))
	}
	replace(t, path, bodies[0])
	directory, err := NewFolder(folder)
	require.NoError(t, err)
	handler, err := NewHandler(directory)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	client, err := New(server.URL, WithTries(1), WithTimeout(maxTimeout))
	require.NoError(t, err)

	outcomes := make([]source.Outcome, clients)
	errs := make([]error, clients)
	done := make(chan struct{})
	var asking, replacing sync.WaitGroup
	for i := range clients {
		asking.Go(func() {
			outcomes[i], errs[i] = client.Check(t.Context(), source.Request{Owner: "acme", Serial: "4711"})
		})
	}
	replacing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				replace(t, path, bodies[i%versions])
			}
		}
	})
	asking.Wait()
	close(done)
	replacing.Wait()
	for i, outcome := range outcomes {
		require.NoError(t, errs[i])
		require.Equal(t, source.KindNew, outcome.Kind, outcome.Problem)
		tag, whole := tags[string(outcome.Envelopes[0])]
		require.True(t, whole, "an answer that is no version")
		require.Equal(t, tag, outcome.ETag)
	}
}
