package source

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxOwnerLength is the length of the longest name of an owner, in bytes.
	MaxOwnerLength = 63
	// MaxSerialLength is the length of the longest serial that a source can be
	// asked for, in bytes.
	MaxSerialLength = 255
	// MaxNumber is the highest issue number of a license.
	MaxNumber = 1<<53 - 1
)

// Request is what a source is asked: is there a license other than the one that
// the tenant has? The file sources, which hand back what they find, need none
// of it. See docs/spec/feed.md, Request.
type Request struct {
	// Owner is the name of the license's owner: [a-z0-9][a-z0-9-]{0,62}.
	Owner string `json:"owner"`
	// Serial is the serial of the licensee, without white space around it.
	Serial string `json:"serial"`
	// Have is the number of the active license, 1 to [MaxNumber]. It is 0 when
	// there is none, when another serial is asked for, or when the stored
	// envelope does not verify; a source then hands back what it has.
	Have int64 `json:"have"`
	// ETag is that of the last outcome, or empty. Sources do not use it when
	// Have is 0. Keep one only after its envelope has been verified: a source
	// that is shown it need not send that envelope again.
	ETag string `json:"etag,omitzero"`
}

// RequestError says that a request can't be asked. It is a mistake of the
// program that made it, or of the license that it was made for.
type RequestError struct {
	// Field is the name of the field of [Request].
	Field string `json:"field"`
	// Problem is the reason, as a part of a sentence: "is blank".
	Problem string `json:"problem"`
}

// Error returns the message, which holds no values of the request.
func (e *RequestError) Error() string {
	return "the request to a license source can't be asked: " + e.Field + " " + e.Problem
}

// Validate returns everything that is wrong with owner, serial and number, each
// an [*RequestError], joined. Sources that need them call it first.
func (r Request) Validate() error {
	var problems []error
	check := func(field, problem string) {
		if problem != "" {
			problems = append(problems, &RequestError{Field: field, Problem: problem})
		}
	}
	check("Owner", ownerProblem(r.Owner))
	check("Serial", serialProblem(r.Serial))
	if r.Have < 0 || r.Have > MaxNumber {
		check("Have", "is not from 0 to "+strconv.Itoa(MaxNumber))
	}
	return errors.Join(problems...)
}

func ownerProblem(owner string) string {
	if owner == "" || len(owner) > MaxOwnerLength || owner[0] == '-' ||
		strings.Trim(owner, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "is not the name of an owner in lower case"
	}
	return ""
}

func serialProblem(serial string) string {
	switch {
	case strings.TrimSpace(serial) == "":
		return "is blank"
	case strings.TrimSpace(serial) != serial:
		return "has white space around it"
	case len(serial) > MaxSerialLength:
		return "is longer than " + strconv.Itoa(MaxSerialLength) + " bytes"
	case !utf8.ValidString(serial):
		return "is not valid UTF-8"
	case strings.ContainsFunc(serial, unicode.IsControl):
		return "has control characters"
	case serial == "." || serial == "..":
		// However they are encoded, servers and proxies take them for a step of a path.
		return "can't be part of an address"
	}
	return ""
}
