package feed

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Change says how the next license differs from the last one. The zero value
// changes nothing.
type Change struct {
	// Quantities are the new quantities of modules, by their names without the
	// owner's. A quantity of 0 removes the module, also from those that include or
	// require it.
	Quantities map[string]int64
	// Company and Serial are the new ones of the licensee. Empty ones stay as they were.
	Company, Serial string
	// Days is how long the license lasts from now on. 0 changes nothing.
	Days int
}

// MaxDays is how many days a license from a form lasts at most.
const MaxDays = 10_000

// FormError says that a field of a form is not the number that it should be.
type FormError struct {
	// Field is "days", or the name of a module.
	Field string `json:"field"`
	Min   int64  `json:"min"`
	Max   int64  `json:"max"`
}

// Error returns a sentence without a full stop.
func (e *FormError) Error() string {
	return e.Field + " is not a number from " + strconv.FormatInt(e.Min, 10) + " to " + strconv.FormatInt(e.Max, 10)
}

// ParseForm reads a change from the fields of a form: "quantity " and the name of a
// module, "company", "serial" and "days". A blank field changes nothing. The error
// is a [*FormError].
func ParseForm(form url.Values) (Change, error) {
	c := Change{
		Quantities: make(map[string]int64),
		Company:    strings.TrimSpace(form.Get("company")), Serial: strings.TrimSpace(form.Get("serial")),
	}
	for _, field := range slices.Sorted(maps.Keys(form)) {
		name, quantity := strings.CutPrefix(field, "quantity ")
		text := strings.TrimSpace(form.Get(field))
		if text == "" || !quantity && name != "days" {
			continue
		}
		wrong := &FormError{Field: name, Min: 0, Max: license.MaxSeats}
		if !quantity {
			wrong.Min, wrong.Max = 1, MaxDays
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < wrong.Min || n > wrong.Max {
			return Change{}, wrong
		}
		if quantity {
			c.Quantities[name] = n
		} else {
			c.Days = int(n)
		}
	}
	return c, nil
}

// after returns the license that a change makes of one.
func (c Change) after(last *license.License, now time.Time) *license.License {
	next := *last
	next.Modules = nil
	for _, m := range last.Modules {
		if quantity, named := c.Quantities[m.Name]; named {
			m.Quantity = quantity
		}
		if m.Quantity > 0 {
			next.Modules = append(next.Modules, m)
		}
	}
	gone := func(name string) bool { // a name with an owner stays: what others sell is not known
		return !strings.Contains(name, ".") && !slices.ContainsFunc(next.Modules, func(m license.Module) bool { return m.Name == name })
	}
	for i, m := range next.Modules {
		next.Modules[i].Includes = slices.DeleteFunc(slices.Clone(m.Includes), gone)
		next.Modules[i].Requires = slices.DeleteFunc(slices.Clone(m.Requires), gone)
	}
	next.Licensee.Company = cmp.Or(c.Company, next.Licensee.Company)
	next.Licensee.Serial = cmp.Or(c.Serial, next.Licensee.Serial)
	if c.Days > 0 {
		lasts(&next, now.UTC().Truncate(time.Second).AddDate(0, 0, c.Days))
	}
	return &next
}

// lasts sets when a license ends, from when on users are warned, and until when its
// grace period lasts.
func lasts(l *license.License, expires time.Time) {
	warn, grace := expires.AddDate(0, 0, -30), expires.AddDate(0, 0, 14)
	l.WarnFrom, l.Expires, l.GraceUntil = &warn, &expires, &grace
}
