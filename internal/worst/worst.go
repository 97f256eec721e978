// Package worst makes licenses that cost as much as license.Parse lets them, for
// tests of what is done with them, and of what is said about them.
package worst

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Owner has a name as long as can be, since full names carry it.
var Owner = strings.Repeat("o", license.MaxNameLength)

// Licensee is whose licenses they are.
var Licensee = license.Licensee{Company: "Example AS", Serial: "S-1"}

// Kinds names what there is too much of.
var Kinds = []string{"modules", "includes", "requires", "both", "types", "texts"}

// Enveloped is the size of the largest documents that fit into an envelope, which
// is read up to 1 MiB, too.
const Enveloped = 740_000

// License returns a license of a kind, whose document has almost the size.
func License(kind string, size int, number int64, issued time.Time) *license.License {
	l := &license.License{
		Owner: license.Owner{Name: Owner}, Licensee: Licensee, Number: number, IssuedAt: issued,
	}
	share := float64(size) / license.MaxDocumentSize
	l.Modules = modules[kind](func(n int) int { return int(float64(n) * share) }, func(n int) int { return int(float64(n) * math.Sqrt(share)) })
	return l
}

// modules has what makes the modules of a kind. The first function scales what
// grows with the size, the second what grows with its root.
var modules = map[string]func(whole, root func(int) int) []license.Module{
	// As many modules as can be, each a satellite's or a user's.
	"modules": func(whole, _ func(int) int) []license.Module {
		list := plain(license.MaxModules)
		for i := range list {
			list[i].Name = fmt.Sprintf("%s%d", strings.Repeat("m", 59), i+1000)
			list[i].Description = strings.Repeat("d", whole(209)-121)
		}
		return list
	},
	// Bundles that include all of the others.
	"includes": func(_, root func(int) int) []license.Module {
		return bundled(plain(root(410)), root(410))
	},
	// Modules that require all that come before them.
	"requires": func(_, root func(int) int) []license.Module { return requiring(plain(root(580))) },
	// Bundles that include all of modules that require each other.
	"both": func(_, root func(int) int) []license.Module {
		return bundled(requiring(plain(root(245))), root(560))
	},
	// A module for very many types of holders.
	"types": func(whole, _ func(int) int) []license.Module {
		list := plain(2)
		for i := range whole(136_000) {
			list[0].AssignableTo = append(list[0].AssignableTo, "t"+strconv.FormatInt(int64(i), 36))
		}
		return list
	},
	// Few modules with texts as long as can be.
	"texts": func(whole, _ func(int) int) []license.Module {
		list := plain(4)
		for i := range list {
			list[i].Description = strings.Repeat("d", whole(260_000))
		}
		return list
	},
}

// plain returns modules with short names.
func plain(n int) []license.Module {
	list := make([]license.Module, n)
	for i := range list {
		list[i] = license.Module{Name: short(i), Kind: license.User, Quantity: 2}
	}
	return list
}

func short(i int) string { return "m" + strconv.FormatInt(int64(i), 36) }

// bundled adds bundles that include all modules.
func bundled(list []license.Module, bundles int) []license.Module {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.Name
	}
	for i := range bundles {
		list = append(list, license.Module{Name: "b" + strconv.FormatInt(int64(i), 36), Kind: license.User, Quantity: 2, Bundle: true, Includes: names})
	}
	return list
}

// requiring has each module require all before it.
func requiring(list []license.Module) []license.Module {
	for i := range list {
		for j := range i {
			list[i].Requires = append(list[i].Requires, list[j].Name)
		}
	}
	return list
}
