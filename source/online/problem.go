package online

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/source"
)

const (
	// maxProblemSize is how much of a problem document is read for its texts.
	maxProblemSize = 64 << 10
	// problemTimeout is how long to wait for the texts. The outcome is known
	// without them.
	problemTimeout = 2 * time.Second
)

// texts are the title and detail of a problem.
type texts struct{ title, detail string }

// textsOf are the texts for a status whose answer has none, so that an
// administrator knows where to look.
var textsOf = map[int]texts{
	http.StatusUnauthorized: {
		"the feed does not accept who asks", "the token is missing, mistyped or no longer valid; compare it with the one that the vendor has given you",
	},
	http.StatusForbidden: {
		"the feed forbids the request", "the vendor, or a proxy on the way, does not let this installation ask; have both looked at",
	},
	http.StatusNotFound: {
		"the feed has no license under this owner and serial", "the serial, or the address of the feed, may be mistyped",
	},
	http.StatusProxyAuthRequired: {
		"a proxy wants a sign-in", "the feed was not reached; set the proxy's user and password",
	},
	http.StatusGone: {
		"the feed has no license under this serial any more", "the vendor has ended it there; ask the vendor for the new serial",
	},
	http.StatusUnavailableForLegalReasons: {
		"the feed may not answer for legal reasons", "ask the vendor, or whoever runs the network",
	},
	http.StatusRequestTimeout:      {"the feed did not get the request in time", ""},
	http.StatusTooManyRequests:     {"the feed is asked too often", ""},
	http.StatusInternalServerError: {"the feed has failed", "the mistake is on the vendor's side"},
	http.StatusBadGateway:          {"the feed is not reached by the server in front of it", "the mistake is on the vendor's side, or a proxy's"},
	http.StatusGatewayTimeout:      {"the feed is not reached in time by the server in front of it", "the mistake is on the vendor's side, or a proxy's"},
	http.StatusNetworkAuthenticationRequired: {
		"the network wants a sign-in", "the feed was not reached; sign in to the network",
	},
}

// pageDetail is the detail if the answer is a page of HTML.
const pageDetail = "a page of HTML came with it, perhaps of a proxy or a sign-in rather than of the feed"

// textsFor returns the texts for a status whose answer has none.
func textsFor(status int) texts {
	if known, ok := textsOf[status]; ok {
		return known
	}
	switch {
	case isTemporary(status):
		return texts{"the feed can't answer now", ""}
	case status >= http.StatusInternalServerError:
		return texts{"the feed can't do what it is asked", ""}
	}
	return texts{"the feed refuses to answer", ""}
}

// readProblem reads an answer with a status of 400 or above. It takes the texts
// from a problem document if it can read one.
func readProblem(response *http.Response) answer {
	own, page := problemTexts(response)
	if own == (texts{}) {
		own = textsFor(response.StatusCode)
		if page {
			own.detail = pageDetail
		}
	}
	return refusal(response.StatusCode, own)
}

// refusal returns the answer for a status of 400 or above.
func refusal(status int, said texts) answer {
	again := isTemporary(status)
	problem := source.Problem{
		Reason: source.ReasonRefused, Title: said.title, Detail: said.detail, Status: status, Temporary: again,
	}
	if again {
		problem.Reason = source.ReasonUnavailable
	}
	return answer{outcome: problemOf(problem), again: again}
}

// proxyError says that a proxy did not connect us to the feed.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "a proxy does not connect to the feed" }

func (e *proxyError) answer() answer {
	said := texts{e.Error(), "the feed was not reached; whoever runs the proxy can tell why"}
	if e.status == http.StatusProxyAuthRequired {
		said = textsFor(e.status)
	}
	return refusal(e.status, said)
}

// isTemporary reports whether it makes sense to ask again after a status.
func isTemporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// problemTexts reads title and detail of a problem document (RFC 9457), and
// reports whether there is a page of HTML instead. It ignores unknown members,
// which are allowed there, and malformed ones.
func problemTexts(response *http.Response) (own texts, page bool) {
	media := mediaType(response.Header.Get("Content-Type"))
	if isHTML(media) {
		return texts{}, true
	}
	if media != problemType {
		return texts{}, false
	}
	body, err := readBody(response)
	if err != nil || len(body) > maxProblemSize {
		return texts{}, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return texts{}, false
	}
	text := func(name string) (s string) {
		if json.Unmarshal(members[name], &s) != nil {
			return ""
		}
		return s
	}
	return texts{text("title"), text("detail")}, false
}
