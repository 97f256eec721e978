package activation

import (
	"sync"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// verification says whether stored envelopes are read at each load.
type verification int

const (
	// verifyBytes reads and compares the stored bytes, so that a changed row is
	// noticed.
	verifyBytes verification = iota
	// verifyRecent does without for what was read less than rereadAfter ago:
	// the bytes are not worth a round trip for every seat that is given, while
	// the tenant is locked, nor for every snapshot.
	verifyRecent
)

const (
	// rereadAfter is how late at most a changed row is noticed where nobody
	// looks at licenses.
	rereadAfter = time.Minute
	// maxVerified is how many licenses, and sets of them, are remembered.
	maxVerified = 512
)

// verifiedLicenses remembers licenses by the digest of their envelopes. That is
// enough, because the same bytes give the same license: [signed.Opener]. A
// license that was forgotten is verified again.
type verifiedLicenses struct {
	mu       sync.Mutex
	licenses map[Digest]verifiedLicense
	sets     map[setKey]*license.Set
}

type verifiedLicense struct {
	opened *signed.Opened
	read   time.Time // when the bytes were last compared
}

// recent returns a license whose bytes need not be read, nil if they must be.
func (v *verifiedLicenses) recent(digest Digest, now time.Time, how verification) *signed.Opened {
	if how == verifyBytes {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.licenses[digest]
	if !ok || now.Sub(known.read).Abs() >= rereadAfter {
		return nil
	}
	return known.opened
}

// reopen verifies an envelope that was stored, or remembers that it did.
func (v *verifiedLicenses) reopen(trust signed.Opener, envelope []byte, now time.Time) (*signed.Opened, error) {
	digest := DigestOf(envelope)
	v.mu.Lock()
	known, ok := v.licenses[digest]
	v.mu.Unlock()
	if !ok {
		opened, err := trust.Reopen(envelope)
		if err != nil {
			return nil, err
		}
		known.opened = opened
	}
	known.read = now
	v.mu.Lock()
	defer v.mu.Unlock()
	v.licenses = remember(v.licenses, digest, known)
	return known.opened, nil
}

// setKey is up to two licenses, which nearly all tenants have.
type setKey [2]*license.License

// set returns the set of licenses, the same one for the same licenses where
// there are few.
func (v *verifiedLicenses) set(licenses []*license.License) (*license.Set, error) {
	var key setKey
	if len(licenses) == 0 || copy(key[:], licenses) < len(licenses) {
		return license.NewSet(licenses...)
	}
	v.mu.Lock()
	known := v.sets[key]
	v.mu.Unlock()
	if known != nil {
		return known, nil
	}
	set, err := license.NewSet(licenses...)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sets = remember(v.sets, key, set)
	return set, nil
}

// remember adds to a map that stays small: some other entry makes room.
func remember[K comparable, V any](known map[K]V, key K, value V) map[K]V {
	if known == nil {
		known = make(map[K]V)
	}
	if _, there := known[key]; !there && len(known) >= maxVerified {
		for other := range known {
			delete(known, other)
			break
		}
	}
	known[key] = value
	return known
}
