package sqlstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/seatwright/seatwright/activation"
)

// ErrCursor says that [DirectoryQuery.After] is damaged or belongs to another
// query. Begin again with the first page. It matches [activation.ErrInvalid].
var ErrCursor error = cursorError{}

type cursorError struct{}

func (cursorError) Error() string {
	return "the cursor is not one that a page of this query has had; begin with the first page"
}

func (cursorError) Is(target error) bool { return target == activation.ErrInvalid }

// place is the place of a person in an order.
type place struct {
	None   bool   `json:"none,omitempty"` // people are ordered by id alone
	Name   []byte `json:"name,omitempty"` // bytes, as they are compared: SQLite does not check that they are UTF-8
	Seen   int64  `json:"seen,omitempty"` // microseconds since 1970
	Holder []byte `json:"holder"`
}

// cursor returns the text of a place, after a digest of the place and the
// query.
func (q DirectoryQuery) cursor(tenant string, p place) string {
	text := jsonText(p)
	return base64.RawURLEncoding.EncodeToString(append(q.digest(tenant, text), text...))
}

// place returns the place of the query's cursor, or nil if it has none.
func (q DirectoryQuery) place(tenant string) (*place, error) {
	if q.After == "" {
		return nil, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || len(decoded) < digestSize {
		return nil, ErrCursor
	}
	digest, text := decoded[:digestSize], decoded[digestSize:]
	var p place
	if !bytes.Equal(digest, q.digest(tenant, string(text))) || json.Unmarshal(text, &p) != nil {
		return nil, ErrCursor
	}
	return &p, nil
}

// digestSize is enough to notice a mistake. A forged cursor gains nothing: it
// leads to a place of the tenant that any query may ask for.
const digestSize = 8

// digest covers everything that a cursor is bound to.
func (q DirectoryQuery) digest(tenant, place string) []byte {
	sum := sha256.Sum256([]byte(jsonText([]any{
		tenant, q.Search, q.Kind, q.Type, setOf(q.Modules), q.Order, q.Descending, place,
	})))
	return sum[:digestSize]
}
