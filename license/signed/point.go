package signed

import (
	"crypto/ed25519"
	"math/big"
	"slices"
)

// The field of Curve25519 and the constant of its Edwards form, -x² + y² = 1 +
// dx²y² (RFC 8032, section 5.1).
var (
	fieldPrime = number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
	curveD     = number("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")
)

// lowOrderY are the y coordinates of the eight points whose order divides 8: 1
// of the neutral point, -1 of order 2, 0 of order 4, two of order 8.
var lowOrderY = []*big.Int{
	number("1"),
	number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
	number("0"),
	number("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
	number("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
}

func number(hex string) *big.Int {
	n, _ := new(big.Int).SetString(hex, 16)
	return n
}

// checkPoint refuses 32 bytes that are not the one encoding of a point of the
// curve (RFC 8032, section 5.1.3), and points of low order. The standard
// library has no such check: crypto/ed25519 takes any bytes as a key, and
// signatures under bytes that are no point just fail to verify. Keys are
// public, so constant time is not needed.
func checkPoint(key ed25519.PublicKey) error {
	encoded := slices.Clone(key)
	slices.Reverse(encoded) // to big-endian, which math/big reads
	encoded[0] &= 0x7f      // clears the bit that is the sign of x
	y := new(big.Int).SetBytes(encoded)
	for _, low := range lowOrderY {
		if new(big.Int).Mod(y, fieldPrime).Cmp(low) == 0 {
			return errWeakKey
		}
	}
	if y.Cmp(fieldPrime) >= 0 || !isOnCurve(y) {
		return errNoPoint
	}
	return nil
}

// isOnCurve reports whether there is a point with the coordinate: whether x² =
// (y²-1)/(dy²+1) has a root. It has one exactly if numerator times denominator
// has one. Neither is 0 except for points of low order.
func isOnCurve(y *big.Int) bool {
	one := big.NewInt(1)
	square := new(big.Int).Mul(y, y)
	numerator := new(big.Int).Sub(square, one)
	denominator := new(big.Int).Mul(curveD, square)
	denominator.Add(denominator, one)
	product := numerator.Mul(numerator, denominator)
	return big.Jacobi(product.Mod(product, fieldPrime), fieldPrime) == 1
}
