package source_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/source"
)

// table is a source of a host's own: ten lines over whatever it has.
type table map[string]string

func (t table) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	if err := errors.Join(ctx.Err(), request.Validate()); err != nil {
		return source.Outcome{}, err
	}
	envelope, ok := t[request.Owner+" "+request.Serial]
	if !ok {
		return source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "unknown serial"}), nil
	}
	return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{[]byte(envelope)}}, nil
}

// A host that has its licenses in a table of its own.
func ExampleSource() {
	var licenses source.Source = table{"acme 4711": `{"license":"…"}`}
	for _, serial := range []string{"4711", "4712", ""} {
		outcome, err := licenses.Check(context.Background(), source.Request{Owner: "acme", Serial: serial})
		switch {
		case err != nil:
			fmt.Println(err)
		case outcome.Kind == source.KindProblem:
			fmt.Println(outcome.Kind, "-", outcome.Problem)
		default:
			fmt.Println(outcome.Kind, "-", len(outcome.Envelopes), "envelope")
		}
	}
	// Output:
	// new - 1 envelope
	// problem - refused: unknown serial
	// the request to a license source can't be asked: Serial is blank
}
