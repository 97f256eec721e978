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

// Trust opens the files of Keygen accounts for an engine. It is a
// [signed.Opener]: a file of Keygen is loaded, stored as it came, and read
// again at each load, like any other license. It is immutable and safe for
// concurrent use. The zero value and nil open nothing.
//
// Use [signed.AnyOf] to combine it with other trusts.
type Trust struct{ opener signed.Opener }

var _ signed.Opener = (*Trust)(nil)

// NewTrust makes a Trust that tries the options in order, and opens what [Open]
// opens with one of them. Pass several for several accounts, and for several
// licenses whose files are encrypted. The error lists everything that is wrong
// with the options.
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
// [Open]. In the result, Document is the license as a document of this library,
// Digest is the SHA-256 of the file, and KeyID is the RFC 7638 thumbprint of
// the account's key.
func (t *Trust) Open(file []byte, now time.Time) (*signed.Opened, error) {
	return t.trusted().Open(file, now)
}

// Reopen verifies and reads a file that was opened before and has been stored
// since. The present need not be in the file's window: an active license stays
// active until its end, see [Options.EndsWithFile].
func (t *Trust) Reopen(file []byte) (*signed.Opened, error) {
	return t.trusted().Reopen(file)
}

func (t *Trust) trusted() signed.Opener {
	if t == nil || t.opener == nil {
		return signed.AnyOf()
	}
	return t.opener
}

// account opens files with one set of checked options.
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
