package deps

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// A bill is a CycloneDX document. It has no serial number and no time, so that
// it is the same for the same modules.
type bill struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string          `json:"type"`
	Ref      string          `json:"bom-ref"`
	Name     string          `json:"name"`
	Version  string          `json:"version,omitempty"`
	URL      string          `json:"purl"`
	Licenses []licenseChoice `json:"licenses,omitempty"`
}

type licenseChoice struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

// checkBills compares docs/sbom with what the packages link that a host imports.
// Modules of ours that have none, such as programs, have no bill.
func checkBills(t *testing.T, modules []workspaceModule) {
	t.Helper()
	written := 0
	for _, module := range modules {
		if len(module.linked) == 0 {
			continue
		}
		written++
		name := filepath.Join(root, "docs", "sbom", strings.ReplaceAll(module.name(), "/", "-")+".cdx.json")
		want := billOf(t, module)
		if *update {
			require.NoError(t, os.WriteFile(name, want, 0o600))
			continue
		}
		recorded, err := os.ReadFile(name)
		require.NoError(t, err, advice)
		if diff := cmp.Diff(string(want), string(recorded)); diff != "" {
			t.Errorf("%s is not what the module links; %s (-linked +recorded):\n%s", name, advice, diff)
		}
	}
	files, err := filepath.Glob(root + "/docs/sbom/*")
	require.NoError(t, err)
	require.Len(t, files, written, "a bill of a module that is gone")
}

func billOf(t *testing.T, of workspaceModule) []byte {
	t.Helper()
	path := module
	if of.folder != "." {
		path += "/" + of.folder
	}
	result := bill{Format: "CycloneDX", SpecVersion: "1.6", Version: 1}
	result.Metadata.Component = newComponent(path, "")
	for _, linked := range of.linked {
		added := newComponent(linked.path, linked.version)
		for id := range strings.SplitSeq(license(t, linked), ", ") {
			var one licenseChoice
			one.License.ID = id
			added.Licenses = append(added.Licenses, one)
		}
		result.Components = append(result.Components, added)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(result))
	return text.Bytes()
}

// newComponent names a module by its package URL, as CycloneDX does for Go.
func newComponent(path, version string) component {
	url := "pkg:golang/" + path
	if version != "" {
		url += "@" + version
	}
	return component{Type: "library", Ref: url, Name: path, Version: version, URL: url}
}
