package online

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVersionIn(t *testing.T) {
	module := func(version string, replace *debug.Module) *debug.Module {
		return &debug.Module{Path: modulePath, Version: version, Replace: replace}
	}
	for _, row := range []struct {
		name  string
		build debug.BuildInfo
		want  string
	}{
		{"required by a host", debug.BuildInfo{
			Main: debug.Module{Path: "example.com/crm", Version: "v3.0.0"},
			Deps: []*debug.Module{{Path: "example.com/other", Version: "v2.0.0"}, module("v0.1.0", nil)},
		}, "0.1.0"},
		{"a program of ours, at a tag", debug.BuildInfo{Main: *module("v0.1.0", nil)}, "0.1.0"},
		{"a program of ours, in its folder", debug.BuildInfo{Main: *module("(devel)", nil)}, "devel"},
		{"replaced by a folder", debug.BuildInfo{
			Deps: []*debug.Module{module("v0.1.0", &debug.Module{Path: "../seatwright"})},
		}, "devel"},
		{"replaced by a fork", debug.BuildInfo{
			Deps: []*debug.Module{module("v0.1.0", &debug.Module{Path: "example.com/fork", Version: "v0.1.1"})},
		}, "0.1.1"},
		{"not linked by the go command", debug.BuildInfo{}, "devel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.want, versionIn(&row.build))
		})
	}
}
