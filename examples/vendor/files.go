package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/seatwright/seatwright/license/signed"
)

// maxInput is more than any input that is accepted, so that what is too large
// is told from what fits.
const maxInput = 4 << 20

const (
	privateMode fs.FileMode = 0o600
	publicMode  fs.FileMode = 0o644
)

// read reads a file, or standard input for "-".
func (p program) read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(p.stdin, maxInput))
	}
	f, err := os.Open(name) //nolint:gosec // the user names the file to read
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written to it
	return io.ReadAll(io.LimitReader(f, maxInput))
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
	for _, o := range outputs {
		if _, err := os.Lstat(o.name); err == nil && !force {
			return fmt.Errorf("%s is there already; -force overwrites it", o.name)
		}
	}
	for _, o := range outputs {
		if err := o.write(force); err != nil {
			return err
		}
	}
	return nil
}

func (o output) write(force bool) (err error) {
	f, err := os.CreateTemp(filepath.Dir(o.name), ".vendor-*")
	if err != nil {
		return err
	}
	defer func() {
		if removed := os.Remove(f.Name()); err == nil && !errors.Is(removed, fs.ErrNotExist) {
			err = removed
		}
	}()
	_, err = f.Write(o.data)
	if err := errors.Join(err, f.Chmod(o.mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if force {
		return os.Rename(f.Name(), o.name)
	}
	// A link, unlike a rename, fails if somebody made the file meanwhile.
	return os.Link(f.Name(), o.name)
}

// deliver writes to the file of -out, or to standard output.
func (p program) deliver(out string, force bool, data []byte) error {
	if out == "" {
		_, err := p.stdout.Write(data)
		return err
	}
	return write(force, output{name: out, mode: publicMode, data: data})
}

func (p program) privateKey(name string) (ed25519.PrivateKey, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	key, err := signed.ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

func (p program) publicKey(name string) (ed25519.PublicKey, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	keys, err := signed.ParsePublicKeys(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("%s: holds %d keys, not one", name, len(keys))
	}
	return keys[0], nil
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
