package activation_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// TestNamedHolders asks the host once for the names of a page.
func TestNamedHolders(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	var asked [][]string
	names := func(_ context.Context, tenant string, holders []string) (map[string]string, error) {
		assert.Equal(t, "tenant-42", tenant)
		asked = append(asked, holders)
		return map[string]string{"u2": "Bob", "u9": "Zoe"}, nil
	}
	plan := activation.HolderQuery{Occupying: "acme.plan", Names: names}
	page, err := s.crm.NamedHolderPage(t.Context(), plan, "", 2)
	require.NoError(t, err)
	text, err := json.Marshal(page)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"id":"u1","kind":"user","type":"internal","assigned":["acme.plan"]},
		{"id":"u2","kind":"user","type":"internal","assigned":["acme.plan"],"name":"Bob"}]`, string(text))
	page, err = s.crm.NamedHolderPage(t.Context(), plan, "u3", 2)
	require.NoError(t, err)
	assert.Empty(t, page)
	assert.Equal(t, [][]string{{"u1", "u2"}}, asked)

	lost := errors.New("connection lost")
	failing := plan
	failing.Names = func(context.Context, string, []string) (map[string]string, error) { return nil, lost }
	_, err = s.crm.NamedHolderPage(t.Context(), failing, "", 2)
	require.ErrorIs(t, err, lost)
	_, err = s.crm.NamedHolderPage(t.Context(), plan, "", 0)
	require.ErrorIs(t, err, activation.ErrInvalid)
	_, err = s.crm.NamedHolderPage(t.Context(), activation.HolderQuery{}, "", 2)
	require.ErrorIs(t, err, activation.ErrInvalid, "nobody says the names")
}
