package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/api/apitest"
)

// TestOpenAPIDescribesEveryCall compares the document with the routes.
func TestOpenAPIDescribesEveryCall(t *testing.T) {
	h := newHost(t)
	routes := append(h.api.Patterns(), "GET /api/me")
	slices.Sort(routes)
	require.Equal(t, routes, apitest.New(t).Calls())

	h.caller = api.Caller{} // nobody
	a := h.call(http.MethodGet, "/api/openapi.json", "")
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, "application/json", a.Kind)
	require.Equal(t, string(api.OpenAPI), a.Body)
	require.Contains(t, a.Body, `"openapi": "3.1.0"`)
}

// TestOpenAPIIsComplete looks for references to nothing, schemas that nobody
// uses, and parameters of paths that are not described.
func TestOpenAPIIsComplete(t *testing.T) {
	var document struct {
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components map[string]map[string]any            `json:"components"`
	}
	require.NoError(t, json.Unmarshal(api.OpenAPI, &document))
	for kind, members := range document.Components {
		for name := range members {
			if kind == "securitySchemes" {
				continue
			}
			require.Contains(t, string(api.OpenAPI), `"#/components/`+kind+"/"+name+`"`, "nobody uses it")
		}
	}
	var refs func(value any)
	refs = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if ref, ok := value["$ref"].(string); ok {
				parts := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
				require.Contains(t, document.Components[parts[0]], parts[1], ref)
			}
			for _, member := range value {
				refs(member)
			}
		case []any:
			for _, element := range value {
				refs(element)
			}
		}
	}
	for path, calls := range document.Paths {
		for method, call := range calls {
			refs(call)
			text, err := json.Marshal(call["parameters"])
			require.NoError(t, err)
			for _, name := range []string{"owner", "id"} {
				described := strings.Contains(string(text), "#/components/parameters/"+name)
				require.Equal(t, strings.Contains(path, "{"+name+"}"), described, "%s %s", method, path)
			}
		}
	}
}
