package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

const (
	customers = 300
	partners  = 4
)

// year is a year of a vendor with its partners, by the commands alone, and of the
// hosts of all customers.
type year struct {
	vendor
	now   time.Time
	hosts []*host
	trust *signed.Trust // what the hosts trust
	slips int
}

// host is what a customer has of an owner.
type host struct {
	owner, serial string
	offline       bool // gets files, and each a month late
	withdrawn     bool
	active        []byte // the envelope
	license       *license.License
	opened        *signed.Trust // what opened the envelope
}

// TestYear: with every slip of the hand that is injected refused or warned of, no
// customer lapses.
func TestYear(t *testing.T) {
	y := &year{vendor: inMemory(t), now: day0}
	y.ceremony()
	y.firstLicenses()
	slips := y.injected()
	events := map[string]func(){
		"2027-02-10": y.moreSeats, "2027-03-10": y.trials, "2027-05-05": y.rename, "2027-05-19": y.withdraw,
		"2027-06-02": y.leak, "2027-07-14": y.revoke, "2027-10-20": y.renewal,
	}
	for n := 0; y.now.Before(day0.AddDate(1, 2, 0)); n++ {
		if event := events[y.now.Format(time.DateOnly)]; event != nil {
			event()
			delete(events, y.now.Format(time.DateOnly))
		}
		if n%2 == 0 && len(slips) > 0 { // one every four weeks, and the rest at the end
			y.slip(slips[0])
			slips = slips[1:]
		}
		y.fetchAll()
		y.now = y.now.AddDate(0, 0, 14)
		if n%4 == 0 {
			y.check()
		}
	}
	for _, s := range slips {
		y.slip(s)
	}
	if len(events) > 0 || y.slips < 20 {
		t.Errorf("%d events did not happen, %d slips were injected", len(events), y.slips)
	}
	for _, h := range y.hosts {
		if !h.withdrawn && !h.license.Expires.After(day0.AddDate(1, 6, 0)) {
			t.Errorf("%s/%s has a license until %s", h.owner, h.serial, h.license.Expires)
		}
	}
}

// inMemory is a vendor whose folder is in memory, where the system has one there:
// a year writes a thousand files, and each waits for the disk.
func inMemory(t *testing.T) vendor {
	t.Helper()
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		return newVendor(t)
	}
	dir, err := os.MkdirTemp(memory, "vendor") //nolint:usetesting // t.TempDir is on the disk
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Chdir(dir)
	return vendor{t, dir}
}

// day0 is a Wednesday, as all days of the year are on which something happens.
var day0 = time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)

// try runs a command on the day.
func (y *year) try(args ...string) (stdout, stderr string, status int) {
	var out, problems bytes.Buffer
	p := program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &problems, user: "eva",
		now: func() time.Time { return y.now }, ask: func(string) ([]byte, error) { return []byte("correct horse"), nil },
	}
	status = p.run(y.t.Context(), args)
	return out.String(), problems.String(), status
}

// do runs a command that has to succeed, in words without spaces.
func (y *year) do(line string, args ...any) string {
	y.t.Helper()
	line = fmt.Sprintf(line, args...)
	stdout, stderr, status := y.try(strings.Fields(line)...)
	if status != exitOK || withoutWarnings(stderr) != "" {
		y.t.Fatalf("%s: vendor %s: status %d\n%s", y.now.Format(time.DateOnly), line, status, stderr)
	}
	return stdout
}

func (y *year) day(months int) string { return y.now.AddDate(0, months, 0).Format(time.RFC3339) }

// ceremony makes the keys, the trust file and the grants.
func (y *year) ceremony() {
	y.do("keygen -out root")
	owners := "-owner acme"
	for p := range partners {
		owners += fmt.Sprintf(" -owner partner%d", p)
	}
	y.do("trust %s -grant root.pub.jwk -out trust.json", owners)
	y.key("acme", "acme")
	for p := range partners {
		y.key(fmt.Sprintf("partner%d", p), fmt.Sprintf("partner%d", p))
	}
	y.hostsTrust("trust.json")
}

// key makes a key with a grant for an owner.
func (y *year) key(name, owner string) {
	y.do("keygen -out %s -force", name)
	y.do("grant -key root.jwk -owner %s -for %s.pub.jwk -from %s -to %s -trust trust.json -out %s.grant -force", owner, name, y.day(0), y.day(16), name)
}

func (y *year) hostsTrust(name string) {
	y.t.Helper()
	trust, err := signed.ParseTrust(y.read(name))
	if err != nil {
		y.t.Fatal(err)
	}
	y.trust = trust
}

