package activation_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

var accountKey = testKey('k')

// keygenFile is a license file as a Keygen account signs it, with a limit of
// users. It may be opened for a month.
func keygenFile(issued time.Time, maxUsers int) []byte {
	const layout = "2006-01-02T15:04:05.000Z"
	payload := fmt.Sprintf(`{"data":{"id":"lic-1","type":"licenses","attributes":{"name":"Example Ltd","key":"K","expiry":null,`+
		`"status":"ACTIVE","suspended":false,"maxMachines":null,"maxUsers":%d,"metadata":{}}},"included":[],`+
		`"meta":{"issued":%q,"expiry":%q,"ttl":2678400}}`, maxUsers, issued.Format(layout), issued.AddDate(0, 1, 0).Format(layout))
	encoded := base64.StdEncoding.EncodeToString([]byte(payload))
	signature := base64.StdEncoding.EncodeToString(ed25519.Sign(accountKey, []byte("license/"+encoded)))
	certificate := fmt.Sprintf(`{"enc":%q,"sig":%q,"alg":"base64+ed25519"}`, encoded, signature)
	return fmt.Appendf(nil, "-----BEGIN LICENSE FILE-----\n%s\n-----END LICENSE FILE-----\n",
		base64.StdEncoding.EncodeToString([]byte(certificate)))
}

func trustingKeygen(t *testing.T) *keygen.Trust {
	t.Helper()
	trust, err := keygen.NewTrust(keygen.Options{
		PublicKeys: []crypto.PublicKey{public(accountKey)}, Owner: license.Owner{Name: "partner"},
	})
	require.NoError(t, err)
	return trust
}

// A file of Keygen is loaded, stored as it came, read again at each load, and
// activated like any other license, beside one in an envelope.
func TestKeygenFileIsActivated(t *testing.T) {
	s := newStage(t)
	both := signed.AnyOf(trusting(t, vendorKey), trustingKeygen(t))
	s.crm = s.restart(both)
	s.begin(acme(6), 1)

	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "partner", planner.Expected{Serial: "lic-1"}))
	file := keygenFile(today, 2)
	result, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader(file))
	require.NoError(t, err)
	require.True(t, result.Activated, "%+v", result.Plan)
	assert.Equal(t, file, s.stored(result.Offer))
	_, err = s.crm.As("eva").Assign(t.Context(), seat.Assignment{Holder: "u1", Module: "partner.user"})
	require.NoError(t, err)

	s.clock.add(60 * day) // the file's own window is over
	s.crm = s.restart(both)
	partner := ownerOfStatus(t, s.crm, "partner")
	require.NoError(t, partner.Unverified)
	assert.Equal(t, "Example Ltd", partner.License.Licensee.Company)
	assert.Equal(t, int64(1), partner.Modules[0].InUse)

	_, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(file))
	require.ErrorIs(t, err, signed.CodeKeyExpired, "it may not be loaded any more")
	result, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(keygenFile(s.clock.read(), 1)))
	require.NoError(t, err)
	assert.True(t, result.Activated, "a newer file is a renewal")
	result, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(keygenFile(s.clock.read().Add(-time.Hour), 9)))
	require.NoError(t, err)
	assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, result.Plan.Rejections)

	s.crm = s.restart(trusting(t, vendorKey))
	require.Error(t, ownerOfStatus(t, s.crm, "partner").Unverified, "the account is not trusted any more")
	assert.NoError(t, ownerOfStatus(t, s.crm, "acme").Unverified)
}

// A file of Keygen may come from a source.
func TestKeygenFileFromASource(t *testing.T) {
	var feed testFeed
	feed.send("", keygenFile(today, 5))
	engine, err := activation.New(memstore.New(), trustingKeygen(t),
		activation.WithSource("partner", &feed), activation.WithClock(func() time.Time { return today }))
	require.NoError(t, err)
	crm := engine.Tenant("tenant-42")
	require.NoError(t, crm.As("eva").Expect(t.Context(), "partner", planner.Expected{Serial: "lic-1"}))
	result, err := crm.Renew(t.Context(), "partner")
	require.NoError(t, err)
	assert.True(t, result.Activated)
	assert.Equal(t, source.KindNew, result.Check.Outcome)
}

func TestNewRefusesNoTrust(t *testing.T) {
	for name, trust := range map[string]signed.Opener{"nil": nil, "a nil trust": (*signed.Trust)(nil)} {
		t.Run(name, func(t *testing.T) {
			_, err := activation.New(memstore.New(), trust)
			require.ErrorContains(t, err, "there is no trust")
		})
	}
}

// restart makes another engine over the same store, which trusts others.
func (s *stage) restart(trust signed.Opener) *activation.Tenant {
	s.Helper()
	return s.start(s.store, trust).Tenant("tenant-42")
}

// stored is the bytes that the store keeps with a digest.
func (s *stage) stored(digest activation.Digest) []byte {
	s.Helper()
	var envelope []byte
	require.NoError(s, s.store.View(s.Context(), "tenant-42", func(r activation.Reader) (err error) {
		envelope, err = r.Envelope(context.Background(), digest)
		return err
	}))
	return envelope
}
