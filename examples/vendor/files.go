package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// maxInput is the largest scenario, and more than any other input: what is too large
// is an error.
const maxInput = 256 << 20

// The modes of files, of which the umask takes away.
const (
	privateMode fs.FileMode = 0o600
	publicMode  fs.FileMode = 0o666
)

// read reads a file, or standard input for "-". A file that is too large for
// anything is an error; it is not cut off. A byte order mark, as editors write
// it, is no part of what any of the files says.
func (p program) read(name string) ([]byte, error) {
	from := p.stdin
	if name != "-" {
		f, err := os.Open(name) //nolint:gosec // the user names the file to read
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // nothing was written to it
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s: larger than %d bytes", name, maxInput)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), err
}

// readIfThere reads a file, and returns nothing where there is none.
func (p program) readIfThere(name string) ([]byte, error) {
	data, err := p.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// output is a file that is still to be written.
type output struct {
	name string
	mode fs.FileMode
	data []byte
}

// write writes files, or none if one of them is there already and may not be
// overwritten. A file is there whole or not at all, and a private one is never
// readable by others, not even while it is written.
func write(force bool, outputs ...output) error {
	if err := free(force, outputs...); err != nil {
		return err
	}
	for _, o := range outputs {
		if err := o.write(force); err != nil {
			return err
		}
	}
	return nil
}

// free returns an error if a file is there already and may not be overwritten.
func free(force bool, outputs ...output) error {
	for _, o := range outputs {
		if _, err := os.Lstat(o.name); err == nil && !force {
			return fmt.Errorf("%s is there already; -force overwrites it", o.name)
		}
	}
	return nil
}

func (o output) write(force bool) (err error) {
	f, err := create(filepath.Dir(o.name), o.mode)
	if err != nil {
		return err
	}
	defer func() {
		if removed := os.Remove(f.Name()); err == nil && !errors.Is(removed, fs.ErrNotExist) {
			err = removed
		}
	}()
	_, err = f.Write(o.data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if force {
		return os.Rename(f.Name(), o.name)
	}
	return o.claim(f.Name(), os.Link)
}

// claim gives a file that is written its name, if nobody has made one of that
// name meanwhile. A link, unlike a rename, fails then. File systems without hard
// links, such as those of memory sticks, keep a place free by an empty file, which
// is what is left if the power goes at that moment.
func (o output) claim(written string, link func(from, to string) error) error {
	if link(written, o.name) == nil {
		return nil
	}
	place, err := os.OpenFile(o.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, o.mode)
	if err != nil {
		return err
	}
	if err := place.Close(); err != nil {
		return err
	}
	return os.Rename(written, o.name)
}

// create makes a file with a name of its own in a folder. Unlike that of
// os.CreateTemp its mode is what it will be, so that the umask counts and no mode
// has to be set, which some file systems refuse.
func create(dir string, mode fs.FileMode) (*os.File, error) {
	name := filepath.Join(dir, ".vendor-"+rand.Text())
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the user names the folder
}

// deliver writes to the file of -out, or to standard output.
func (p program) deliver(out string, force bool, data []byte) error {
	if out == "" {
		_, err := p.stdout.Write(data)
		return err
	}
	return write(force, output{name: out, mode: publicMode, data: data})
}

// inOneLine spells what is not printable, such as a line end in the name of a
// member, as JSON does.
func inOneLine(text string) string {
	var line strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			line.WriteRune(r)
		} else {
			fmt.Fprintf(&line, `\u%04x`, r)
		}
	}
	return line.String()
}

// printable keeps what stands in a document from acting on a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
