package activation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

const (
	digestOfABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, appendix B.1
	wrongLength = "activation: a digest has 64 hexadecimal digits"
	wrongDigits = "activation: a digest has hexadecimal digits only"
)

func TestDigest(t *testing.T) {
	digest := activation.DigestOf([]byte("abc"))
	require.Equal(t, digestOfABC, digest.String())
	text, err := digest.MarshalText()
	require.NoError(t, err)
	require.Equal(t, digestOfABC, string(text))
	for _, test := range []struct{ name, text, problem string }{
		{name: "lower case", text: digestOfABC},
		{name: "upper case", text: strings.ToUpper(digestOfABC)},
		{name: "nothing", text: "", problem: wrongLength},
		{name: "a digit less", text: digestOfABC[1:], problem: wrongLength},
		{name: "two digits more", text: digestOfABC + "00", problem: wrongLength},
		{name: "another letter", text: digestOfABC[1:] + "g", problem: wrongDigits},
	} {
		t.Run(test.name, func(t *testing.T) {
			var read activation.Digest
			err := read.UnmarshalText([]byte(test.text))
			if test.problem != "" {
				require.EqualError(t, err, test.problem)
				require.Zero(t, read, "a text that is refused leaves the digest as it was")
				return
			}
			require.NoError(t, err)
			require.Equal(t, digest, read)
		})
	}
}
