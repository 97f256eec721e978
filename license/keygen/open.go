package keygen

import (
	"crypto"
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
	// PublicKeys are those of the Keygen account, as far as its files are signed
	// with them: an [ed25519.PublicKey], an [*rsa.PublicKey] of 2,048 bits or
	// more, an [*ecdsa.PublicKey] on P-256. [ParsePublicKey] reads one. A key
	// counts only for the algorithms of its kind. At least one is required.
	PublicKeys []crypto.PublicKey
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
	// EndsWithFile makes the license end no later than the file expires, as
	// Keygen recommends: then a new file has to be loaded before that. Otherwise
	// it ends when Keygen's license expires, and the file's expiry is when to
	// check again; a license that was suspended since goes on until then.
	EndsWithFile bool
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
// too-large, not-a-document, unsupported-algorithm, unknown-key, bad-signature,
// encrypted ([CodeEncrypted]), key-expired, invalid. The key is unknown if none
// is of the kind that the algorithm needs. The file is expired if now is after
// its window, or more than [signed.ClockTolerance] before it. It is invalid if
// its payload has another form or the license is suspended. It is also invalid
// if the resulting license breaks docs/spec/domain.md; then the error carries
// the findings. It is another error, which names all that is wrong, for Options
// without a public key or with names that are none.
//
// Nothing of the payload is decrypted or read before the signature has been
// verified, and errors show none of it but the window.
//
// A host that activates licenses of Keygen makes a [Trust] instead.
func Open(file []byte, now time.Time, options Options) (*File, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	read, err := open(file, &now, options)
	if err != nil {
		return nil, err
	}
	return &File{License: read.license, Issued: read.issued, Expiry: read.expiry}, nil
}

// opened is what was read from a file, and by which key it was verified.
type opened struct {
	license  *license.License
	document []byte
	key      crypto.PublicKey
	issued   time.Time
	expiry   *time.Time
}

// open is Open with options that have been checked, and, where now is nil, for a
// file that was stored.
func open(file []byte, now *time.Time, options Options) (*opened, error) {
	certificate, err := parseCertificate(file)
	if err != nil {
		return nil, err
	}
	key, err := certificate.verify(options.PublicKeys)
	if err != nil {
		return nil, err
	}
	payload, err := certificate.payload(options)
	if err != nil {
		return nil, err
	}
	read, err := parsePayload(payload)
	if err != nil {
		return nil, err
	}
	if err := read.outsideWindow(now); err != nil {
		return nil, err
	}
	made, document, err := read.license(certificate.kind, options)
	if err != nil {
		return nil, err
	}
	return &opened{license: made, document: document, key: key, issued: read.issued, expiry: read.expiry}, nil
}

// outsideWindow returns an error if now is not in the file's window.
func (p *payload) outsideWindow(now *time.Time) error {
	if now == nil || !now.Before(p.issued.Add(-signed.ClockTolerance)) && (p.expiry == nil || now.Before(*p.expiry)) {
		return nil
	}
	refusal := &signed.Error{
		Code: signed.CodeKeyExpired, Detail: "the file may not be used at this time",
		At: now.UTC(), NotBefore: p.issued,
	}
	if p.expiry != nil {
		refusal.NotAfter = p.expiry.UTC()
	}
	return refusal
}

// check returns all that is wrong with the options.
func (o Options) check() error {
	problems := &multierror.Error{ErrorFormat: oneLine}
	if len(o.PublicKeys) == 0 {
		problems = multierror.Append(problems, errors.New("there is no public key"))
	}
	for i, key := range o.PublicKeys {
		if err := checkKey(key); err != nil {
			problems = multierror.Append(problems, fmt.Errorf("public key %d: %w", i+1, err))
		}
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
