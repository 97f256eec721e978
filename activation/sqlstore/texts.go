package sqlstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seatwright/seatwright/seat"
)

// maxKey is the length of the longest text that is part of a key, in bytes. An
// index of PostgreSQL takes 2,704 bytes, and a key has at most a tenant's id
// and two of these.
const maxKey = 1000

// checkIDs refuses invalid ids before the database does.
func checkIDs(ids []string) error {
	for _, id := range ids {
		if err := seat.CheckID(id); err != nil {
			return fmt.Errorf("sqlstore: a holder: %w", err)
		}
	}
	return nil
}

// possible returns the valid ids. No holder has another one.
func possible(ids []string) []string {
	if checkIDs(ids) == nil {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return seat.CheckID(id) != nil })
}

// checkKeys refuses texts that can't be part of a key.
func checkKeys(texts ...string) error {
	for _, text := range texts {
		if len(text) > maxKey {
			return fmt.Errorf("sqlstore: a name has %d bytes, more than %d", len(text), maxKey)
		}
	}
	return checkTexts(texts...)
}

// checkTexts refuses texts that no database can store.
func checkTexts(texts ...string) error {
	for _, text := range texts {
		if err := checkText(text); err != nil {
			return fmt.Errorf("sqlstore: a text %w", err)
		}
	}
	return nil
}

// checkText returns what makes a text impossible to store.
func checkText(text string) error {
	switch {
	case strings.ContainsRune(text, 0):
		return errors.New("has a NUL")
	case !utf8.ValidString(text):
		return errors.New("is not valid UTF-8")
	}
	return nil
}

// setOf returns a copy of texts in bytewise order, each once. The core has the
// same in an internal package. A module must not depend on internals of
// another, which may have a later version.
func setOf(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

// maxName is the length of the longest name of a table, in bytes. PostgreSQL
// cuts longer names.
const maxName = 63

// quotedName returns a name of a table, "name" or "schema.name", quoted for a
// statement.
func quotedName(name, quote string) (string, error) {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		if len(parts) > 2 || part == "" || len(part) > maxName || checkText(part) != nil {
			return "", fmt.Errorf(`the view is not "name" or "schema.name", of 1 to %d bytes of UTF-8 without NUL each`, maxName)
		}
		parts[i] = quote + strings.ReplaceAll(part, quote, quote+quote) + quote
	}
	return strings.Join(parts, "."), nil
}
