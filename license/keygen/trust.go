package keygen

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license/signed"
)

// Trust opens the files of Keygen accounts as [signed.Trust] opens envelopes:
// it is a [signed.Opener], so that a file of Keygen is loaded, stored as it
// came, and read again at each load, like any other license. It is immutable,
// and any number of goroutines may use it. The zero value and nil open nothing.
//
// Combine it with other trusts by [signed.AnyOf].
type Trust struct{ opener signed.Opener }

var _ signed.Opener = (*Trust)(nil)

// NewTrust makes a Trust that opens what [Open] opens with one of the options,
// which are tried in their order. Several are needed for several accounts, and
// for several licenses whose files are encrypted. The error names all that is
// wrong with them.
func NewTrust(options ...Options) (*Trust, error) {
	problems := &multierror.Error{ErrorFormat: oneLine}
	if len(options) == 0 {
		problems = multierror.Append(problems, errors.New("there is no account to trust"))
	}
	openers := make([]signed.Opener, len(options))
	for i, o := range options {
		if err := o.check(); err != nil {
			problems = multierror.Append(problems, fmt.Errorf("options %d: %w", i+1, err))
		}
		o.PublicKeys = slices.Clone(o.PublicKeys)
		openers[i] = account{o}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	return &Trust{opener: signed.AnyOf(openers...)}, nil
}

// Open verifies a file at the instant now and reads it, with the errors of
// [Open]. In what it returns, Document is the license as a document of this
// library, Digest that of the file, and KeyID the RFC 7638 thumbprint of the
// account's key.
func (t *Trust) Open(file []byte, now time.Time) (*signed.Opened, error) {
	return t.trusted().Open(file, now)
}

// Reopen verifies and reads a file that was stored, and had been opened before
// that. The file's window need not hold the present: what is active stays so
// until the end of the license, see [Options.EndsWithFile].
func (t *Trust) Reopen(file []byte) (*signed.Opened, error) {
	return t.trusted().Reopen(file)
}

func (t *Trust) trusted() signed.Opener {
	if t == nil || t.opener == nil {
		return signed.AnyOf()
	}
	return t.opener
}

// account opens files with one set of options, which have been checked.
type account struct{ options Options }

func (a account) Open(file []byte, now time.Time) (*signed.Opened, error) {
	return a.open(file, &now)
}

func (a account) Reopen(file []byte) (*signed.Opened, error) { return a.open(file, nil) }

func (a account) open(file []byte, now *time.Time) (*signed.Opened, error) {
	read, err := open(file, now, a.options)
	if err != nil {
		return nil, err
	}
	return &signed.Opened{
		License:  read.license,
		Document: read.document,
		Digest:   sha256.Sum256(file),
		KeyID:    keyID(read.key),
	}, nil
}
