package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

// inspect prints what a file says, whoever made it: an envelope, a grant, a key, a
// file of keys or of trust, or one of Keygen's.
func (p program) inspect(args []string) error {
	set := flags("inspect")
	if err := parse(set, args, 1); err != nil {
		return err
	}
	data, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	text, err := describe(data)
	if err != nil {
		return err
	}
	_, err = p.stdout.Write([]byte(printable(text)))
	return err
}

// unverified heads what nobody vouches for.
const unverified = "UNVERIFIED: anybody can have written this.\n"

// describe finds out what a file is, and says what is in it.
func describe(data []byte) (string, error) {
	text := bytes.TrimSpace(data)
	for _, kind := range []string{"LICENSE", "MACHINE"} {
		if bytes.HasPrefix(text, []byte("-----BEGIN "+kind+" FILE-----")) {
			return describeKeygen(data)
		}
	}
	var members map[string]json.RawMessage
	switch isObject := json.Unmarshal(text, &members) == nil; {
	case isObject && members["license"] == nil && (members["kty"] != nil || members["keys"] != nil),
		bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return describeKeys(data)
	case !isObject && bytes.Count(text, []byte(".")) == 2:
		return describeGrant(string(text))
	}
	return describeEnvelope(data)
}

func describeEnvelope(envelope []byte) (string, error) {
	said, err := signed.Inspect(envelope)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(unverified)
	fmt.Fprintf(&text, "\ndigest of the license: %s\n", issuing.Digest(envelope))
	describeToken(&text, "license", said)
	for i, grant := range said.Grants {
		describeToken(&text, fmt.Sprintf("grant %d", i+1), grant)
	}
	if said.Message != "" || said.MessageURL != "" {
		fmt.Fprintf(&text, "\nmessage: %s %s\n", said.Message, said.MessageURL)
	}
	return text.String(), nil
}

func describeGrant(compact string) (string, error) {
	said, err := signed.InspectGrant(compact)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(unverified)
	describeToken(&text, "grant", said)
	var grant struct {
		Key json.RawMessage `json:"key"`
	}
	if json.Unmarshal(said.Payload, &grant) == nil {
		if keys, err := signed.ParsePublicKeys(grant.Key); err == nil {
			fmt.Fprintf(&text, "for the key %s\n", signed.Thumbprint(keys[0]))
		}
	}
	return text.String(), nil
}

func describeToken(text *strings.Builder, what string, said *signed.Unverified) {
	fmt.Fprintf(text, "\n%s, unverified, says that key %q signed it:\n", what, said.KeyID)
	text.WriteString(indented(said.Payload))
}

func indented(payload []byte) string {
	var indented bytes.Buffer
	if json.Indent(&indented, payload, "", "  ") != nil {
		return fmt.Sprintf("%d bytes that are not JSON\n", len(payload))
	}
	return strings.TrimSpace(indented.String()) + "\n"
}

// describeKeys says which keys there are. The private half of one is not shown.
func describeKeys(data []byte) (string, error) {
	if bytes.Contains(data, []byte(encryptedPEM)) {
		return "a private key, encrypted\n", nil
	}
	if private, err := signed.ParsePrivateKey(data); err == nil {
		return fmt.Sprintf("private key %s\n", signed.Thumbprint(publicOf(private))), nil
	}
	keys, err := signed.ParsePublicKeys(data)
	if err == nil {
		var text strings.Builder
		for _, key := range keys {
			fmt.Fprintf(&text, "public key %s\n", signed.Thumbprint(key))
		}
		return text.String(), nil
	}
	trust, ofTrust := signed.ParseTrust(data)
	if ofTrust != nil && bytes.Contains(data, []byte(`"owners"`)) {
		return "", ofTrust
	}
	if ofTrust != nil {
		return "", err
	}
	return describeTrust(trust), nil
}

func describeTrust(trust *signed.Trust) string {
	var text strings.Builder
	for _, key := range trust.Keys() {
		fmt.Fprintf(&text, "trusted key %s may sign for %s", signed.Thumbprint(key.Key), strings.Join(key.Owners, ", "))
		if key.MayGrant {
			text.WriteString(", and grant")
		}
		text.WriteString("\n")
	}
	for _, id := range trust.Revoked() {
		fmt.Fprintf(&text, "revoked key %s\n", id)
	}
	return text.String()
}

func describeKeygen(file []byte) (string, error) {
	said, err := keygen.Inspect(file)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s\n%s file of Keygen, unverified, %s:\n", unverified, said.Kind, said.Algorithm)
	if said.Payload == nil {
		return text + "its payload is encrypted, or not in base64\n", nil
	}
	return text + indented(said.Payload), nil
}
