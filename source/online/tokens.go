package online

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/source"
)

// MaxTokenFileSize is the size of the largest file of tokens, in bytes.
const MaxTokenFileSize = 16 << 20

// Tokens are the valid bearer tokens of a feed, by owner and serial. They are
// kept as SHA-256 in hexadecimal; there may be several while a token is being
// replaced. Their JSON is the content of a [TokenFile]:
//
//	{"acme": {"4711": ["9f86d081…"]}}
type Tokens map[string]map[string][]string

// ParseTokens reads Tokens, strictly. The error names the place of a mistake,
// but no digest.
func ParseTokens(data []byte) (Tokens, error) {
	var tokens Tokens
	if err := strictjson.Unmarshal(data, &tokens); err != nil {
		return nil, fmt.Errorf("the file of tokens: %w", err)
	}
	for owner, serials := range tokens {
		for serial, digests := range serials {
			if err := (source.Request{Owner: owner, Serial: serial}).Validate(); err != nil {
				return nil, fmt.Errorf("the file of tokens: %q, %q: %w", owner, serial, err)
			}
			if _, err := decodeDigests(digests); err != nil {
				return nil, fmt.Errorf("the file of tokens: %q, %q: %w", owner, serial, err)
			}
		}
	}
	return tokens, nil
}

// Add adds a valid token for an owner and a serial. Earlier ones stay valid.
// The token itself is not kept, only its digest.
func (t Tokens) Add(owner, serial, token string) {
	if t[owner] == nil {
		t[owner] = make(map[string][]string)
	}
	digest := sha256.Sum256([]byte(token))
	t[owner][serial] = append(t[owner][serial], hex.EncodeToString(digest[:]))
}

// Digests is a function for [WithTokens]. The tokens must not be changed while
// it is in use; use a [TokenFile] for tokens that change.
func (t Tokens) Digests(_ context.Context, owner, serial string) ([][sha256.Size]byte, error) {
	digests, ok := t[owner][serial]
	if !ok {
		return nil, ErrNotFound
	}
	return decodeDigests(digests)
}

func decodeDigests(texts []string) ([][sha256.Size]byte, error) {
	digests := make([][sha256.Size]byte, len(texts))
	for i, text := range texts {
		digest, err := hex.DecodeString(text)
		if err != nil || len(digest) != sha256.Size {
			return nil, errors.New("a token is not given by its SHA-256 in hexadecimal")
		}
		digests[i] = [sha256.Size]byte(digest)
	}
	return digests, nil
}

// TokenFile is a file of [Tokens] that is read at each request, so that changes
// count from the next request on. As long as the file can't be read, nobody is
// let in.
type TokenFile struct {
	path string

	mu     sync.Mutex
	data   []byte // the content of the file that the tokens were read from
	tokens Tokens
}

// NewTokenFile returns the tokens of a file, which must exist and be valid.
func NewTokenFile(path string) (*TokenFile, error) {
	f := &TokenFile{path: path}
	if _, err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// Digests is a function for [WithTokens].
func (f *TokenFile) Digests(ctx context.Context, owner, serial string) ([][sha256.Size]byte, error) {
	tokens, err := f.load()
	if err != nil {
		return nil, err
	}
	return tokens.Digests(ctx, owner, serial)
}

// load returns the tokens of the file. It parses the file again if it has
// changed.
func (f *TokenFile) load() (Tokens, error) {
	data, err := readUpTo(f.path, MaxTokenFileSize)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tokens != nil && bytes.Equal(data, f.data) {
		return f.tokens, nil
	}
	tokens, err := ParseTokens(data)
	if err != nil {
		return nil, err
	}
	f.data, f.tokens = data, tokens
	return tokens, nil
}

func readUpTo(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the vendor names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &source.TooLargeError{Limit: limit}
	}
	return data, err
}
