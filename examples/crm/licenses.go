package main

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/source"
)

// tab is an owner, or Status.
type tab struct {
	Name, Path string
	Current    bool
	// Waits says that something waits there.
	Waits bool
}

func (s *Server) tabsOf(status *activation.TenantStatus, current string) (tabs []tab) {
	notices := s.notices(status.Attention(s.config.Clock()))
	for _, owner := range s.tabs(status) {
		o := status.Owner(owner)
		waits := o.Pending != nil || o.Unseen || slices.ContainsFunc(notices, func(n notice) bool { return n.Owner == owner || n.Owner == "" })
		tabs = append(tabs, tab{owner, pathTo("licenses", owner), owner == current, waits})
	}
	return append(tabs, tab{"Status", "/status", current == "", false})
}

// licensesPage is the tab of an owner.
type licensesPage struct {
	Tabs       []tab
	Owner      activation.OwnerStatus
	HasSource  bool
	Protected  bool
	Modules    []activation.ModuleStatus
	Hint, Shop string // the hint is what to enter in the demo
}

func (s *Server) licensesHome(w http.ResponseWriter, r *http.Request, _ visitor) error {
	return goTo(w, r, pathTo("licenses", s.owners[0])+query(r.URL.Query(), "done"))
}

func (s *Server) licenses(w http.ResponseWriter, r *http.Request, v visitor) error {
	page, err := s.licensesPage(r, v)
	if err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "licenses", "Licenses", page)
}

func (s *Server) licensesPage(r *http.Request, v visitor) (licensesPage, error) {
	owner := partOf(r, "owner")
	if !slices.Contains(s.tabs(v.status), owner) {
		return licensesPage{}, errNotFound
	}
	page := licensesPage{Tabs: s.tabsOf(v.status, owner), HasSource: slices.Contains(s.owners, owner), Protected: owner == s.owners[0], Owner: v.status.Owner(owner)}
	page.Owner.Owner = owner
	if l := page.Owner.License; l != nil {
		page.Shop = l.ShopURL
	} else if s.demo != nil && s.demo.First[owner] != nil {
		first := s.demo.First[owner]
		page.Hint, page.Shop = s.words.Say("demo.", "hint", first.Licensee), first.ShopURL
	}
	page.Modules = rowsOf(page.Owner.Modules)
	return page, nil
}

// rowsOf leaves hidden modules out, and shows bundles first.
func rowsOf(modules []activation.ModuleStatus) (rows []activation.ModuleStatus) {
	for _, bundles := range []bool{true, false} {
		for _, m := range modules {
			if !m.Module.Hidden && m.Module.Bundle == bundles {
				rows = append(rows, m)
			}
		}
	}
	return rows
}

// check asks the owner's license server.
func (s *Server) check(w http.ResponseWriter, r *http.Request, _ visitor) error {
	result, err := s.crm.Renew(r.Context(), partOf(r, "owner"))
	if err != nil {
		return err
	}
	return shown(w, r, result, "checked")
}

// load takes a file. Its owner is read from the license once it is verified.
func (s *Server) load(w http.ResponseWriter, r *http.Request, v visitor) error {
	file, _, err := r.FormFile("file")
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		err = errNoFile
	}
	if err != nil {
		return err
	}
	result, err := s.crm.As(v.ID).Load(r.Context(), file)
	if err != nil {
		return err
	}
	if rejected(result) {
		return &pageError{status: http.StatusUnprocessableEntity, next: "file", Sentence: "This license is not for this installation. " + s.words.All("rejection.", result.Plan.Rejections)}
	}
	return shown(w, r, result, "current")
}

// rejected reports whether a license came that is good for nothing here.
func rejected(result *activation.Result) bool {
	return result.Plan != nil && result.Plan.Status == planner.Rejected && result.Waiting == ""
}

var errNoFile = refusal(http.StatusBadRequest, "Choose a file first.")

// shown goes on to the page that says what became of a license.
func shown(w http.ResponseWriter, r *http.Request, result *activation.Result, otherwise string) error {
	path, done := pathTo("licenses", result.Owner), otherwise
	switch {
	case result.Activated:
		done = "activated"
	case result.Waiting != "":
		path, done = path+"/activate", "pending"
	case result.Check.Failures > 0 && otherwise == "checked":
		done = "problem"
	case result.Check.Outcome == source.KindIdentityChanged && otherwise == "checked":
		done = "identity"
	}
	return goTo(w, r, path+"?done="+done)
}

// serialPage asks for company and serial.
type serialPage struct {
	Owner, Company, Serial, Problem, Hint string
	First                                 bool
}

func (s *Server) serialForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r, v)
	if err != nil {
		return err
	}
	page := serialPage{Owner: owned.Owner.Owner, Company: owned.Owner.Licensee.Company, Serial: owned.Owner.Licensee.Serial, Hint: owned.Hint, First: owned.Owner.License == nil}
	if expected := owned.Owner.Expected; expected.Serial != "" {
		page.Company, page.Serial = expected.Company, expected.Serial
	}
	if now := owned.Owner.Check.NewLicensee; now != nil { // the owner has announced this change
		page.Company, page.Serial = now.Company, now.Serial
	}
	return s.showSerial(w, r, v, http.StatusOK, page)
}

