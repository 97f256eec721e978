package keygen

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// MaxFileSize is the size of the largest file that is read, in bytes.
const MaxFileSize = 1 << 20

// CodeEncrypted is the code of an error for an encrypted file without the key
// to it, or with another one. The other codes are those of package signed.
const CodeEncrypted signed.Code = "encrypted" //nolint:errname // a code of package signed is one

// defaultUserModule is the name of the user module where no other is given.
const defaultUserModule = "user"

// Options are what a file does not say, and the keys to it.
type Options struct {
	// PublicKey is the Ed25519 public key of the Keygen account. Keygen shows
	// its 32 bytes in hexadecimal. Required.
	PublicKey ed25519.PublicKey
	// LicenseKey is the license's key, for encrypted files.
	LicenseKey string
	// Fingerprint is that of the machine, for encrypted machine files. A
	// machine file for another fingerprint is refused where it is set.
	Fingerprint string
	// Owner is whose licenses these are. Its name is required.
	Owner license.Owner
	// Licensee is whom the license was issued to. Where company or serial is
	// empty, the name or the id of Keygen's license stands for it.
	Licensee license.Licensee
	// UserModule is the name of the module whose seats maxUsers or maxMachines
	// are, "user" if empty.
	UserModule string
}

// File is what was read from a file.
type File struct {
	// License is the license, as license.Parse would return it.
	License *license.License
	// Issued and Expiry are the window in which the file may be used. Expiry
	// is outside of it, and nil where the file does not expire.
	Issued time.Time
	Expiry *time.Time
}

// Open verifies a license or machine file at the instant now and reads it.
//
// The error is an [*signed.Error] with the first of these codes that applies:
// too-large, not-a-document (no such file), unsupported-algorithm,
// bad-signature, encrypted ([CodeEncrypted]), key-expired (now is not in the
// file's window), invalid (the payload is not what is expected, the license is
// suspended, or what it becomes breaks docs/spec/domain.md; for the latter it
// carries the findings). It is another error, which names all that is wrong,
// for Options without a public key or with names that are none.
//
// Nothing of the payload is decrypted or read before the signature has been
// verified, and errors show none of it.
func Open(file []byte, now time.Time, options Options) (*File, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	certificate, err := parseCertificate(file)
	if err != nil {
		return nil, err
	}
	if !certificate.verify(options.PublicKey) {
		return nil, refuse(signed.CodeBadSignature, "the file's signature does not verify")
	}
	payload, err := certificate.payload(options)
	if err != nil {
		return nil, err
	}
	document, err := parsePayload(payload)
	if err != nil {
		return nil, err
	}
	if now.Before(document.issued) || document.expiry != nil && !now.Before(*document.expiry) {
		return nil, refuse(signed.CodeKeyExpired, "the file may not be used at this time")
	}
	made, err := document.license(certificate.kind, options)
	if err != nil {
		return nil, err
	}
	return &File{License: made, Issued: document.issued, Expiry: document.expiry}, nil
}

// check returns all that is wrong with the options.
func (o Options) check() error {
	problems := &multierror.Error{ErrorFormat: oneLine}
	if signed.Thumbprint(o.PublicKey) == "" {
		problems = multierror.Append(problems, errors.New("the public key is not a usable Ed25519 key of 32 bytes"))
	}
	for _, name := range []struct{ what, name string }{
		{"owner", o.Owner.Name}, {"user module", o.userModule()},
	} {
		if _, ok := license.FoldName(name.name); !ok {
			problems = multierror.Append(problems,
				fmt.Errorf("the name of the %s is not of the form [a-z0-9][a-z0-9-]{0,62}", name.what))
		}
	}
	return problems.ErrorOrNil()
}

func oneLine(problems []error) string {
	texts := make([]string, len(problems))
	for i, problem := range problems {
		texts[i] = problem.Error()
	}
	return "keygen: " + strings.Join(texts, "; ")
}

func (o Options) userModule() string {
	if o.UserModule == "" {
		return defaultUserModule
	}
	return o.UserModule
}

// refuse makes an error. The format takes figures and our own words only.
func refuse(code signed.Code, format string, figures ...any) error {
	return &signed.Error{Code: code, Detail: fmt.Sprintf(format, figures...)}
}
