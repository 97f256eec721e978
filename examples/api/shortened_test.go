package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/seat"
)

// TestShortened counts what an answer leaves out, and leaves out no choice.
func TestShortened(t *testing.T) {
	type object map[string]any
	texts := func(n int) []string { return make([]string, n) }
	for _, c := range []struct {
		name   string
		answer object
		want   string
	}{
		{"nothing is too long", object{"entries": texts(1000)}, ""},
		{"a list", object{"entries": texts(1002)}, `"leftOut":{"entries":2}`},
		{"a list of a list", object{"entries": []object{{"includes": texts(21)}, {"includes": texts(22)}}}, `"leftOut":{"includes":3}`},
		{"seats that somebody has", object{"assigned": texts(201)}, `"leftOut":{"assigned":1}`},
		{"what goes back with an approval", object{"releases": texts(20_000)}, ""},
		{"the members of a license that nobody knows", object{"info": object{"a": strings.Repeat("x", 500), "b": 1}}, `"leftOut":{"info":2}`},
		{"a text", object{"entries": strings.Repeat("x", 501)}, "xx… (and 1 more bytes)"},
		{"a cursor", object{"next": strings.Repeat("x", 5000)}, strings.Repeat("x", 5000)},
		{"a number", object{"id": int64(1)<<62 + 1}, "4611686018427387905"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			api.Write(w, http.StatusOK, "application/json", c.answer)
			require.Contains(t, w.Body.String(), c.want)
			require.Equal(t, strings.Contains(c.want, "leftOut"), strings.Contains(w.Body.String(), "leftOut"))
		})
	}
	w := httptest.NewRecorder()
	api.Write(w, http.StatusOK, "application/json", func() {})
	require.Equal(t, http.StatusInternalServerError, w.Code)
}

// TestProblem has the library's words, and nothing of what is only the host's matter.
func TestProblem(t *testing.T) {
	for _, c := range []struct {
		err      error
		status   int
		sentence string
	}{
		{activation.ErrNoOffer, http.StatusNotFound, activation.ErrNoOffer.Error()},
		{&seat.UnknownHolderError{Holder: "ann"}, http.StatusBadRequest, "ann"},
		{fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), http.StatusRequestEntityTooLarge, "too large"},
		{errors.New("password=secret"), http.StatusServiceUnavailable, "Something went wrong here. Try again later."},
		{context.Canceled, http.StatusServiceUnavailable, "Something went wrong here. Try again later."},
	} {
		status, sentence := api.Problem(c.err)
		require.Equal(t, c.status, status, c.err)
		require.Contains(t, sentence, c.sentence)
		require.NotContains(t, sentence, "secret")
	}
}
