package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// tab is an owner, or Status.
type tab struct {
	Name, Path string
	Current    bool
	// Attention says that something waits there.
	Attention bool
}

// tabsOf marks the tabs on which something waits, what needs attention among it.
func (s *Server) tabsOf(status *activation.TenantStatus, items []attention.Item, current string) (tabs []tab) {
	for _, owner := range s.tabs(status) {
		waits := slices.ContainsFunc(status.Owners, func(o activation.OwnerStatus) bool {
			return o.Owner == owner && (o.Pending != nil || o.Unseen)
		}) || slices.ContainsFunc(items, func(item attention.Item) bool { return concerns(item, owner) })
		tabs = append(tabs, tab{owner, pathTo("licenses", owner), owner == current, waits})
	}
	return append(tabs, tab{"Status", "/status", current == "", false})
}

// licensesPage is the tab of an owner.
type licensesPage struct {
	Tabs    []tab
	Owner   activation.OwnerStatus
	State   string
	Check   string
	HasFeed bool
	Modules []moduleRow
	Notices []notice
	Left    leftOut
	Hint    string // in the demo, what to enter
	Shop    string
}

// notice is what somebody should do something about.
type notice struct {
	Text     string
	Critical bool
}

// noticesOf leaves out what the page has words of its own for: a license that
// can't be trusted, and an offer that is ready.
func noticesOf(items []attention.Item, owner string) (list []notice) {
	for _, item := range items {
		elsewhere := item.Code == attention.Unverified || item.Code == attention.OfferReady
		if concerns(item, owner) && !elsewhere {
			text := strings.TrimPrefix(item.String(), owner+": ") // the page is the owner's
			list = append(list, notice{sentence(text), item.Severity == attention.Critical})
		}
	}
	return list
}

// concerns reports whether something about an owner, or about the installation,
// needs somebody.
func concerns(item attention.Item, owner string) bool {
	return (item.Owner == owner || item.Owner == "") && item.Severity.Above(attention.Info)
}

// moduleRow is a module that administrators see.
type moduleRow struct {
	activation.ModuleStatus
	Site bool
}

func (s *Server) licensesHome(w http.ResponseWriter, r *http.Request, _ visitor) error {
	http.Redirect(w, r, pathTo("licenses", s.owners[0])+query(r.URL.Query(), "done"), http.StatusSeeOther)
	return nil
}

func (s *Server) licenses(w http.ResponseWriter, r *http.Request, v visitor) error {
	page, err := s.licensesPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "licenses", "Licenses", page)
}

func (s *Server) licensesPage(r *http.Request) (licensesPage, error) {
	owner := partOf(r, "owner")
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return licensesPage{}, err
	}
	if !slices.Contains(s.tabs(status), owner) {
		return licensesPage{}, errNotFound
	}
	items := status.Attention(s.sessions.clock())
	page := licensesPage{Tabs: s.tabsOf(status, items, owner), HasFeed: slices.Contains(s.owners, owner), Owner: activation.OwnerStatus{Owner: owner}, Left: make(leftOut)}
	for _, o := range status.Owners {
		if o.Owner == owner {
			page.Owner = o
		}
	}
	if page.Owner.License != nil {
		page.State, page.Shop = stateSentence(page.Owner.License, page.Owner.State), page.Owner.License.ShopURL
	} else if s.demo != nil && s.demo.first[owner] != nil {
		page.Hint, page.Shop = s.demo.hint(owner), s.demo.first[owner].ShopURL
	}
	page.Check = checkSentence(page.Owner.Check)
	page.Notices = cut(page.Left, "notices", noticesOf(items, owner), maxListed)
	page.Modules = cut(page.Left, "modules", rowsOf(page.Owner.Modules), maxListed)
	return page, nil
}

// rowsOf leaves hidden modules out, and shows bundles first.
func rowsOf(modules []activation.ModuleStatus) (rows []moduleRow) {
	for _, bundles := range []bool{true, false} {
		for _, m := range modules {
			if !m.Module.Hidden && m.Module.Bundle == bundles {
				rows = append(rows, moduleRow{m, m.Module.Kind == license.Site})
			}
		}
	}
	return rows
}

// check asks the owner's feed.
func (s *Server) check(w http.ResponseWriter, r *http.Request, _ visitor) error {
	owner := partOf(r, "owner")
	result, err := s.crm.Renew(r.Context(), owner)
	if err != nil {
		return err
	}
	s.shown(w, r, result, "checked")
	return nil
}

// load takes a file. Its owner is read from the license once it is verified.
func (s *Server) load(w http.ResponseWriter, r *http.Request, v visitor) error {
	file, err := uploaded(r)
	if err != nil {
		return err
	}
	result, err := s.crm.As(v.ID).Load(r.Context(), file)
	if err != nil {
		return err
	}
	if result.Plan != nil && result.Plan.Status == planner.Rejected && result.Waiting == "" {
		return &pageError{
			http.StatusUnprocessableEntity,
			"This license is not for this installation. " + rejectionSentences(result.Plan.Rejections) + " Nothing changed.",
		}
	}
	s.shown(w, r, result, "current")
	return nil
}

// uploaded is the file of a form, read as it comes.
func uploaded(r *http.Request) (io.Reader, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &pageError{http.StatusBadRequest, "Choose a file first."}
	}
	for {
		part, err := parts.NextPart()
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return nil, err
		case err != nil:
			return nil, &pageError{http.StatusBadRequest, "Choose a file first."}
		case part.FormName() == "file" && part.FileName() != "":
			return part, nil
		}
	}
}

