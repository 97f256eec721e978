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

// MaxFileSize is the size of the largest accepted file, in bytes.
const MaxFileSize = 1 << 20

// CodeEncrypted says that the file is encrypted and its key is missing or
// wrong. The other codes are those of package signed.
const CodeEncrypted signed.Code = "encrypted" //nolint:errname // it is a code of package signed, not an error

// defaultUserModule names the user module if the options do not.
const defaultUserModule = "user"

// Options hold the keys to a file, and what a file does not say.
type Options struct {
	// PublicKeys are the public keys of the Keygen account that its files are
	// signed with: an [ed25519.PublicKey], an [*rsa.PublicKey] of 2,048 bits
	// or more, or an [*ecdsa.PublicKey] on P-256. [ParsePublicKey] reads one.
	// A key counts only for the algorithms of its kind. At least one is
	// required.
	PublicKeys []crypto.PublicKey
	// LicenseKey is the license key. It is needed for encrypted files only.
	LicenseKey string
	// Fingerprint is the fingerprint of the machine. It is needed for
	// encrypted machine files. If it is set, machine files for another
	// fingerprint are refused.
	Fingerprint string
	// Owner is the owner of these licenses. Its name is required.
	Owner license.Owner
	// Licensee is who the license was issued to. If company or serial is
	// empty, the name or the id of Keygen's license takes its place.
	Licensee license.Licensee
	// UserModule is the name of the module that gets the seats of maxUsers or
	// maxMachines. The default is "user".
	UserModule string
	// EndsWithFile makes the license end no later than the file expires.
	// Keygen recommends this. The host must then load a new file before that.
	// If it is false, the license ends when Keygen's license expires, and the
	// file's expiry is only when to check again. A license that was suspended
	// meanwhile then works until its end.
	EndsWithFile bool
}

// File is the content of a file.
type File struct {
	// License is the license, as license.Parse returns it.
	License *license.License
	// Issued and Expiry are the window in which the file may be used: Issued
	// is in it, Expiry is not. Expiry is nil if the file does not expire.
	Issued time.Time
	Expiry *time.Time
}

// Open verifies a license or machine file at the instant now and reads it. Use
// it to look at one file; to activate licenses of Keygen, make a [Trust].
//
// The error is an [*signed.Error] with the first of these codes that applies:
// too-large, not-a-document, unsupported-algorithm, unknown-key, bad-signature,
// encrypted ([CodeEncrypted]), key-expired, invalid.
//
//   - unknown-key: no key is of the kind that the algorithm needs.
//   - key-expired: now is after the file's window, or more than
//     [signed.ClockTolerance] before it.
//   - invalid: the payload has another form, the license is suspended, or the
//     resulting license breaks docs/spec/domain.md. In the last case the
//     error carries the findings.
//
// Options without a public key or with invalid names give another error, which
// lists everything that is wrong with them.
//
// Nothing of the payload is decrypted or read before the signature has been
// verified. Errors show nothing of it but the window.
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

// opened is the content of a file, and the key that verified it.
type opened struct {
	license  *license.License
	document []byte
	key      crypto.PublicKey
	issued   time.Time
	expiry   *time.Time
}

// open is Open with checked options. If now is nil, the file was stored, and
// its window need not hold the present.
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

// outsideWindow returns an error if now is outside the file's window.
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

// check returns everything that is wrong with the options.
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

// refuse makes an error. The format takes our own words and figures only.
func refuse(code signed.Code, format string, figures ...any) error {
	return &signed.Error{Code: code, Detail: fmt.Sprintf(format, figures...)}
}
