package license

import (
	"strings"
	"time"
	"unicode"

	"github.com/seatwright/seatwright/internal/strictjson"
)

var documentMembers = newObject(
	memberOf{name: "owner", required: true, form: anObject, read: func(r *reader) bool {
		r.object(ownerMembers)
		return true
	}},
	memberOf{name: "licensee", required: true, form: anObject, read: func(r *reader) bool {
		r.object(licenseeMembers)
		return true
	}},
	memberOf{
		name: "number", required: true, form: "an integer from 1 to 9007199254740991",
		read: func(r *reader) bool { return r.integer(&r.license.Number, 1, MaxNumber) },
	},
	memberOf{name: "issuedAt", required: true, form: anInstant, read: func(r *reader) bool {
		return r.instant(&r.license.IssuedAt)
	}},
	optionalInstant("validFrom", func(l *License) **time.Time { return &l.ValidFrom }),
	optionalInstant("nextCheck", func(l *License) **time.Time { return &l.NextCheck }),
	optionalInstant("warnFrom", func(l *License) **time.Time { return &l.WarnFrom }),
	optionalInstant("maintenanceUntil", func(l *License) **time.Time { return &l.MaintenanceUntil }),
	optionalInstant("expires", func(l *License) **time.Time { return &l.Expires }),
	optionalInstant("graceUntil", func(l *License) **time.Time { return &l.GraceUntil }),
	licenseText("version", func(l *License) *string { return &l.Version }),
	licenseText("product", func(l *License) *string { return &l.Product }),
	licenseText("deployment", func(l *License) *string { return &l.Deployment }),
	memberOf{
		name: "shopURL", form: "an absolute https URL by RFC 3986, with a host and without user information",
		read: func(r *reader) bool { return r.text(&r.license.ShopURL, shopURL) },
	},
	memberOf{
		name: "modules", required: true, form: anArray, elements: anObject,
		read: (*reader).modules,
	},
	memberOf{name: "critical", form: anArray, elements: aText, read: func(r *reader) bool {
		return r.list(&r.license.Critical, anyText)
	}},
)

var ownerMembers = newObject(
	memberOf{name: "name", required: true, form: aName, read: func(r *reader) bool {
		return r.text(&r.license.Owner.Name, FoldName)
	}},
	memberOf{name: "description", form: aText, read: func(r *reader) bool {
		return r.text(&r.license.Owner.Description, anyText)
	}},
)

var licenseeMembers = newObject(
	memberOf{name: "company", required: true, form: aCompany, read: func(r *reader) bool {
		return r.text(&r.license.Licensee.Company, company)
	}},
	memberOf{name: "serial", required: true, form: aSerial, read: func(r *reader) bool {
		return r.text(&r.license.Licensee.Serial, serial)
	}},
)

func optionalInstant(name string, field func(*License) **time.Time) memberOf {
	return memberOf{name: name, form: anInstant, read: func(r *reader) bool {
		return r.optionalInstant(field(&r.license))
	}}
}

func licenseText(name string, field func(*License) *string) memberOf {
	return memberOf{name: name, form: aText, read: func(r *reader) bool {
		return r.text(field(&r.license), anyText)
	}}
}

// company is the form of texts that are compared and stored without surrounding
// white space. A tab counts as white space there.
func company(s string) (string, bool) {
	trimmed := strings.TrimSpace(s)
	return s, trimmed != "" && !strings.ContainsFunc(trimmed, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
}

// serial is company for a text that is also a key in every store and part of a
// feed's URL.
func serial(s string) (string, bool) {
	_, valid := company(s)
	return s, valid && !strings.Contains(strings.TrimSpace(s), "\t") && len(strings.TrimSpace(s)) <= MaxSerialLength
}

func shopURL(s string) (string, bool) { return s, isShopURL(s) }

// document reads the whole document. It returns which members are present;
// usable values are in the license.
func (r *reader) document() (present memberSet) {
	present, _ = r.object(documentMembers)
	return present
}

// modules reads the modules. It keeps the facts of all of them for the rules
// between modules, but puts no more than the limit into the license.
func (r *reader) modules() bool {
	if !r.is(strictjson.Array) {
		return false
	}
	r.license.Modules = []Module{}
	count := 0
	r.elements(func() {
		r.readModule(count)
		count++
	})
	if count > MaxModules {
		r.add(CodeTooManyModules)
	}
	return true
}
