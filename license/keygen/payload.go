package keygen

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// payload is the content of a file: a JSON:API document.
type payload struct {
	issued   time.Time
	expiry   *time.Time // nil: none
	data     resource
	included []resource
}

// resource is a resource object. Attributes are looked up by their exact names;
// unknown ones are ignored.
type resource struct {
	Type       string
	ID         string
	Attributes object
}

// object is a JSON object with exact names. A struct would match them in any
// case.
type object map[string]json.RawMessage

// The types of resources.
const (
	licenseType     = "licenses"
	machineType     = "machines"
	entitlementType = "entitlements"
)

// parsePayload reads the payload of a file whose signature has been verified.
func parsePayload(data []byte) (*payload, error) {
	var members object
	if err := strictjson.Unmarshal(data, &members); err != nil {
		return nil, invalid("the payload is not one JSON object without duplicate members")
	}
	var meta object
	if !members.read("meta", &meta) {
		return nil, invalid("the member meta is not an object")
	}
	var issued *time.Time
	document := &payload{}
	if !meta.read("issued", &issued) || issued == nil || !meta.read("expiry", &document.expiry) {
		return nil, invalid("meta does not say when the file was issued and expires")
	}
	document.issued = issued.UTC()
	if !members.readResource("data", &document.data) {
		return nil, invalid("the member data is not a resource")
	}
	var included []object
	if !members.read("included", &included) {
		return nil, invalid("the member included is not a list of resources")
	}
	for _, member := range included {
		var included resource
		if !member.readAs(&included) {
			return nil, invalid("the member included is not a list of resources")
		}
		document.included = append(document.included, included)
	}
	return document, nil
}

// read decodes a member. If it is null or missing, the value stays as it is.
func (o object) read(name string, value any) bool {
	raw, ok := o[name]
	return !ok || json.Unmarshal(raw, value) == nil
}

func (o object) readResource(name string, value *resource) bool {
	var members object
	return o.read(name, &members) && members.readAs(value)
}

func (o object) readAs(value *resource) bool {
	return o.read("type", &value.Type) && o.read("id", &value.ID) && o.read("attributes", &value.Attributes) &&
		value.Type != ""
}

// terms are the attributes of a license that this package uses.
type terms struct {
	name                  string
	expiry                *time.Time
	suspended             bool
	maxUsers, maxMachines *int64
}

// license makes a license of the payload, checks it like any other, and returns
// it with its document.
func (p *payload) license(kind kind, options Options) (*license.License, []byte, error) {
	from, err := p.licenseResource(kind, options)
	if err != nil {
		return nil, nil, err
	}
	terms, err := from.terms()
	if err != nil {
		return nil, nil, err
	}
	modules, err := p.siteModules()
	if err != nil {
		return nil, nil, err
	}
	if seats := terms.seats(); seats != nil {
		modules = append(modules, license.Module{Name: options.userModule(), Kind: license.User, Quantity: *seats})
	}
	made := license.License{
		Owner: options.Owner,
		Licensee: license.Licensee{
			Company: either(options.Licensee.Company, terms.name),
			Serial:  either(options.Licensee.Serial, from.ID),
		},
		Number:    p.issued.UnixMilli(),
		IssuedAt:  p.issued,
		NextCheck: p.expiry,
		Expires:   terms.expiry,
		Modules:   modules,
	}
	if options.EndsWithFile && p.expiry != nil && (made.Expires == nil || p.expiry.Before(*made.Expires)) {
		made.Expires = p.expiry
	}
	return judged(made)
}

// licenseResource returns the license of a file. A machine file includes one.
func (p *payload) licenseResource(kind kind, options Options) (resource, error) {
	if kind == licenseFile {
		if p.data.Type != licenseType {
			return resource{}, invalid("the license file is not about a license")
		}
		return p.data, nil
	}
	if p.data.Type != machineType {
		return resource{}, invalid("the machine file is not about a machine")
	}
	var fingerprint string
	if !p.data.Attributes.read("fingerprint", &fingerprint) ||
		options.Fingerprint != "" && options.Fingerprint != fingerprint {
		return resource{}, invalid("the machine file is for another machine")
	}
	var found []resource
	for _, included := range p.included {
		if included.Type == licenseType {
			found = append(found, included)
		}
	}
	if len(found) != 1 {
		return resource{}, invalid("the machine file includes %d licenses instead of its own", len(found))
	}
	return found[0], nil
}

// terms reads the attributes of a license. It refuses a suspended one.
func (r resource) terms() (terms, error) {
	var t terms
	for _, attribute := range []struct {
		name  string
		value any
	}{
		{"name", &t.name},
		{"expiry", &t.expiry},
		{"suspended", &t.suspended},
		{"maxUsers", &t.maxUsers},
		{"maxMachines", &t.maxMachines},
	} {
		if !r.Attributes.read(attribute.name, attribute.value) {
			return terms{}, invalid("the license's attribute %s has the wrong type", attribute.name)
		}
	}
	if t.suspended {
		return terms{}, invalid("the license is suspended")
	}
	return t, nil
}

// seats returns the limit that counts, or nil if there is none.
func (t terms) seats() *int64 {
	if t.maxUsers != nil {
		return t.maxUsers
	}
	return t.maxMachines
}

// siteModules makes a site module of each entitlement.
func (p *payload) siteModules() ([]license.Module, error) {
	modules := []license.Module{}
	for _, included := range p.included {
		if included.Type != entitlementType {
			continue
		}
		var code, name string
		ok := included.Attributes.read("code", &code) && included.Attributes.read("name", &name)
		module, valid := moduleName(code)
		if !ok || !valid {
			return nil, invalid("entitlement %d has no code that can be made a module's name", len(modules)+1)
		}
		modules = append(modules, license.Module{Name: module, Description: name, Kind: license.Site, Quantity: 1})
	}
	return modules, nil
}

// separators replaces the characters between the words of a code that a name
// cannot have.
var separators = strings.NewReplacer("_", "-", ".", "-", " ", "-")

func moduleName(code string) (string, bool) {
	return license.FoldName(separators.Replace(code))
}

func either(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// judged returns the license as it is read back from its document, and the
// document.
func judged(made license.License) (*license.License, []byte, error) {
	document, err := json.Marshal(made)
	if err != nil {
		return nil, nil, invalid("the license cannot be written as a document")
	}
	parsed, err := license.Parse(document)
	if err != nil {
		noun, count := "findings", len(license.FindingsOf(err))
		if count == 1 {
			noun = "finding"
		}
		return nil, nil, &signed.Error{
			Code:   signed.CodeInvalid,
			Detail: fmt.Sprintf("the file is authentic, but makes no valid license: %d %s", count, noun),
			Err:    err,
		}
	}
	return parsed, document, nil
}

func invalid(format string, figures ...any) error {
	return refuse(signed.CodeInvalid, "the file is authentic, but "+format, figures...)
}
