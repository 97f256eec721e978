package sqlstore

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seatwright/seatwright/seat"
)

// maxKey is the length of the longest text that is a part of a key, in bytes.
// An index of PostgreSQL takes 2,704 bytes, and a key is a tenant's id and two
// of these at most.
const maxKey = 1000

// checkIDs refuses what is no id before the database does.
func checkIDs(ids []string) error {
	for _, id := range ids {
		if err := seat.CheckID(id); err != nil {
			return fmt.Errorf("sqlstore: a holder: %w", err)
		}
	}
	return nil
}

// checkKeys refuses what no key can be made of.
func checkKeys(texts ...string) error {
	for _, text := range texts {
		if len(text) > maxKey {
			return fmt.Errorf("sqlstore: a name has %d bytes, more than %d", len(text), maxKey)
		}
	}
	return checkTexts(texts...)
}

// checkTexts refuses what no database keeps as text.
func checkTexts(texts ...string) error {
	for _, text := range texts {
		switch {
		case strings.ContainsRune(text, 0):
			return errors.New("sqlstore: a text has a NUL")
		case !utf8.ValidString(text):
			return errors.New("sqlstore: a text is not valid UTF-8")
		}
	}
	return nil
}
