package license

// The limits of a license document, see docs/spec/domain.md.
const (
	// MaxDocumentSize is the size of the largest accepted document, in bytes.
	MaxDocumentSize = 1 << 20
	// MaxModules is the largest number of modules in a license.
	MaxModules = 5000
	// MaxNumber is the highest issue number.
	MaxNumber = 1<<53 - 1
	// MaxSeats is the largest quantity, and the largest overdraft, of a module.
	MaxSeats = 1<<31 - 1
	// MaxFindings is the largest number of findings in one error.
	MaxFindings = 1000
	// MaxDepth is the number of levels to which a document may be nested.
	MaxDepth = 10_000
	// MaxNameLength is the length of the longest owner or module name, in
	// bytes.
	MaxNameLength = 63
	// MaxSerialLength is the length of the longest serial, in bytes, without
	// the white space around it.
	MaxSerialLength = 255
)
