package attention

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/errtext"
)

// String returns a sentence in English, for a log or a mail to an operator.
// Write your own texts for administrators and other languages.
func (i Item) String() string {
	subject := i.Module
	if subject == "" {
		subject = i.Owner
	}
	text := i.sentence()
	if i.Renewal > 0 {
		text += fmt.Sprintf("; license %d is here already", i.Renewal)
	}
	if subject == "" {
		return text
	}
	return subject + ": " + text
}

func (i Item) sentence() string {
	switch i.Code {
	case ClockInDoubt:
		return "the clock is behind what was recorded, until " + i.until()
	case DriftFound:
		return fmt.Sprintf("verifying found %s: %s", errtext.Count(i.Count, "difference"), i.reasons())
	case Unverified:
		return "the license does not verify (" + i.reasons() + "), so nobody may use its modules"
	case NotYetValid:
		return "the license is not valid before " + i.until()
	case ExpiresSoon:
		return "the license expires in " + i.left()
	case InGrace:
		return "the license has expired, and everything will be read-only in " + i.left()
	case Lapsed:
		return "the license has ended, and everything is read-only"
	case MaintenanceEndsSoon:
		return "maintenance ends in " + i.left()
	case MaintenanceEnded:
		return "maintenance has ended; releases built later are not covered"
	case WouldBlock:
		return "the next license will be blocked: " + i.blockers()
	default:
		return i.sentenceOfOffer()
	}
}

func (i Item) sentenceOfOffer() string {
	switch i.Code {
	case OfferReady:
		return fmt.Sprintf("license %d waits to be activated by somebody (%s)", i.Number, i.reasons())
	case OfferBlocked:
		return fmt.Sprintf("license %d is blocked: %s", i.Number, cmp.Or(i.blockers(), i.Text))
	case OfferScheduled:
		if len(i.Blockers) > 0 {
			return fmt.Sprintf("license %d will be blocked at %s: %s", i.Number, i.until(), i.blockers())
		}
		return fmt.Sprintf("license %d will be activated at %s", i.Number, i.until())
	case OfferWithdrawn:
		return fmt.Sprintf("license %d is not what the source has any more, and is not activated by itself", i.Number)
	case RenewalRefused:
		return fmt.Sprintf("license %d was refused: %s", i.Number, cmp.Or(i.Text, i.reasons()))
	case SerialInDoubt:
		return "the source does not know the serial number that is expected, which may be mistyped"
	case IdentityChange:
		if i.Licensee == nil {
			return "the licensee is said to have changed"
		}
		return fmt.Sprintf("the licensee is said to be %q with the serial %q now", i.Licensee.Company, i.Licensee.Serial)
	case SourceFailing:
		return strings.TrimSuffix(fmt.Sprintf("%s in a row failed: %s", errtext.Count(i.Count, "check"), i.Text), ": ")
	case SourceNotAsked:
		return "no check has been made since one was due"
	case Unlicensed:
		return fmt.Sprintf("assigned to %s, and not in a license", errtext.Count(i.Count, "holder"))
	case SeatsNearlyFull, SeatsFull, SeatsOverdraft:
		return i.seats()
	case WishesUnmet:
		return fmt.Sprintf("%s should have it and can't be given it (%s)", errtext.Count(i.Count, "holder"), i.reasons())
	default:
		return string(i.Code)
	}
}

func (i Item) seats() string {
	text := fmt.Sprintf("%d of %s in use", i.InUse, errtext.Count(i.Capacity, "seat"))
	if i.Code == SeatsOverdraft {
		text = fmt.Sprintf("%d in use of %s bought", i.InUse, errtext.Count(i.Quantity, "seat"))
	}
	if i.HeldBackBy != "" {
		text += " of " + i.HeldBackBy + ", which it includes"
	}
	return text
}

// left says in words how long it is until Until.
func (i Item) left() string {
	switch {
	case i.Days > 0:
		return errtext.Count(int64(i.Days), "day")
	case i.Hours > 1:
		return errtext.Count(int64(i.Hours), "hour")
	default:
		return "less than an hour"
	}
}

func (i Item) until() string { return i.Until.UTC().Format(time.RFC3339) }

func (i Item) reasons() string { return strings.Join(i.Reasons, ", ") }

func (i Item) blockers() string {
	texts := make([]string, len(i.Blockers))
	for at, b := range i.Blockers {
		texts[at] = b.String()
	}
	return strings.Join(texts, "; ")
}