func (s *Server) showSerial(w http.ResponseWriter, r *http.Request, v visitor, status int, page serialPage) error {
	return s.show(w, r, v, status, "serial", s.words.Say("serial-title.", page.First), page)
}

// changeSerial notes the identity, and asks for its license.
func (s *Server) changeSerial(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r, v)
	if err != nil {
		return err
	}
	page := serialPage{Owner: owned.Owner.Owner, Company: r.PostFormValue("company"), Serial: r.PostFormValue("serial"), Hint: owned.Hint, First: owned.Owner.License == nil}
	if err := s.api.Deeds()["PUT /api/licenses/{owner}/licensee"].Do(r.Context(), v.ID, page.Owner, r.PostFormValue); err != nil {
		var told *api.StatusError
		if !errors.As(err, &told) {
			return err
		}
		page.Problem = told.Sentence
		return s.showSerial(w, r, v, told.Status, page)
	}
	result, err := s.crm.Renew(r.Context(), page.Owner)
	switch {
	case errors.Is(err, activation.ErrNoSource):
		return goTo(w, r, pathTo("licenses", page.Owner)+"?done=expected")
	case err != nil:
		return err
	case rejected(result):
		page.Problem = "They are noted, but the license that came is not for them. " + s.words.All("rejection.", result.Plan.Rejections)
		return s.showSerial(w, r, v, http.StatusUnprocessableEntity, page)
	}
	return shown(w, r, result, "checked")
}

// changesPage is what a license that activated itself has changed.
type changesPage struct {
	Owner activation.OwnerStatus
	Entry activation.HistoryEntry
	Rows  []changeRow
}

// recentHistory is how far back the activation of the active license is looked
// for.
const recentHistory = 200

func (s *Server) changes(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r, v)
	if err != nil {
		return err
	}
	entries, err := s.crm.History(r.Context(), 0, recentHistory)
	if err != nil {
		return err
	}
	page := changesPage{Owner: owned.Owner}
	at := slices.IndexFunc(entries, func(e activation.HistoryEntry) bool {
		return e.Owner == page.Owner.Owner && e.Kind == activation.HistoryActivated
	})
	if at >= 0 {
		page.Entry = entries[at]
		page.Rows = changeRows(page.Owner.Owner, page.Entry.Changes, nil)
	}
	return s.show(w, r, v, http.StatusOK, "changes", "New license activated", page)
}

// statusPage is the tenant at a glance.
type statusPage struct {
	Tabs   []tab
	Status *activation.TenantStatus
	// Next is the next check that the tabs show, and Ends the next expiry.
	Next, Ends activation.OwnerStatus
	Users      int64
}

func (s *Server) status(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := statusPage{Tabs: s.tabsOf(v.status, ""), Status: v.status}
	for _, o := range v.status.Owners {
		if next := o.Check.Next; !next.IsZero() && (page.Next.Check.Next.IsZero() || next.Before(page.Next.Check.Next)) {
			page.Next = o
		}
		if o.License != nil && o.License.Expires != nil && (page.Ends.License == nil || o.License.Expires.Before(*page.Ends.License.Expires)) {
			page.Ends = o
		}
	}
	var err error
	if page.Users, err = s.people.count(r.Context()); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "status", "Status", page)
}

// confirmPage says what will happen, before it does. Its sentences are the words
// for a code, with the figures of what a dry run has found.
type confirmPage struct {
	Code, Action, Back string // the form goes to Action, or to this page if it is empty
	Found              any
	Items              []string
	Fields             url.Values // what the form sends on
}

// confirm asks, unless there was an error.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request, v visitor, page confirmPage, err error) error {
	if err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "confirm", s.words.Say("confirm-title.", page.Code), page)
}

func (s *Server) confirmRemove(w http.ResponseWriter, r *http.Request, v visitor) error {
	owner := partOf(r, "owner")
	released, err := s.crm.DryRun().As(v.ID).Remove(r.Context(), owner)
	page := confirmPage{Code: "remove", Back: pathTo("licenses", owner), Found: map[string]any{"owner": owner}}
	for _, module := range slices.Sorted(maps.Keys(released)) {
		page.Items = append(page.Items, module+": "+plain(released[module])+" lose it.")
	}
	return s.confirm(w, r, v, page, err)
}

func (s *Server) confirmClock(w http.ResponseWriter, r *http.Request, v visitor) error {
	reset, err := s.crm.DryRun().As(v.ID).ResetClock(r.Context())
	page := confirmPage{Code: "clock", Back: "/status", Found: reset}
	if reset.Was.Equal(reset.Is) {
		page.Items = []string{"So nothing changes."}
	}
	return s.confirm(w, r, v, page, err)
}

// digestOf reads a digest from a form.
func digestOf(text string) (d activation.Digest, err error) {
	if err := d.UnmarshalText([]byte(text)); err != nil {
		return d, refusal(http.StatusBadRequest, "The form is incomplete. Load the page again.")
	}
	return d, nil
}

// query writes some parameters of an address, with the question mark.
func query(values url.Values, names ...string) string {
	kept := url.Values{}
	for _, name := range names {
		if value := values.Get(name); value != "" {
			kept.Set(name, value)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + kept.Encode()
}