// shown goes on to the page that says what became of a license.
func (s *Server) shown(w http.ResponseWriter, r *http.Request, result *activation.Result, otherwise string) {
	path, done := pathTo("licenses", result.Owner), otherwise
	switch {
	case result.Activated:
		done = "activated"
	case result.Waiting != "":
		path, done = path+"/activate", "pending"
	case result.Check.Failures > 0 && otherwise == "checked":
		done = "problem"
	}
	http.Redirect(w, r, path+"?done="+done, http.StatusSeeOther)
}

// serialPage asks for company and serial.
type serialPage struct {
	Owner, Company, Serial, Problem, Hint string
}

func (s *Server) serialForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r)
	if err != nil {
		return err
	}
	page := serialPage{Owner: owned.Owner.Owner, Company: owned.Owner.Licensee.Company, Serial: owned.Owner.Licensee.Serial, Hint: owned.Hint}
	if expected := owned.Owner.Expected; expected.Serial != "" {
		page.Company, page.Serial = expected.Company, expected.Serial
	}
	if now := owned.Owner.Check.NewLicensee; now != nil { // as the feed has said
		page.Company, page.Serial = now.Company, now.Serial
	}
	return s.show(w, r, v, http.StatusOK, "serial", "Change serial number", page)
}

// changeSerial notes the identity, and asks the feed for its license.
func (s *Server) changeSerial(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r)
	if err != nil {
		return err
	}
	to := planner.Expected{Company: r.PostFormValue("company"), Serial: r.PostFormValue("serial")}
	page := serialPage{Owner: owned.Owner.Owner, Company: to.Company, Serial: to.Serial, Hint: owned.Hint}
	if license.SameText(to.Company, "") || license.SameText(to.Serial, "") {
		page.Problem = "Enter both, as the vendor has given them to you."
		return s.show(w, r, v, http.StatusUnprocessableEntity, "serial", "Change serial number", page)
	}
	if err := s.crm.As(v.ID).Expect(r.Context(), page.Owner, to); err != nil {
		return err
	}
	result, err := s.crm.Renew(r.Context(), page.Owner)
	switch {
	case errors.Is(err, activation.ErrNoSource):
		http.Redirect(w, r, pathTo("licenses", page.Owner)+"?done=expected", http.StatusSeeOther)
		return nil
	case err != nil:
		return err
	case result.Plan != nil && result.Plan.Status == planner.Rejected && result.Waiting == "":
		page.Problem = "They are noted, but the license that the feed has is not for them. " + rejectionSentences(result.Plan.Rejections)
		return s.show(w, r, v, http.StatusUnprocessableEntity, "serial", "Change serial number", page)
	}
	s.shown(w, r, result, "checked")
	return nil
}

// changesPage is what a license that activated itself has changed.
type changesPage struct {
	Owner  activation.OwnerStatus
	Entry  activation.HistoryEntry
	Rows   []changeRow
	Left   leftOut
	Digest string
}

// recentHistory is how far back the activation of the active license is looked
// for.
const recentHistory = 200

func (s *Server) changes(w http.ResponseWriter, r *http.Request, v visitor) error {
	owned, err := s.licensesPage(r)
	if err != nil {
		return err
	}
	entries, err := s.crm.History(r.Context(), 0, recentHistory)
	if err != nil {
		return err
	}
	page := changesPage{Owner: owned.Owner, Left: make(leftOut), Digest: owned.Owner.Digest.String()}
	for _, e := range entries {
		if e.Owner == page.Owner.Owner && e.Kind == activation.HistoryActivated {
			page.Entry = e
			page.Rows = cut(page.Left, "rows", changeRows(page.Owner.Owner, e.Changes, nil, page.Owner.License), maxListed)
			break
		}
	}
	return s.show(w, r, v, http.StatusOK, "changes", "New license activated", page)
}

func (s *Server) acknowledge(w http.ResponseWriter, r *http.Request, v visitor) error {
	seen, err := digestField(r, "digest")
	if err != nil {
		return err
	}
	if err := s.crm.As(v.ID).Acknowledge(r.Context(), seen); err != nil {
		return err
	}
	http.Redirect(w, r, pathTo("licenses", partOf(r, "owner"))+"?done=acknowledged", http.StatusSeeOther)
	return nil
}

// statusPage is the tenant at a glance.
type statusPage struct {
	Tabs  []tab
	At    time.Time
	Next  time.Time // of the checks
	Ends  time.Time // the next expiry
	Users int64
	Rows  []statusRow
}

type statusRow struct {
	activation.OwnerStatus
	State, Check string
}

func (s *Server) status(w http.ResponseWriter, r *http.Request, v visitor) error {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return err
	}
	page := statusPage{Tabs: s.tabsOf(status, status.Attention(s.sessions.clock()), ""), At: status.At, Next: status.NextCheck}
	if page.Users, err = s.people.count(r.Context()); err != nil {
		return err
	}
	for _, o := range status.Owners {
		row := statusRow{OwnerStatus: o, State: "No license is active", Check: checkSentence(o.Check)}
		if o.License != nil {
			row.State = stateSentence(o.License, o.State)
			if ends, ok := o.License.End(); ok && (page.Ends.IsZero() || ends.Before(page.Ends)) {
				page.Ends = ends
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return s.show(w, r, v, http.StatusOK, "status", "Status", page)
}

// digestField reads a digest from a form.
func digestField(r *http.Request, name string) (d activation.Digest, err error) {
	if err := d.UnmarshalText([]byte(r.PostFormValue(name))); err != nil {
		return d, &pageError{http.StatusBadRequest, "The form is incomplete. Load the page again."}
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
