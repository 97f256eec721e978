package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// described is what openapi.json says of a call.
type described struct {
	RequestBody *struct {
		Content map[string]any `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Ref string `json:"$ref"`
	} `json:"responses"`
}

// contract is openapi.json, and what of it was seen.
type contract struct {
	compiler *jsonschema.Compiler
	paths    map[string]map[string]described
	mu       sync.Mutex
	seen     map[string]bool // "GET /api/me 200"
}

var theContract = sync.OnceValues(func() (*contract, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		return nil, err
	}
	c := &contract{compiler: jsonschema.NewCompiler(), seen: make(map[string]bool)}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", document); err != nil {
		return nil, err
	}
	var read struct {
		Paths map[string]map[string]described `json:"paths"`
	}
	err = json.Unmarshal(openAPI, &read)
	c.paths = read.Paths
	return c, err
})

func contractOf(t testing.TB) *contract {
	t.Helper()
	c, err := theContract()
	require.NoError(t, err)
	return c
}

// call sends JSON, and holds the answer, and what was sent if it was taken, to
// what is described.
func (b *browser) call(method, path, body string) answer {
	b.t.Helper()
	a := b.json(method, path, body)
	contractOf(b.t).check(b.t, method, path, body, a)
	return a
}

func (c *contract) check(t testing.TB, method, path, body string, a answer) {
	t.Helper()
	pattern, call := c.find(t, method, path)
	response, ok := call.Responses[strconv.Itoa(a.status)]
	require.True(t, ok, "%s %s: status %d is not described: %s", method, pattern, a.status, a.body)
	place := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(pattern) + "/" + strings.ToLower(method)
	kind := "application/json"
	if a.status != http.StatusOK {
		kind = "application/problem+json"
	}
	require.Equal(t, kind, a.header.Get("Content-Type"))
	where := place + "/responses/" + strconv.Itoa(a.status)
	if response.Ref != "" {
		where = strings.TrimPrefix(response.Ref, "#")
	}
	c.valid(t, where, kind, a.body)
	if a.status == http.StatusOK && call.RequestBody != nil {
		c.valid(t, place+"/requestBody", "application/json", body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[method+" "+pattern+" "+strconv.Itoa(a.status)] = true
}

// find returns the path and the call that answer a request.
func (c *contract) find(t testing.TB, method, path string) (string, described) {
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

func (c *contract) valid(t testing.TB, where, kind, text string) {
	t.Helper()
	c.mu.Lock()
	schema, err := c.compiler.Compile("openapi.json#" + where + "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema")
	c.mu.Unlock()
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err, text)
	require.NoError(t, schema.Validate(value), "%s: %s", where, text)
}

// calls lists what is described, as the routes are written.
func (c *contract) calls() (list []string) {
	for path, calls := range c.paths {
		for method := range calls {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

// TestOpenAPIDescribesEveryCall compares the document with the routes.
func TestOpenAPIDescribesEveryCall(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	routes := append(slices.Collect(maps.Keys(s.apiCalls())), "GET /api/me")
	slices.Sort(routes)
	require.Equal(t, routes, contractOf(t).calls())

	a := s.newBrowser(t).get("/api/openapi.json")
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.Equal(t, string(openAPI), a.body)
	require.Contains(t, a.body, `"openapi": "3.1.0"`)
}

// TestOpenAPIIsComplete looks for references to nothing, schemas that nobody
// uses, and parameters of paths that are not described.
func TestOpenAPIIsComplete(t *testing.T) {
	var document struct {
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components map[string]map[string]any            `json:"components"`
	}
	require.NoError(t, json.Unmarshal(openAPI, &document))
	for kind, members := range document.Components {
		for name := range members {
			if kind == "securitySchemes" {
				continue
			}
			require.Contains(t, string(openAPI), `"#/components/`+kind+"/"+name+`"`, "nobody uses it")
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
