package online

import (
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/source"
)

// Status is what a feed says instead of sending an envelope, as JSON with the
// type [StatusType]:
//
//	{"status": "identity-changed", "licensee": {"company": "Example AS", "serial": "4712"},
//	 "message": {"text": "You have moved to a new contract.", "url": "https://acme.example/4712"}}
//
// See docs/spec/feed.md, Answers. A client refuses other members.
type Status struct {
	// Status is [source.KindCurrent], [source.KindIdentityChanged] or
	// [source.KindProblem].
	Status source.Kind `json:"status"`
	// Licensee is who the licensee is now. An identity that has changed has
	// one, with company and serial; it is ignored otherwise.
	Licensee *source.Licensee `json:"licensee,omitempty"`
	// Message is what to tell the administrator; it may be nil.
	Message *source.Message `json:"message,omitempty"`
}

// readStatus reads the body of a status.
func readStatus(body []byte) answer {
	const ok = 200
	var status Status
	if err := strictjson.Unmarshal(body, &status); err != nil {
		return unusable("the feed's status can't be read: "+err.Error(), ok)
	}
	var outcome source.Outcome
	switch status.Status {
	case source.KindCurrent:
		outcome.Kind = source.KindCurrent
	case source.KindIdentityChanged:
		licensee, named := licenseeOf(status)
		if !named {
			return unusable("the feed says that the identity has changed, and does not name company and serial", ok)
		}
		outcome.Kind, outcome.Licensee = source.KindIdentityChanged, licensee
	case source.KindProblem:
		outcome = problemOf(source.Problem{
			Reason: source.ReasonReported, Title: "the feed reports a problem with the license", Status: ok,
		})
	default:
		return unusable("the feed's status is none that is known", ok)
	}
	if status.Message != nil {
		outcome.Message = *status.Message
	}
	return answer{outcome: outcome}
}

// licenseeOf returns the licensee of a status, and whether it names a company
// that can be seen and a serial that can be asked for. Both stay as they were
// sent but for white space around them: a license will be compared with them.
func licenseeOf(status Status) (source.Licensee, bool) {
	if status.Licensee == nil {
		return source.Licensee{}, false
	}
	licensee := source.Licensee{
		Company: strings.TrimSpace(status.Licensee.Company),
		Serial:  strings.TrimSpace(status.Licensee.Serial),
	}
	asked := source.Request{Owner: "any", Serial: licensee.Serial}
	named := strings.TrimSpace(source.CleanText(licensee.Company)) != ""
	return licensee, named && asked.Validate() == nil
}
