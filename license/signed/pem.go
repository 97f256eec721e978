package signed

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

const (
	pemBegin   = "-----BEGIN "
	publicPEM  = "PUBLIC KEY"
	privatePEM = "PRIVATE KEY"
)

func isPEM(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte(pemBegin))
}

func parsePublicPEM(data []byte) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	for len(bytes.TrimSpace(data)) > 0 {
		block, rest, err := nextPEM(data)
		if err != nil {
			return nil, err
		}
		data = rest
		if block.Type == privatePEM {
			return nil, fmt.Errorf("signed: PEM block %d: %w", len(keys)+1, errIsPrivate)
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(ed25519.PublicKey)
		if block.Type != publicPEM || err != nil || !ok {
			return nil, fmt.Errorf("signed: PEM block %d: %w", len(keys)+1, errPublicKey)
		}
		if err := checkPublicKey(key); err != nil {
			return nil, fmt.Errorf("signed: PEM block %d: %w", len(keys)+1, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parsePrivatePEM(data []byte) (ed25519.PrivateKey, error) {
	block, rest, err := nextPEM(data)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("signed: something follows the private key")
	}
	if block.Type == publicPEM {
		return nil, fmt.Errorf("signed: private key: %w", errIsPublic)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if block.Type != privatePEM || err != nil || !ok {
		return nil, errors.New("signed: not an unencrypted Ed25519 private key in PKCS #8")
	}
	return key, nil
}

// nextPEM reads a block that has only white space before it. The decoder skips
// what it cannot read, so the block that it finds need not be the first that
// begins.
func nextPEM(data []byte) (*pem.Block, []byte, error) {
	block, rest := pem.Decode(data)
	if !isPEM(data) || block == nil || len(block.Headers) > 0 ||
		bytes.Count(data[:len(data)-len(rest)], []byte(pemBegin)) != 1 {
		return nil, nil, errors.New("signed: not a sequence of PEM blocks without headers")
	}
	return block, rest, nil
}
