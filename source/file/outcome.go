package file

import (
	"errors"

	"github.com/seatwright/seatwright/internal/regularfile"
	"github.com/seatwright/seatwright/source"
)

// countError says that a folder holds more than the limits allow.
type countError string

func (e countError) Error() string { return string(e) }

// outcomeOf returns the outcome of reading. A missing file is not a temporary
// problem, since nothing says that it will come.
func outcomeOf(envelopes [][]byte, err error) source.Outcome {
	if err == nil {
		return source.Outcome{Kind: source.KindNew, Envelopes: envelopes, FromFile: true}
	}
	problem := source.Problem{
		Reason: source.ReasonUnavailable,
		Title:  "there is no license file that can be read",
		Detail: err.Error(),
	}
	var tooLarge *source.TooLargeError
	var tooMany countError
	if errors.As(err, &tooLarge) || errors.As(err, &tooMany) || errors.Is(err, regularfile.ErrNotRegular) {
		problem.Reason, problem.Title = source.ReasonUnusable, "the license file can't be used"
	}
	return source.NewProblem(problem)
}
