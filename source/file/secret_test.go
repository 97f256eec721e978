package file_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/source"
	"github.com/seatwright/seatwright/source/file"
)

// TestEnv reads a license from the environment, as it is then.
func TestEnv(t *testing.T) {
	const name, envelope = "SEATWRIGHT_TEST_LICENSE", `{"license":"…"}`
	licenses := file.Env(name)
	ask := func(want source.Outcome) {
		t.Helper()
		got, err := licenses.Check(t.Context(), source.Request{})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got))
	}
	is := func(text string) source.Outcome {
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{[]byte(text)}, FromFile: true}
	}
	t.Setenv(name, "")
	ask(source.NewProblem(source.Problem{
		Reason: source.ReasonUnavailable, Title: "there is no license file that can be read",
		Detail: "the variable SEATWRIGHT_TEST_LICENSE is not set",
	}))
	t.Setenv(name, envelope)
	ask(is(envelope))
	t.Setenv(name, base64.StdEncoding.EncodeToString([]byte(envelope))+"\n")
	ask(is(envelope))
	t.Setenv(name, "no license, and no base64")
	ask(is("no license, and no base64"))
}

// TestSecret has a secret that can't be read, is too large, or is not waited for.
func TestSecret(t *testing.T) {
	reason := func(secret []byte, err error) source.Reason {
		outcome, failed := file.Secret(func(context.Context) ([]byte, error) { return secret, err }).Check(t.Context(), source.Request{})
		require.NoError(t, failed)
		return outcome.Problem.Reason
	}
	require.Equal(t, source.ReasonUnavailable, reason(nil, errors.New("denied")))
	require.Equal(t, source.ReasonUnusable, reason(bytes.Repeat([]byte("{"), source.MaxEnvelopeSize+1), nil))

	ctx, cancel := context.WithCancel(t.Context())
	outcome, err := file.Secret(func(ctx context.Context) ([]byte, error) {
		cancel()
		return nil, ctx.Err()
	}).Check(ctx, source.Request{})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, outcome)
	_, err = file.Secret(nil).Check(ctx, source.Request{})
	require.ErrorIs(t, err, context.Canceled, "nothing is read")
}
