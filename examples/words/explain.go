package words

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// Explanation says what an error means to the person who asked for something.
type Explanation struct {
	Sentence string
	// Class is the library's class of the error; a status follows from it.
	Class activation.Class
	// File says that another file is needed.
	File bool
	// Full is the module of which no seat is free.
	Full string
}

// plainly has the codes of errors that have no figures.
var plainly = map[error]string{
	activation.ErrNoOffer: "no-offer", activation.ErrNoSerial: "no-serial", activation.ErrNoSource: "no-source",
	activation.ErrProtected: "protected", activation.ErrOutcomeUnknown: "unknown", context.DeadlineExceeded: "late",
}

// Explain says what an error of the library means. It hides the details of a failure
// that users can do nothing about.
func (w Words) Explain(err error) Explanation {
	e := Explanation{Class: activation.Classify(err)}
	for known, code := range plainly {
		if errors.Is(err, known) {
			e.Sentence = w.Say("error.", code)
			return e
		}
	}
	var refused *seat.RefusedError
	var unauthentic *signed.Error
	var tooLarge *source.TooLargeError
	var full *seat.NoFreeSeatError
	var none *planner.NoProposalError
	if errors.As(err, &full) {
		e.Full = full.Module
	}
	findings := license.FindingsOf(err)
	switch {
	case e.Class == activation.ClassUnavailable:
		e.Sentence = w.Say("error.", "unavailable")
	case errors.As(err, &refused):
		e.Sentence = w.refusals(refused)
	case errors.As(err, &unauthentic):
		e.File, e.Sentence = true, w.Say("unauthentic.", "")
		if text, ok := w["unauthentic."+string(unauthentic.Code)]; ok {
			e.Sentence = text + first(findings)
		}
	case errors.As(err, &tooLarge):
		e.Sentence = w.Say("error.", "too-large")
	case len(findings) > 0:
		e.File, e.Sentence = true, w.Say("unauthentic.", signed.CodeInvalid)+first(findings)
	case errors.As(err, &none):
		e.Sentence = w.noProposal(none)
	default:
		e.Sentence = sentence(err.Error())
	}
	e.Sentence = Brief(e.Sentence)
	return e
}

// first says the first thing that is wrong with a license.
func first(findings []*license.Finding) (text string) {
	for _, f := range findings[:min(len(findings), 3)] {
		text += " " + sentence(f.Error())
		if f.Code == license.CodeUnsupported {
			text += " It needs a newer version of this program."
		}
	}
	return text
}

// refusals says every reason once, up to five.
func (w Words) refusals(err *seat.RefusedError) (text string) {
	said := make(map[string]bool)
	for _, r := range err.Refusals {
		if reason := w.Refusal(r); !said[reason] && len(said) < 5 {
			said[reason] = true
			text += " " + reason
		}
	}
	return text[min(1, len(text)):]
}

// Refusal says why a seat was refused, with its figures.
func (w Words) Refusal(r seat.Refusal) string {
	var written struct{ Rule string }
	text, err := json.Marshal(r)
	if err != nil || json.Unmarshal(text, &written) != nil || w["refusal."+written.Rule] == "" {
		return Brief(sentence(r.Err.Error()))
	}
	return Brief(w.Say("refusal.", written.Rule, r.Err))
}

// noProposal says why nothing can be proposed.
func (w Words) noProposal(none *planner.NoProposalError) string {
	if len(none.Rejections) > 0 {
		return w.Say("error.", "no-proposal-helps") + " " + w.All("rejection.", none.Rejections)
	}
	text := w.Say("error.", "no-proposal")
	for _, s := range none.Shortages[:min(len(none.Shortages), MaxNamed)] {
		text += " " + s.Blocker.Module + ": " + Number(s.Candidates) + " of " + Number(s.Wanted) + "."
	}
	return text
}
