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

// Tokens are the bearer tokens that count at a feed, by owner and serial: the
// SHA-256 of each, in hexadecimal, several while one is being replaced. As JSON
// it is the file of a [TokenFile]:
//
//	{"acme": {"4711": ["9f86d081…"]}}
type Tokens map[string]map[string][]string

// ParseTokens reads Tokens, strictly. The error names the place of the mistake, and
// no digest.
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

// Add lets a token count for an owner and a serial, beside those that do already.
func (t Tokens) Add(owner, serial, token string) {
	if t[owner] == nil {
		t[owner] = make(map[string][]string)
	}
	digest := sha256.Sum256([]byte(token))
	t[owner][serial] = append(t[owner][serial], hex.EncodeToString(digest[:]))
}

// Digests is a function for [WithTokens]. The tokens must not be changed meanwhile;
// a [TokenFile] follows changes.
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

// TokenFile is a file of [Tokens], which is read at each request: a token that is
// added or taken away counts, or no longer does, from the next request on. A file
// that can't be read lets nobody in.
type TokenFile struct {
	path string

	mu     sync.Mutex
	data   []byte // what the tokens were read from
	tokens Tokens
}

// NewTokenFile returns the tokens of a file, which must be there and be right.
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

// load returns the tokens of the file, which are taken apart anew if it has changed.
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