// by are the flags by which an owner issues.
func by(key, owner string) string {
	return fmt.Sprintf("-key %s.jwk -grant %s.grant -trust trust.json -feed feed -ledger %s.jsonl", key, key, owner)
}

// document is one for a year from the day on.
func (y *year) document(owner, serial string, number int, change map[string]string) string {
	all := map[string]string{
		"owner":    fmt.Sprintf(`{"name": %q}`, owner),
		"issuedAt": fmt.Sprintf("%q", y.day(0)), "nextCheck": fmt.Sprintf("%q", y.day(1)),
		"warnFrom": fmt.Sprintf("%q", y.day(11)), "expires": fmt.Sprintf("%q", y.day(12)), "graceUntil": fmt.Sprintf("%q", y.day(13)),
	}
	for name, value := range change {
		all[name] = value
	}
	return licenseFor(serial, number, all)
}

func serial(customer int) string { return fmt.Sprintf("S-%03d", customer) }

// firstLicenses issues one of the vendor and one of a partner to each customer.
func (y *year) firstLicenses() {
	rows := func(of func(customer int) bool) string {
		text := "licensee.serial,licensee.company,modules.web.quantity\n"
		for c := range customers {
			if of(c) {
				text += fmt.Sprintf("%s,Company %s,%d\n", serial(c), serial(c), 1+c%40)
			}
		}
		return text
	}
	all := func(owner string, of func(int) bool) {
		y.write("rows.csv", rows(of))
		y.write("template.json", y.document(owner, "", 1, nil))
		y.do("issue %s -rows rows.csv template.json", by(owner, owner))
	}
	all("acme", func(int) bool { return true })
	for p := range partners {
		all(fmt.Sprintf("partner%d", p), func(c int) bool { return partnerOf(c) == p })
	}
	for c := range customers {
		y.hosts = append(y.hosts, &host{owner: "acme", serial: serial(c), offline: c%30 == 7})
		if p := partnerOf(c); p >= 0 {
			y.hosts = append(y.hosts, &host{owner: fmt.Sprintf("partner%d", p), serial: serial(c), offline: c%30 == 7})
		}
	}
}

// partnerOf returns the number of the partner that a customer buys of, as every
// third one does, and -1 for others.
func partnerOf(customer int) int {
	if customer%3 != 1 {
		return -1
	}
	return customer / 3 % partners
}

func (y *year) moreSeats() {
	for c := range 20 {
		y.write("next.json", strings.Replace(y.document("acme", serial(c), 2, nil), `"quantity": 21`, `"quantity": 60`, 1))
		y.write("scenario.json", fmt.Sprintf(`{"name":"n","now":%q,"active":[%s],"holders":[]}`, y.day(0), y.document("acme", serial(c), 1, nil)))
		y.do("preview next.json scenario.json")
		y.do("issue %s next.json", by("acme", "acme"))
	}
}

// trials are of three new customers, who buy at once.
func (y *year) trials() {
	for c := customers; c < customers+3; c++ {
		y.write("next.json", y.document("acme", serial(c), 1, map[string]string{"warnFrom": "", "graceUntil": "", "expires": fmt.Sprintf("%q", y.day(1))}))
		y.do("issue %s next.json", by("acme", "acme"))
		y.write("next.json", y.document("acme", serial(c), 2, nil))
		y.do("issue %s next.json", by("acme", "acme"))
		y.hosts = append(y.hosts, &host{owner: "acme", serial: serial(c)})
	}
}

// rename gives a customer a new serial: a license there, and a status at the old
// one. The administrator confirms it.
func (y *year) rename() {
	const renamed = "S-042-2"
	y.write("next.json", y.document("acme", renamed, 1, nil))
	y.do("issue %s next.json", by("acme", "acme"))
	y.do("token -tokens tokens.json -owner acme -serial %s", serial(42))
	y.do("token -tokens tokens.json -owner acme -serial %s -like %s", renamed, serial(42))
	y.write("feed/acme/"+serial(42)+online.StatusSuffix, `{"status":"identity-changed","licensee":{"company":"New","serial":"`+renamed+`"}}`)
	y.remove("feed/acme/" + serial(42) + online.EnvelopeSuffix)
	h := y.host("acme", serial(42))
	h.serial, h.license = renamed, nil
}

func (y *year) withdraw() {
	y.write("feed/acme/"+serial(43)+online.StatusSuffix, `{"status":"problem","message":{"text":"An invoice is open."}}`)
	y.remove("feed/acme/" + serial(43) + online.EnvelopeSuffix)
	y.host("acme", serial(43)).withdrawn = true
}

