package main

import (
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/source/online"
)

// injected is a slip of the hand in the year.
type injected struct {
	name    string
	prepare func()
	command string
	want    string // how the first line begins
	undo    func()
}

// injected returns the slips, of each kind at least one. What is wrong in
// documents is written on the day.
func (y *year) injected() []injected {
	type change = map[string]string
	quoted := func(text string) string { return fmt.Sprintf("%q", text) }
	document := func(owner, serial string, number int, change func() change) func() {
		return func() { y.write("slip.json", y.document(owner, serial, number, change())) }
	}
	none := func() change { return nil }
	const many = 900 // more than any number of the year
	acme := "issue " + by("acme", "acme")
	partner := "issue " + by("partner1", "partner1")
	without := strings.Replace(partner, " -grant partner1.grant", "", 1)
	feedFile := "feed/acme/" + serial(7) + online.EnvelopeSuffix
	var kept string
	keep := func() { kept = string(y.read(feedFile)) }
	restore := func() { y.write(feedFile, kept) }
	check := "check -trust trust.json -dir feed -ledger acme.jsonl"
	return []injected{
		{"a misspelled member", document("acme", serial(7), many, func() change {
			return change{"expires": "", "warnFrom": "", "graceUntil": "", "expiry": quoted(y.day(12))}
		}), acme + " slip.json", "unknown-member /expiry", nil},
		{"an end in the past", document("acme", serial(7), many, func() change {
			return change{"warnFrom": "", "graceUntil": "", "expires": quoted(y.day(-1))}
		}), acme + " slip.json", "ended /expires", nil},
		{"issued next year", document("acme", serial(7), many, func() change { return change{"issuedAt": quoted(y.day(2))} }), acme + " slip.json", "issued-ahead /issuedAt", nil},
		{"a serial that nobody can ask for", document("acme", "..", 1, none), acme + " slip.json", "serial /licensee/serial", nil},
		{"a serial that is no file", document("acme", "7/8", 1, none), acme + " slip.json", "serial /licensee/serial", nil},
		{"a number that is in the feed", document("acme", serial(7), 1, none), strings.Replace(acme, " -ledger acme.jsonl", "", 1) + " slip.json", "number-not-above /number", nil},
		{"a number that is in the ledger", document("acme", serial(7), 1, none), strings.Replace(acme, " -feed feed", "", 1) + " slip.json", "number-not-above /number", nil},
		{"a number that is in the file before", document("acme", serial(7), 1, none), "issue -key acme.jwk -after " + feedFile + " slip.json", "number-not-above /number", nil},
		{"a lower number by force", document("acme", serial(7), 1, none), "issue -key acme.jwk -force -out " + feedFile + " slip.json", "number-not-above /number", nil},
		{"a jump", document("acme", serial(7), 20_270_101, none), acme + " slip.json", "number-jump /number", nil},
		{"over another customer", document("acme", serial(8), many, none), "issue -key acme.jwk -force -out " + feedFile + " slip.json", "vendor: " + feedFile + " has a license of another", nil},
		{"without a grant", document("partner1", serial(1), many, none), without + " slip.json", "unknown-key", nil},
		{"with another partner's grant", document("partner1", serial(1), many, none), without + " -grant partner3.grant slip.json", "unknown-key", nil},
		{"for another owner", document("acme", serial(1), many, none), partner + " slip.json", "owner-not-granted", nil},
		{
			"a grant that has ended", func() {
				y.do("grant -key root.jwk -owner partner1 -for partner1.pub.jwk -from %s -to %s -out old.grant -force", y.day(-2), y.day(-1))
				document("partner1", serial(1), many, none)()
			}, without + " -grant old.grant slip.json", "key-expired", nil,
		},
		{
			"a grant by who may not", func() {}, "grant -key partner0.jwk -owner partner0 -for partner1.pub.jwk -from 2027-01-01T00:00:00Z -to 2029-01-01T00:00:00Z -trust trust.json -out chained",
			"unknown-key", nil,
		},
		{"a customer twice", func() {
			y.write("slip.json", y.document("acme", "", many, nil))
			y.write("rows.csv", "licensee.serial,licensee.company\nN-1,One\nN-1,Two\n")
		}, acme + " -rows rows.csv slip.json", "line 3: double", nil},
		{"a column that is misspelled", func() {
			y.write("slip.json", y.document("acme", "", many, nil))
			y.write("rows.csv", "licensee.serial,licensee.company,modules.wep.quantity\nN-1,One,3\n")
		}, acme + " -rows rows.csv slip.json", "line 2: vendor: modules.wep.quantity: the template has no such member", nil},
		{"nobody said yes", func() {}, "renew " + by("acme", "acme") + " -owner acme -months 0", "Licenses to issue: 302. Go on? [y/N]\nvendor: nothing was written", nil},
		{"a trust file that is misspelled", func() {
			y.write("slip.json", strings.Replace(string(y.read("trust.json")), `"owners"`, `"owner"`, 1))
		}, "check -trust slip.json -dir feed", "vendor: slip.json: signed: file of trusted keys: /keys/0/owner: is unknown", nil},
		{"a later grant that does not help", func() {
			y.do("grant -key root.jwk -owner acme -for acme.pub.jwk -from %s -to %s -out later.grant -force", y.day(1), y.day(30))
		}, "regrant -trust trust.json -grant later.grant -in-place " + feedFile, feedFile + ": key-expired", nil},
		{"another customer's file", func() {
			keep()
			y.write(feedFile, string(y.read("feed/acme/"+serial(8)+online.EnvelopeSuffix)))
		}, check, "acme/" + serial(7) + online.EnvelopeSuffix + ": misfiled", restore},
		{"a document that is not signed", func() {
			keep()
			y.write(feedFile, y.document("acme", serial(7), many, nil))
		}, check, "acme/" + serial(7) + online.EnvelopeSuffix + ": not-a-document", restore},
		{"a status that is none", func() {
			y.write("feed/acme/"+serial(7)+online.StatusSuffix, `{"status":"problems"}`)
		}, check, "acme/" + serial(7) + online.StatusSuffix + ": status", func() { y.remove("feed/acme/" + serial(7) + online.StatusSuffix) }},
		{"a license that never ends", document("acme", "T-1", 1, func() change {
			return change{"expires": "", "warnFrom": "", "graceUntil": ""}
		}), "issue -key root.jwk -trust trust.json -out never.json slip.json", "warning: no-end /expires", nil},
		{"a license for years", document("acme", "T-1", 1, func() change {
			return change{"expires": quoted(y.day(36)), "graceUntil": ""}
		}), "issue -key root.jwk -trust trust.json -out long.json slip.json", "warning: long /expires", nil},
		{
			"asked for too late", document("acme", "T-1", 1, func() change { return change{"nextCheck": quoted(y.day(12))} }),
			"issue -key root.jwk -trust trust.json -out late.json slip.json", "warning: next-check-late /nextCheck", nil,
		},
	}
}
