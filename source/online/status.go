package online

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// StatusDocument is what a feed sends instead of an envelope, as JSON of the
// type [StatusType]:
//
//	{"status": "identity-changed", "licensee": {"company": "Example AS", "serial": "4712"},
//	 "message": {"text": "You have moved to a new contract.", "url": "https://acme.example/4712"}}
//
// See docs/spec/feed.md, Answers. A client refuses other members.
type StatusDocument struct {
	// Status is [source.KindCurrent], [source.KindIdentityChanged] or
	// [source.KindProblem].
	Status source.Kind `json:"status"`
	// Licensee is who the licensee is now, with company and serial. It is
	// required for a changed identity, and ignored otherwise.
	Licensee *license.Licensee `json:"licensee,omitempty"`
	// Message is for the administrator. It may be nil.
	Message *source.Message `json:"message,omitempty"`
}

// ParseStatus reads the body of a status as strictly as a client does. It
// refuses unknown members, an unknown status, and a changed identity without
// company and serial. Use it to check a status document before you serve it.
// The error tells what is wrong. It may name members but contains no values.
func ParseStatus(body []byte) (*StatusDocument, error) {
	var status StatusDocument
	if err := strictjson.Unmarshal(body, &status); err != nil {
		return nil, fmt.Errorf("the feed's status can't be read: %w", err)
	}
	switch status.Status {
	case source.KindCurrent, source.KindProblem:
		return &status, nil
	case source.KindIdentityChanged:
		if _, named := licenseeOf(status); !named {
			return nil, errors.New("the feed says that the identity has changed, and does not name company and serial")
		}
		return &status, nil
	}
	return nil, errors.New("the feed's status is none that is known")
}

// readStatus reads the body of a status.
func readStatus(body []byte) answer {
	const ok = 200
	status, err := ParseStatus(body)
	if err != nil {
		return unusable(err.Error(), ok)
	}
	outcome := source.Outcome{Kind: status.Status}
	switch status.Status {
	case source.KindIdentityChanged:
		outcome.Licensee, _ = licenseeOf(*status)
	case source.KindProblem:
		outcome = problemOf(source.Problem{
			Reason: source.ReasonReported, Title: "the feed reports a problem with the license", Status: ok,
		})
	}
	if status.Message != nil {
		outcome.Message = *status.Message
	}
	return answer{outcome: outcome}
}

// licenseeOf returns the licensee of a status. It reports whether the company
// can be seen and the serial can be asked for. Both stay as they were sent,
// apart from surrounding white space, because they will be compared with those
// of a license.
func licenseeOf(status StatusDocument) (license.Licensee, bool) {
	if status.Licensee == nil {
		return license.Licensee{}, false
	}
	licensee := license.Licensee{
		Company: strings.TrimSpace(status.Licensee.Company),
		Serial:  strings.TrimSpace(status.Licensee.Serial),
	}
	asked := source.Request{Owner: "any", Serial: licensee.Serial}
	named := strings.TrimSpace(source.CleanText(licensee.Company)) != ""
	return licensee, named && asked.Validate() == nil
}
