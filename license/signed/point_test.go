package signed_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license/signed"
)

const (
	errLowOrder = "signed: the public key is a point of low order, for which signatures can be forged"
	errNoPoint  = "signed: the public key is not the one encoding of a point of the curve"
)

// TestKeysThatAreNoPoints has encodings whose verdict is known. Those of low
// order are the list of RFC 7748's and RFC 8032's points, and their encodings
// that are not canonical, with the sign of x either way.
func TestKeysThatAreNoPoints(t *testing.T) {
	for _, test := range []struct{ name, key, want string }{
		{"the neutral point", "0100000000000000000000000000000000000000000000000000000000000000", errLowOrder},
		{"the neutral point, x negative", "0100000000000000000000000000000000000000000000000000000000000080", errLowOrder},
		{"order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", errLowOrder},
		{"order 2, x negative", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", errLowOrder},
		{"order 4", "0000000000000000000000000000000000000000000000000000000000000000", errLowOrder},
		{"order 4, the other", "0000000000000000000000000000000000000000000000000000000000000080", errLowOrder},
		{"order 4, y = p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", errLowOrder},
		{"the neutral point, y = p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", errLowOrder},
		{"order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", errLowOrder},
		{"order 8, x negative", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", errLowOrder},
		{"order 8, y negative", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", errLowOrder},
		{"order 8, both", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", errLowOrder},
		{"y = 2, on no point", "0200000000000000000000000000000000000000000000000000000000000000", errNoPoint},
		{"y = 3, on a point", "0300000000000000000000000000000000000000000000000000000000000000", ""},
		{"the same point, y = p + 3", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", errNoPoint},
		{"all bits set", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", errNoPoint},
		{"the base point", "5866666666666666666666666666666666666666666666666666666666666666", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			key, err := hex.DecodeString(test.key)
			require.NoError(t, err)
			requireVerdict(t, key, test.want)
		})
	}
}

// TestKeysOfAnyBytes compares with what decodes a point by the letter of RFC
// 8032, section 5.1.3, and adds points by that of section 5.1.4.
func TestKeysOfAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
		p, ok := decodePoint(key)
		want := ""
		switch {
		case !ok:
			want = errNoPoint
		case p.double().double().double().isNeutral():
			want = errLowOrder
		}
		requireVerdict(t, key, want)
	})
}

func requireVerdict(t require.TestingT, key ed25519.PublicKey, want string) {
	_, err := signed.MarshalKey(key)
	if want == "" {
		require.NoError(t, err)
		require.NotEmpty(t, signed.Thumbprint(key))
		return
	}
	require.EqualError(t, err, want)
	require.Empty(t, signed.Thumbprint(key))
	_, err = signed.NewTrust(signed.TrustedKey{Key: key, Owners: signed.AnyOwner()})
	require.Error(t, err)
}

var (
	prime, _ = new(big.Int).SetString("57896044618658097711785492504343953926634992332820282019728792003956564819949", 10)
	edwardsD = mod(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), prime)))
)

func mod(n *big.Int) *big.Int { return n.Mod(n, prime) }

func times(a, b *big.Int) *big.Int { return mod(new(big.Int).Mul(a, b)) }

type affine struct{ x, y *big.Int }

// decodePoint decodes a point as RFC 8032, section 5.1.3, says.
func decodePoint(key []byte) (affine, bool) {
	encoded := slices.Clone(key)
	slices.Reverse(encoded)
	negative := encoded[0]>>7 == 1
	encoded[0] &= 0x7f
	y := new(big.Int).SetBytes(encoded)
	if y.Cmp(prime) >= 0 {
		return affine{}, false
	}
	u := mod(new(big.Int).Sub(times(y, y), big.NewInt(1)))
	v := mod(new(big.Int).Add(times(edwardsD, times(y, y)), big.NewInt(1)))
	x := new(big.Int).ModSqrt(times(u, new(big.Int).ModInverse(v, prime)), prime)
	if x == nil || (x.Sign() == 0 && negative) {
		return affine{}, false
	}
	if (x.Bit(0) == 1) != negative {
		x = mod(x.Neg(x))
	}
	return affine{x, y}, true
}

// double adds a point to itself.
func (p affine) double() affine {
	xy, xx, yy := times(p.x, p.y), times(p.x, p.x), times(p.y, p.y)
	k := times(edwardsD, times(xx, yy))
	one := big.NewInt(1)
	x := times(new(big.Int).Lsh(xy, 1), new(big.Int).ModInverse(mod(new(big.Int).Add(one, k)), prime))
	y := times(mod(new(big.Int).Add(yy, xx)), new(big.Int).ModInverse(mod(new(big.Int).Sub(one, k)), prime))
	return affine{x, y}
}

func (p affine) isNeutral() bool { return p.x.Sign() == 0 && p.y.Cmp(big.NewInt(1)) == 0 }

// TestGrantedKeyThatIsNoPoint: a grantor can name one, by another program, and
// nothing verifies under it.
func TestGrantedKeyThatIsNoPoint(t *testing.T) {
	noPoint := make(ed25519.PublicKey, 32)
	noPoint[0] = 2
	payload := replaceOnce(grantPayload("acme", partner), encode(string(public(partner))), encode(string(noPoint)))
	header := replaceOnce(headerOf(licenseHeader, partner), id(partner), thumbprintOf(noPoint))
	envelope := wrap(forge(header, document("acme", issued), partner), grantToken(payload, root))
	_, err := newTrust(t).Open([]byte(envelope), now)
	requireCode(t, signed.CodeBadSignature, err)
}

// thumbprintOf returns what the id of a key would be, if it were one.
func thumbprintOf(key []byte) string {
	digest := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + encode(string(key)) + `"}`))
	return encode(string(digest[:]))
}
