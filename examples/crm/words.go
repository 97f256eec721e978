package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// The library returns codes and figures. What people read is here.

// notices says what was just done, by the code in an address. Only what is in
// this table can be shown, whatever an address says.
var notices = map[string]string{
	"activated":    "The new license is active.",
	"current":      "This license is active already. Nothing changed.",
	"checked":      "The feed was asked. There is nothing new.",
	"problem":      "The feed was asked, and there was a problem. What is active stays active.",
	"pending":      "A new license has come, and waits for you to activate it.",
	"expected":     "Company and serial number are noted.",
	"acknowledged": "Thank you. The new license is acknowledged.",
	"dismissed":    "The new license is put away. It comes back when it is sent again or loaded.",
	"assigned":     "The license was assigned.",
	"released":     "The license was released.",
	"switched":     "The plan was switched.",
	"retired":      "The user is deactivated, and all licenses are released.",
	"returned":     "The user is active again.",
	"proposed":     "A proposal is chosen. Look at it, then activate.",
	"undone":       "Nothing is chosen any more.",
	"published":    "The license is signed and published. Whoever asks for it gets it.",
	"answers":      "From now on it answers so.",
}

// answerWords says what an owner's license server can be made to answer.
func answerWords(answer string) string {
	switch answer {
	case "message":
		return "the license, with a message"
	case "identity":
		return "that the company has another name now"
	case "problem":
		return "that there is a problem with the license"
	case "silence":
		return "nothing at all"
	case "wrong":
		return "a license of somebody else"
	}
	return "the license that was published last"
}

func stateSentence(l *license.License, state license.State) string {
	switch state {
	case license.NotYetValid:
		return "Not valid before " + pointed(l.ValidFrom)
	case license.Warning:
		return "Active, but it expires on " + pointed(l.Expires) + ". Renew it soon."
	case license.Grace:
		return "Expired on " + pointed(l.Expires) + ". Everything still works until " + pointed(l.GraceUntil) + "; then it is read-only."
	case license.Lapsed:
		end, _ := l.End()
		return "Ended on " + when(end) + ". Everything is read-only until a new license is active."
	default:
		if l.Expires == nil {
			return "Active, without an end"
		}
		return "Active until " + pointed(l.Expires)
	}
}

func pointed(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return when(*at)
}

func warningSentence(w planner.Warning) string {
	switch w {
	case planner.WarningBundleContentChanged:
		return "A plan includes other modules than before."
	case planner.WarningExpiresSooner:
		return "The new license expires sooner than the present one."
	case planner.WarningInGrace:
		return "The new license has expired already, and is in its time of grace."
	case planner.WarningInOverdraft:
		return "More seats are in use than were bought; the license tolerates it for now."
	case planner.WarningIssuedAhead:
		return "It says that it was issued more than a day from now. A clock is wrong, the vendor's or this one."
	case planner.WarningNumberJump:
		return "Its number is far above the one before, and makes all lower ones older. Ask the vendor whether that is meant."
	case planner.WarningModuleRemoved:
		return "A module is no longer part of the license."
	case planner.WarningPrerequisiteNotLicensed:
		return "A module needs another one that is not licensed, and can't be used without it."
	case planner.WarningQuantityReduced:
		return "The license has fewer seats of a module than before."
	}
	return string(w)
}

func rejectionSentence(r planner.Rejection) string {
	switch r {
	case planner.RejectionWrongSerial:
		return "It is for another serial number."
	case planner.RejectionWrongCompany:
		return "It is for another company."
	case planner.RejectionWrongProduct:
		return "It is for another product."
	case planner.RejectionWrongDeployment:
		return "It is for another kind of deployment."
	case planner.RejectionOlder:
		return "A later license was activated before."
	case planner.RejectionNumberReused:
		return "It has the number of the active license, and other contents."
	case planner.RejectionLapsed:
		return "It has ended."
	case planner.RejectionNotYetValid:
		return "It is not valid yet."
	}
	return string(r)
}

func rejectionSentences(list []planner.Rejection) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = rejectionSentence(r)
	}
	return strings.Join(words, " ")
}

// fieldWord says which member of a module has changed.
func fieldWord(field string) string {
	switch field {
	case "assignableTo":
		return "for whom it is"
	case "bundle":
		return "whether it is a plan"
	case "includes":
		return "what it includes"
	case "overdraft":
		return "tolerated seats"
	case "quantity":
		return "number"
	case "requires":
		return "what it needs"
	case "sortOrder":
		return "order"
	case "unrestricted":
		return "whether it is limited"
	}
	return field
}

func causeWord(c seat.Cause) string {
	switch c {
	case seat.CauseCascaded:
		return "released, because it needs what was released"
	case seat.CauseObsolete:
		return "ended, because everybody has it now"
	default:
		return string(c)
	}
}

func reasonSentence(e seat.Entitlement) string {
	switch e.Reason {
	case seat.ReasonNotLicensed:
		return "Not licensed"
	case seat.ReasonNotAssigned:
		return "Not assigned"
	case seat.ReasonPrerequisiteMissing:
		return "Something that it needs is missing"
	case seat.ReasonLapsed:
		return "Read-only: the license has ended"
	case seat.ReasonInGrace:
		return "Usable; the license has expired and is in its time of grace"
	}
	return "Usable"
}

