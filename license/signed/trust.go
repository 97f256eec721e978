package signed

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
)

// AnyOwner returns the Owners of a [TrustedKey] that may sign for every owner.
// Use it only for a key of your own: such a key can sign for partners too.
func AnyOwner() []string { return []string{anyOwner} }

// anyOwner stands for all owners; it is not a valid name.
const anyOwner = "*"

// TrustedKey is a public key that the host trusts, with what it may sign.
type TrustedKey struct {
	// Key is the Ed25519 public key. [ParsePublicKeys] reads one from a file.
	Key ed25519.PublicKey
	// Owners are the names of the owners whose licenses the key may sign, in
	// any case, or [AnyOwner]. At least one is required.
	Owners []string
	// MayGrant allows the key to grant other keys the right to sign for its
	// Owners, see [Grant]. Set it only if the vendor works with grants.
	MayGrant bool
}

// Trust is what a host accepts: trusted keys and a list of revoked keys. It is
// immutable and safe for concurrent use. The zero value and nil trust nobody
// and open nothing.
//
// See docs/spec/format.md, Trust.
type Trust struct {
	keys    map[string]*trustedKey // by key id
	revoked map[string]bool        // by key id
}

// trustedKey is a checked copy of a TrustedKey.
type trustedKey struct {
	id       string
	key      ed25519.PublicKey
	anyOwner bool
	owners   map[string]bool
	mayGrant bool
}

// NewTrust makes a Trust of the keys. Use it for keys that are part of the
// program, and [ParseTrust] for keys that come with the configuration.
//
// The error lists everything that is wrong. Keys are wrong if there are none,
// if one is no point of the curve or a point of low order, or if one occurs
// twice. Owners are wrong if a key has none, if a name is invalid or occurs
// twice, or if AnyOwner is mixed with names.
func NewTrust(keys ...TrustedKey) (*Trust, error) {
	problems := newProblems()
	if len(keys) == 0 {
		problems = multierror.Append(problems, errors.New("there is no trusted key"))
	}
	trust := &Trust{keys: make(map[string]*trustedKey, len(keys))}
	for i, key := range keys {
		if err := trust.add(key); err != nil {
			problems = multierror.Append(problems, fmt.Errorf("trusted key %d: %w", i+1, err))
		}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	return trust, nil
}

// add adds a key to a Trust under construction.
func (t *Trust) add(key TrustedKey) error {
	checked, err := checkTrustedKey(key)
	if err != nil {
		return err
	}
	if t.keys[checked.id] != nil {
		return errors.New("the key is there twice")
	}
	t.keys[checked.id] = checked
	return nil
}

// Revoke returns a copy of the Trust that no longer accepts the keys with these
// ids, neither for licenses nor for grants. Revoke a key when its private half
// may have leaked; stored licenses that it signed are then refused as well. A
// key may be revoked whether it is trusted or not.
//
// The ids are RFC 7638 thumbprints, see [Thumbprint]. The error names the
// position of each invalid one.
func (t *Trust) Revoke(ids ...string) (*Trust, error) {
	problems := newProblems()
	revoked := make(map[string]bool, len(ids))
	if t != nil {
		maps.Copy(revoked, t.revoked)
	}
	for i, id := range ids {
		if err := checkKeyID(id); err != nil {
			problems = multierror.Append(problems, fmt.Errorf("revoked key %d: %w", i+1, err))
		}
		revoked[id] = true
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	next := &Trust{revoked: revoked}
	if t != nil {
		next.keys = t.keys
	}
	return next, nil
}

func checkKeyID(id string) error {
	if digest, err := decodeBase64url(id); err != nil || len(digest) != thumbprintSize {
		return errors.New("not an RFC 7638 thumbprint in base64url")
	}
	return nil
}

// ownerError describes what is wrong with one owner of a key.
type ownerError struct {
	index int
	err   error
}

func (e *ownerError) Error() string { return fmt.Sprintf("owner %d: %v", e.index+1, e.err) }

func (e *ownerError) Unwrap() error { return e.err }

// Revokes reports whether the key with this id is revoked.
func (t *Trust) Revokes(id string) bool { return t != nil && t.revoked[id] }

func checkTrustedKey(key TrustedKey) (*trustedKey, error) {
	if err := checkPublicKey(key.Key); err != nil {
		return nil, err
	}
	if len(key.Owners) == 0 {
		return nil, errors.New("no owners: name them, or use AnyOwner")
	}
	checked := &trustedKey{
		id:       thumbprint(key.Key),
		key:      append(ed25519.PublicKey(nil), key.Key...),
		owners:   make(map[string]bool, len(key.Owners)),
		mayGrant: key.MayGrant,
	}
	if len(key.Owners) == 1 && key.Owners[0] == anyOwner {
		checked.anyOwner = true
		return checked, nil
	}
	for i, owner := range key.Owners {
		name, ok := license.FoldName(owner)
		if !ok {
			return nil, &ownerError{i, errOwnerName}
		}
		if checked.owners[name] {
			return nil, &ownerError{i, errors.New("is there twice")}
		}
		checked.owners[name] = true
	}
	return checked, nil
}

// Keys returns the trusted keys, ordered by id. Revoked ones are included.
func (t *Trust) Keys() []TrustedKey {
	if t == nil {
		return nil
	}
	keys := make([]TrustedKey, 0, len(t.keys))
	for _, id := range slices.Sorted(maps.Keys(t.keys)) {
		key := t.keys[id]
		owners := slices.Sorted(maps.Keys(key.owners))
		if key.anyOwner {
			owners = []string{anyOwner}
		}
		keys = append(keys, TrustedKey{Key: slices.Clone(key.key), Owners: owners, MayGrant: key.mayGrant})
	}
	return keys
}

// Revoked returns the ids of the revoked keys, sorted.
func (t *Trust) Revoked() []string {
	if t == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(t.revoked))
}

// maySign reports whether the key may sign for the owner.
func (k *trustedKey) maySign(owner string) bool { return k.anyOwner || k.owners[owner] }

var errOwnerName = errors.New("the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}")

// newProblems collects errors and reports them in one line.
func newProblems() *multierror.Error {
	return &multierror.Error{ErrorFormat: func(problems []error) string {
		texts := make([]string, len(problems))
		for i, problem := range problems {
			texts[i] = problem.Error()
		}
		return "signed: " + strings.Join(texts, "; ")
	}}
}
