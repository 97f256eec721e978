// Package apitest holds answers of the API to what openapi.json says of them, in
// tests of a host that has mounted it.
package apitest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/api"
)

// Contract is openapi.json, and what of it was seen. Tests may share one.
type Contract struct {
	compiler *jsonschema.Compiler
	paths    map[string]map[string]described
	mu       sync.Mutex
	seen     map[string]bool // such as "GET /api/me 200"
}

// described is what openapi.json says of a call.
type described struct {
	RequestBody *struct {
		Content map[string]any `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Ref string `json:"$ref"`
	} `json:"responses"`
}

// New reads the document.
func New(t testing.TB) *Contract {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(api.OpenAPI))
	require.NoError(t, err)
	c := &Contract{compiler: jsonschema.NewCompiler(), seen: make(map[string]bool)}
	c.compiler.AssertFormat()
	require.NoError(t, c.compiler.AddResource("openapi.json", document))
	var read struct {
		Paths map[string]map[string]described `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(api.OpenAPI, &read))
	c.paths = read.Paths
	return c
}

// Answer is what came back.
type Answer struct {
	Status     int
	Kind, Body string // the type of the content, and the content
}

// Check holds an answer, and what was sent if it was taken, to what is described.
func (c *Contract) Check(t testing.TB, method, path, body string, a Answer) {
	t.Helper()
	pattern, call := c.find(t, method, path)
	response, ok := call.Responses[strconv.Itoa(a.Status)]
	require.True(t, ok, "%s %s: status %d is not described: %s", method, pattern, a.Status, a.Body)
	place := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(pattern) + "/" + strings.ToLower(method)
	kind := "application/json"
	if a.Status != http.StatusOK {
		kind = "application/problem+json"
	}
	require.Equal(t, kind, a.Kind)
	where := place + "/responses/" + strconv.Itoa(a.Status)
	if response.Ref != "" {
		where = strings.TrimPrefix(response.Ref, "#")
	}
	c.valid(t, where, kind, a.Body)
	if a.Status == http.StatusOK && call.RequestBody != nil {
		c.valid(t, place+"/requestBody", "application/json", body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[method+" "+pattern+" "+strconv.Itoa(a.Status)] = true
}

// Seen reports whether a call, as it is described, was answered with a status.
func (c *Contract) Seen(call string, status int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[call+" "+strconv.Itoa(status)]
}

// TakesBody reports whether a call takes a body.
func (c *Contract) TakesBody(t testing.TB, method, path string) bool {
	t.Helper()
	_, call := c.find(t, method, path)
	return call.RequestBody != nil
}

// find returns the path and the call that answer a request.
func (c *Contract) find(t testing.TB, method, path string) (string, described) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	segments := strings.Split(path, "/")
	for pattern, calls := range c.paths {
		fixed := strings.Split(pattern, "/")
		same := len(fixed) == len(segments)
		for i := range fixed {
			same = same && (fixed[i] == segments[i] || strings.HasPrefix(fixed[i], "{"))
		}
		if call, ok := calls[strings.ToLower(method)]; ok && same {
			return pattern, call
		}
	}
	t.Fatalf("%s %s is not described", method, path)
	return "", described{}
}

func (c *Contract) valid(t testing.TB, where, kind, text string) {
	t.Helper()
	c.mu.Lock()
	schema, err := c.compiler.Compile("openapi.json#" + where + "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema")
	c.mu.Unlock()
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err, text)
	require.NoError(t, schema.Validate(value), "%s: %s", where, text)
}

// Calls lists what is described, as "GET /api/me".
func (c *Contract) Calls() (list []string) {
	for path, calls := range c.paths {
		for method := range calls {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}