func (y *year) remove(name string) {
	y.t.Helper()
	if err := os.Remove(y.path(name)); err != nil {
		y.t.Fatal(err)
	}
}

func (y *year) host(owner, serial string) *host {
	for _, h := range y.hosts {
		if h.owner == owner && h.serial == serial {
			return h
		}
	}
	y.t.Fatalf("there is no host of %s/%s", owner, serial)
	return nil
}

// leak is that of a partner's key: everything is signed anew by the next one.
func (y *year) leak() {
	y.key("partner2b", "partner2")
	y.do("renew %s -owner partner2 -months 0 -yes", by("partner2b", "partner2"))
}

// revoke is the update of hosts, when all have fetched.
func (y *year) revoke() {
	y.do("trust -revoke %s -out trust.json", y.thumbprint("partner2.pub.jwk"))
	y.hostsTrust("trust.json")
}

func (y *year) renewal() {
	for _, owner := range []string{"acme", "partner0", "partner1", "partner2", "partner3"} {
		y.key("next-"+owner, owner)
		y.do("renew %s -owner %s -ending-before %s -yes", by("next-"+owner, owner), owner, y.day(8))
	}
}

// check is the job of the morning, for each department.
func (y *year) check() {
	y.t.Helper()
	for _, owner := range []string{"acme", "partner0", "partner1", "partner2", "partner3"} {
		y.do("ledger %s.jsonl", owner)
	}
	if _, stderr, _ := y.try("check", "-trust", "trust.json", "-dir", "feed"); stderr != "" {
		y.t.Fatalf("%s: check says\n%s", y.now.Format(time.DateOnly), stderr)
	}
}

// fetchAll has every host ask for its licenses, and looks whether they are usable.
func (y *year) fetchAll() {
	y.t.Helper()
	for _, h := range y.hosts {
		if !y.isLate(h) {
			y.fetch(h)
		}
		if h.opened != y.trust {
			if _, err := y.trust.Reopen(h.active); err != nil {
				y.t.Fatalf("%s: the active license of %s/%s: %v", y.now.Format(time.DateOnly), h.owner, h.serial, err)
			}
			h.opened = y.trust
		}
		if state := h.license.StateAt(y.now); state == license.Lapsed && !h.withdrawn {
			y.t.Fatalf("%s: %s/%s lapsed on %s", y.now.Format(time.DateOnly), h.owner, h.serial, h.license.Expires)
		}
	}
}

// fetch is what a host does with what the feed has, if it is not what it has.
func (y *year) fetch(h *host) {
	y.t.Helper()
	envelope, err := os.ReadFile(y.path("feed/" + h.owner + "/" + h.serial + online.EnvelopeSuffix))
	if err != nil || bytes.Equal(envelope, h.active) {
		return
	}
	opened, err := y.trust.Open(envelope, y.now)
	if err != nil {
		y.t.Fatalf("%s: %s/%s: %v", y.now.Format(time.DateOnly), h.owner, h.serial, err)
	}
	if opened.License.Licensee.Serial != h.serial || opened.License.Owner.Name != h.owner {
		y.t.Fatalf("%s/%s was sent another's license", h.owner, h.serial)
	}
	if h.license == nil || opened.License.Number > h.license.Number {
		h.active, h.license, h.opened = envelope, opened.License, y.trust
	}
}

// isLate reports whether a host without a network does not yet have today's files.
func (y *year) isLate(h *host) bool {
	return h.offline && h.license != nil && y.now.Day() > 7 // somebody comes at the beginning of a month
}

// slip injects one, and looks that it is refused or warned of and that nothing that
// is refused is written.
func (y *year) slip(s injected) {
	y.t.Helper()
	y.slips++
	s.prepare()
	before := y.files()
	_, stderr, status := y.try(strings.Fields(s.command)...)
	if !strings.Contains("\n"+stderr, "\n"+s.want) {
		y.t.Errorf("%s, %s: vendor %s: status %d\n%s; want %q", y.now.Format(time.DateOnly), s.name, s.command, status, stderr, s.want)
	}
	if !strings.HasPrefix(s.want, "warning: ") {
		if diff := cmp.Diff(before, y.files()); status != exitFailed || diff != "" {
			y.t.Errorf("%s: status %d, and this was written: %s", s.name, status, diff)
		}
	}
	if s.undo != nil {
		s.undo()
	}
}
