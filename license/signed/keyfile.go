package signed

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// memberError describes one wrong member of a file of keys. Its text names the
// member and never contains a value.
type memberError struct {
	pointer string // RFC 6901; empty for the file as a whole
	err     error
}

func (e *memberError) Error() string {
	if e.pointer == "" {
		return e.err.Error()
	}
	return strictjson.Printable(e.pointer) + ": " + e.err.Error()
}

func (e *memberError) Unwrap() error { return e.err }

// at returns an error about a member. The pointer starts at that member or at
// one around it.
func at(pointer string, err error) error {
	if inner, ok := err.(*memberError); ok { //nolint:errorlint // it was made in this file, and is not wrapped
		return &memberError{pointer: pointer + inner.pointer, err: inner.err}
	}
	return &memberError{pointer: pointer, err: err}
}

// decode reads a file of keys, strictly.
func decode(data []byte, v any) error {
	err := strictjson.Unmarshal(data, v)
	if mistake := (*strictjson.Error)(nil); errors.As(err, &mistake) {
		if mistake.Pointer == "" {
			return errors.New("the JSON text " + mistake.Problem)
		}
		return at(mistake.Pointer, errors.New(mistake.Problem))
	}
	return err
}

// keysOf calls read for each JWK of a set, and collects the errors.
func keysOf(members []jwk, read func(i int, member jwk) error) error {
	problems := newProblems()
	for i, member := range members {
		if err := read(i, member); err != nil {
			problems = multierror.Append(problems, at(fmt.Sprintf("/keys/%d", i), err))
		}
	}
	return problems.ErrorOrNil()
}
