package source

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxOwnerLength is the length of the longest owner name, in bytes.
	MaxOwnerLength = 63
	// MaxSerialLength is the length of the longest serial that can be asked
	// for, in bytes.
	MaxSerialLength = 255
	// MaxNumber is the highest issue number of a license.
	MaxNumber = 1<<53 - 1
)

// Request is the question to a source: is there another license than the one
// that the tenant has? File sources return what they find and use none of it.
// See docs/spec/feed.md, Request.
type Request struct {
	// Owner is the name of the license's owner: [a-z0-9][a-z0-9-]{0,62}.
	Owner string `json:"owner"`
	// Serial is the licensee's serial, without surrounding white space.
	Serial string `json:"serial"`
	// Have is the number of the active license, 1 to [MaxNumber]. It is 0 if
	// there is no active license, if another serial is asked for, or if the
	// stored envelope does not verify. The source then returns what it has.
	Have int64 `json:"have"`
	// ETag is the ETag of the last outcome, or empty. Sources ignore it if
	// Have is 0. Keep an ETag only once its envelope has been verified: a
	// source that gets the tag back need not send the envelope again.
	ETag string `json:"etag,omitzero"`
}

// RequestError says that a request is invalid. The program that made it has a
// mistake, or the license that it was made for.
type RequestError struct {
	// Field is the name of the invalid field of [Request].
	Field string `json:"field"`
	// Problem tells what is wrong, as part of a sentence: "is blank".
	Problem string `json:"problem"`
}

// Error returns the message. It contains no values of the request.
func (e *RequestError) Error() string {
	return "the request to a license source can't be asked: " + e.Field + " " + e.Problem
}

// Validate returns everything that is wrong with owner, serial and number: a
// [*RequestError] for each, joined, or nil. A source that uses these fields
// calls it first.
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
		// Servers and proxies take these for a step of a path, however they
		// are encoded.
		return "can't be part of an address"
	}
	return ""
}