// refusalSentence says every reason, up to five.
func refusalSentence(err *seat.RefusedError) string {
	var lines []string
	for i, r := range err.Refusals {
		if i == 5 {
			lines = append(lines, fmt.Sprintf("And %d more reasons.", len(err.Refusals)-i))
			break
		}
		lines = append(lines, brief(sentence(r.Err.Error())))
	}
	return strings.Join(lines, " ")
}

func unauthenticSentence(err *signed.Error) string {
	switch err.Code {
	case signed.CodeKeyRevoked:
		return "The key that signed this license was revoked. Ask the vendor for a new license. (key-revoked)"
	case signed.CodeUnknownKey:
		return "Nobody whom this installation trusts has signed this. (unknown-key)"
	case signed.CodeInvalid:
		return invalidSentence(license.FindingsOf(err))
	}
	return "This is not a license that can be trusted: the file is damaged, was changed, or is something else. (" + string(err.Code) + ")"
}

// invalidSentence says what is wrong with an authentic license.
func invalidSentence(findings []*license.Finding) string {
	const shown = 3
	text := "This license is authentic, but not valid. (invalid)"
	for _, f := range findings[:min(shown, len(findings))] {
		text += " " + sentence(f.Error())
		if f.Code == license.CodeUnsupported {
			text += " It needs a newer version of this program."
		}
	}
	if more := len(findings) - shown; more > 0 {
		text += fmt.Sprintf(" And %d more.", more)
	}
	return text
}

// checkSentence says how the feed answered.
func checkSentence(c activation.CheckRecord) string {
	if c.LastTry.IsZero() {
		return "The feed was not asked yet."
	}
	switch c.Outcome {
	case source.KindCurrent:
		return "The feed has nothing new."
	case source.KindNew:
		return "The feed sent a license."
	case source.KindIdentityChanged:
		return "The feed says that company or serial number have changed."
	}
	text := "The feed could not help: " + c.Title
	if c.Detail != "" {
		text += " – " + c.Detail
	}
	if c.Failures > 1 {
		text += fmt.Sprintf(" (%d times in a row)", c.Failures)
	}
	return text
}

// proposalSentence says why nothing can be proposed.
func proposalSentence(err error) (string, bool) {
	var none *planner.NoProposalError
	if !errors.As(err, &none) {
		return "", false
	}
	if len(none.Rejections) > 0 {
		return "Releasing seats does not help. " + rejectionSentences(none.Rejections), true
	}
	var lines []string
	for i, s := range none.Shortages {
		if i == maxNamed {
			lines = append(lines, fmt.Sprintf("So it is with %s more modules.", plain(int64(len(none.Shortages)-i))))
			break
		}
		lines = append(lines, fmt.Sprintf("For %s, %s have to be released, and only %s of those who may be proposed have it.",
			s.Blocker.Module, plain(s.Wanted), plain(s.Candidates)))
	}
	return "Nothing can be proposed: administrators are never proposed. " + strings.Join(lines, " "), true
}

const tooLargeSentence = "That is too large to be a license: a file has at most 1 MiB."

// failureSentence says what an error of the library means. What nobody outside
// could help is not told.
func failureSentence(class activation.Class, err error) string {
	var refused *seat.RefusedError
	var unauthentic *signed.Error
	var tooLarge *source.TooLargeError
	switch {
	case class == activation.ClassOutcomeUnknown:
		return "The database was lost at the last moment. Look whether it was done, or simply do it again."
	case errors.Is(err, context.DeadlineExceeded):
		return "That took too long. Try again."
	case class == activation.ClassUnavailable:
		return "Something went wrong here. Administrators of the server find it in the log."
	case errors.Is(err, activation.ErrNoOffer):
		return "No license is waiting to be activated."
	case errors.As(err, &refused):
		return refusalSentence(refused)
	case errors.As(err, &unauthentic):
		return unauthenticSentence(unauthentic)
	case errors.As(err, &tooLarge):
		return tooLargeSentence
	case len(license.FindingsOf(err)) > 0:
		return "The license is not valid: " + license.FindingsOf(err)[0].Error() + "."
	}
	return sentence(err.Error())
}

// waitingSentence says why an offer was not activated by itself.
func waitingSentence(w activation.Waiting) string {
	switch w {
	case activation.WaitingBlocked:
		return "Something has to be solved before it can be activated."
	case activation.WaitingFirst:
		return "It is the first one, and nobody has entered its serial number."
	case activation.WaitingPolicy:
		return "It is of a kind that administrators decide about."
	case activation.WaitingNotYetValid:
		return "It is not valid yet."
	case activation.WaitingSchedule:
		return "What was planned with it does not fit any more."
	case activation.WaitingWithdrawn:
		return "The vendor has sent something else since."
	case activation.WaitingNumber:
		return "Its number is far above the one before, which may be a slip of the vendor's."
	}
	return string(w)
}

// prefixes name the parts of the library through which an error has come.
var prefixes = regexp.MustCompile(`^(?:[a-z-]+: )+`)

// sentence makes the text of an error one.
func sentence(text string) string {
	text = prefixes.ReplaceAllString(text, "")
	if text == "" {
		return text
	}
	if first, _, _ := strings.Cut(text, " "); strings.Contains(first, ".") {
		return text + "." // the name of a module stays as it is
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
