//go:build unix

package main

import (
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license/signed"
)

// What openssl wrote of one key: "openssl genpkey -algorithm ed25519 -aes-256-cbc",
// and the same with "openssl pkcs8 -topk8 -scrypt". The pass phrase is "correct
// horse".
const (
	opensslPBKDF2 = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgfb3BPllqIGwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJWQsEukw7hgBUaiI7vCnUEEQN63
vp++dfDwNKMjtTuF2eEuPsnDSEZWBzTvMyamd0UmlWMdyyJ5NLVC9NR+iAoz3iVg
GYTySkqmUAKRK+0H2H0=
-----END ENCRYPTED PRIVATE KEY-----
`
	opensslScrypt = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAh80hAPVmQ+hwICQAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBBS2t6ZKsgqBkNSvQrnuU0hBECcevor7DJn60MN
g5t3FDGXWoEPVNvAnGdSFA9zVQjUyyEzXJJe5Jh/+SoQs32tWa8mhzCU10JWqDh7
h1SduA0c
-----END ENCRYPTED PRIVATE KEY-----
`
	opensslPublic = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAgNifCoU4mzSxPOIN3jI55c4L0Rv7rjCE/2zR8FbrApo=
-----END PUBLIC KEY-----
`
)

// asked is a program at a terminal where the lines are typed, one for each
// question.
func asked(lines ...string) program {
	return program{now: func() time.Time { return present }, ask: func(string) ([]byte, error) {
		if len(lines) == 0 {
			return nil, errors.New("there is no terminal for the pass phrase; use -passphrase-fd")
		}
		line := lines[0]
		lines = lines[1:]
		return []byte(line), nil
	}}
}

// open returns the number of an open file that the text can be read from.
func open(t *testing.T, text string) int {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if _, err := writer.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Dup(int(reader.Fd())) // the program closes this one
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestEncryptedKeys(t *testing.T) {
	v := newVendor(t)
	v.write("pbkdf2.pem", opensslPBKDF2)
	v.write("scrypt.pem", opensslScrypt)
	v.write("openssl.pub.pem", opensslPublic)
	want := v.thumbprint("openssl.pub.pem")
	for _, file := range []string{"pbkdf2.pem", "scrypt.pem"} {
		for name, test := range map[string]struct {
			program program
			fd      int
			want    string
		}{
			"typed":          {asked("correct horse"), -1, ""},
			"read":           {asked(), open(t, "correct horse\r\nsecond line\n"), ""},
			"read to an end": {asked(), open(t, "correct horse"), ""},
			"wrong":          {asked("correct"), -1, file + ": the pass phrase is wrong, or it is no Ed25519 key in PKCS #8"},
			"nothing read":   {asked(), open(t, "\n"), file + ": there is no pass phrase"},
			"no terminal":    {asked(), -1, file + ": there is no terminal for the pass phrase; use -passphrase-fd"},
		} {
			key, err := test.program.privateKey(keyFlags{file: file, fd: test.fd})
			if test.want == "" && (err != nil || signed.Thumbprint(publicOf(key)) != want) {
				t.Errorf("%s, %s: %v", file, name, err)
			}
			if test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("%s, %s: %v, want %q", file, name, err, test.want)
			}
		}
	}
	if said := v.mustRun("inspect", "pbkdf2.pem"); said != "a private key, encrypted\n" {
		t.Errorf("inspect says %q", said)
	}
}

// TestKeygenEncrypts: what is written can be read with the pass phrase alone, and
// nothing is written when it was mistyped.
func TestKeygenEncrypts(t *testing.T) {
	v := newVendor(t)
	keygen := []string{"-out", "key", "-encrypt"}
	for name, typed := range map[string][]string{"mistyped": {"correct", "corect"}, "empty": {"", ""}} {
		if err := asked(typed...).keygen(keygen); err == nil || err.Error() != "the pass phrases differ, or are empty" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if files := v.files(); len(files) > 0 {
		t.Errorf("it was written: %v", files)
	}
	p := asked("correct", "correct")
	p.stdout = &strings.Builder{}
	if err := p.keygen(keygen); err != nil {
		t.Fatal(err)
	}
	key, err := asked("correct").privateKey(keyFlags{file: "key.pem", fd: -1})
	if err != nil || signed.Thumbprint(publicOf(key)) != v.thumbprint("key.pub.jwk") {
		t.Errorf("the key that is read is another (%v)", err)
	}
	block, _ := pem.Decode(v.read("key.pem"))
	for name, der := range map[string]string{
		"PBES2": "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d", "PBKDF2": "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c",
		"600,000 rounds": "\x02\x03\x09\x27\xc0", "HMAC-SHA-256": "\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x09",
		"AES-256-CBC": "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a",
	} {
		if !strings.Contains(string(block.Bytes), der) {
			t.Errorf("the key is encrypted without %s", name)
		}
	}
	if files := v.files(); len(files) != 2 {
		t.Errorf("beside the encrypted key there is more: %v", files)
	}
	if info, err := os.Stat("key.pem"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v (%v)", info.Mode(), err)
	}
}

// TestFilesAreMadeByTheUmask: what is public is public as far as the umask says.
func TestFilesAreMadeByTheUmask(t *testing.T) {
	v := newVendor(t)
	defer syscall.Umask(syscall.Umask(0o027))
	v.mustRun("keygen", "-out", "key")
	for name, want := range map[string]os.FileMode{"key.jwk": 0o600, "key.pub.jwk": 0o640} {
		info, err := os.Stat(v.path(name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

// TestFilesWithoutHardLinks: on a file system without them a file gets its name all
// the same, and takes it from nobody.
func TestFilesWithoutHardLinks(t *testing.T) {
	v := newVendor(t)
	noLinks := func(string, string) error { return syscall.EPERM }
	v.write("written", "text")
	if err := (output{name: "file", mode: publicMode}).claim("written", noLinks); err != nil || string(v.read("file")) != "text" {
		t.Errorf("without hard links: %v", err)
	}
	v.write("written", "other")
	if err := (output{name: "file", mode: publicMode}).claim("written", noLinks); !errors.Is(err, os.ErrExist) || string(v.read("file")) != "text" {
		t.Errorf("over a file that is there: %v", err)
	}
}
