package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// body reads what a call is sent, which has at least the required members. Only
// JSON is taken, which no form of another site can send.
//
// It refuses texts that encoding/json would let pass although they say
// something else than was meant: null for a value, a member twice, one in
// capitals.
func body(r *http.Request, value any, required ...string) error {
	if err := isJSON(r, "application/json"); err != nil {
		return err
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return errBody
	}
	if !json.Valid(text) || !utf8.Valid(text) {
		return errBody
	}
	tokens := json.NewDecoder(bytes.NewReader(text))
	members, err := exact(tokens)
	if err != nil {
		return err
	}
	for _, name := range required {
		if !slices.Contains(members, name) {
			return refusal(http.StatusBadRequest, "The body has no "+name+".")
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return errBody
	}
	return nil
}

var errBody = refusal(http.StatusBadRequest, "The body is not the JSON that is described for this call.")

// exact reads a value, and returns the names of its members, if it is an object.
// The names that are described have small letters alone.
func exact(tokens *json.Decoder) (members []string, err error) {
	token, err := tokens.Token()
	if err != nil || token == nil {
		return nil, errBody
	}
	if token != json.Delim('{') && token != json.Delim('[') {
		return nil, nil
	}
	for tokens.More() {
		if token == json.Delim('{') {
			name, err := tokens.Token()
			text, isText := name.(string)
			if err != nil || !isText || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz") != "" || slices.Contains(members, text) {
				return nil, errBody
			}
			members = append(members, text)
		}
		if _, err := exact(tokens); err != nil {
			return nil, err
		}
	}
	_, err = tokens.Token()
	return members, err
}

func isJSON(r *http.Request, kinds ...string) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(kinds, kind) {
		return refusal(http.StatusUnsupportedMediaType, "Send "+strings.Join(kinds, " or ")+".")
	}
	return nil
}
