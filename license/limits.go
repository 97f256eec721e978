package license

// The limits of a license document, see docs/spec/domain.md.
const (
	// MaxDocumentSize is the largest document that is read, in bytes.
	MaxDocumentSize = 1 << 20
	// MaxModules is the largest number of modules in a license.
	MaxModules = 5000
	// MaxNumber is the highest issue number.
	MaxNumber = 1<<53 - 1
	// MaxSeats is the largest quantity, and the largest overdraft, of a module.
	MaxSeats = 1<<31 - 1
	// MaxFindings is the number of findings that are reported at most.
	MaxFindings = 1000
	// MaxDepth is how deep a document may be nested.
	MaxDepth = 10_000
	// MaxNameLength is the length of the longest owner or module name.
	MaxNameLength = 63
	// MaxSerialLength is the length of the longest serial, without the white
	// space around it, in bytes.
	MaxSerialLength = 255
)
