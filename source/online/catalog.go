package online

import (
	"context"
	"errors"
)

// ErrNotFound is what a [Catalog] and the function of [WithTokens] return for an
// owner or a serial that they don't know. It may be wrapped.
var ErrNotFound = errors.New("there is no such license")

// Catalog is where a feed has its licenses. Package online brings [Folder];
// a vendor who has them in a database implements one method.
//
// Lookup returns what there is for an owner and a serial, an error that is
// [ErrNotFound], or any other error, which becomes a status 500 without its
// text. The owner has the form of a name, and the serial that of
// [source.Request.Validate]; it may hold slashes, dots and whatever else does
// harm to those who make a path or a statement of it. Many goroutines call
// Lookup at once.
type Catalog interface {
	Lookup(ctx context.Context, owner, serial string) (Content, error)
}

// Content is what a catalog has for an owner and a serial.
type Content struct {
	// Type is the media type of the bytes: [EnvelopeType] or [StatusType].
	Type string
	// ETag is the entity tag of the bytes, as [ETag] returns it, if it is known
	// without reading them: a client that has it is not sent them, and they are
	// not read. Empty costs a read, and nothing else. A status has none: see
	// [NewHandler].
	ETag string
	// Read returns the bytes, at most [source.MaxEnvelopeSize]. They may be
	// newer than Type's and ETag's look-up. The caller does not change them.
	Read func(ctx context.Context) ([]byte, error)
}
