package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
)

// described compiles the schemas in openapi.json, which check bodies.
func described() (map[string]*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(OpenAPI))
	compiler, schemas := jsonschema.NewCompiler(), make(map[string]*jsonschema.Schema)
	err = errors.Join(err, compiler.AddResource("openapi.json", document))
	for _, name := range []string{"SelectionBody", "ActivationBody", "OfferBody", "DigestBody", "ModuleBody", "SwitchBody", "JobBody", "Licensee"} {
		schema, failed := compiler.Compile("openapi.json#/components/schemas/" + name)
		schemas[name], err = schema, errors.Join(err, failed)
	}
	return schemas, err
}

// read reads the body of a call, by its schema. It accepts only JSON, which no form
// of another site can send.
//
// The package json here is the planned successor of encoding/json: it refuses a
// member that occurs twice, and text that is not UTF-8.
func (a *API) read(r *http.Request, schema string, into any) error {
	if err := isJSON(r, "application/json"); err != nil {
		return err
	}
	text, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	var value any
	if err != nil || json.Unmarshal(text, &value) != nil || a.schemas[schema].Validate(value) != nil || json.Unmarshal(text, into) != nil {
		return errBody
	}
	return nil
}

func isJSON(r *http.Request, kinds ...string) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(kinds, kind) {
		return &StatusError{http.StatusUnsupportedMediaType, "Send " + strings.Join(kinds, " or ") + "."}
	}
	return nil
}

// plan plans the owner's offer with the releases and switches that a call asks for.
func (a *API) plan(r *http.Request) (*activation.Preview, error) {
	var selection planner.Selection
	if err := a.read(r, "SelectionBody", &selection); err != nil {
		return nil, err
	}
	return a.tenant.Plan(r.Context(), part(r, "owner"), selection)
}
