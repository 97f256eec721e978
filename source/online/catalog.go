package online

import (
	"context"
	"errors"
)

// ErrNotFound is the error that a [Catalog] and the function of [WithTokens]
// return for an unknown owner or serial. It may be wrapped.
var ErrNotFound = errors.New("there is no such license")

// Catalog is where a feed finds its licenses. [Folder] is one. Implement it if
// the licenses are in a database.
//
// Lookup returns the content for an owner and a serial. It returns
// [ErrNotFound] if there is none. Any other error becomes a status 500, without
// its text. The owner has the form of a name, and the serial that of
// [source.Request.Validate]. A serial may contain slashes, dots and other
// characters that are dangerous in a path or a statement. Lookup must be safe
// for concurrent use.
type Catalog interface {
	Lookup(ctx context.Context, owner, serial string) (Content, error)
}

// Content is what a catalog has for one owner and serial.
type Content struct {
	// Type is the media type of the bytes: [EnvelopeType] or [StatusType].
	Type string
	// ETag is the entity tag of the bytes, from the function [ETag], if it is
	// known without reading them. A client that has these bytes already then
	// gets a 304, and they are not read. Leave it empty if you don't know it:
	// that costs a read, nothing else. A status has no ETag, see
	// [NewHandler].
	ETag string
	// Read returns the bytes, at most [source.MaxEnvelopeSize]. They may be
	// newer than Type and ETag. The caller does not change them.
	Read func(ctx context.Context) ([]byte, error)
}
