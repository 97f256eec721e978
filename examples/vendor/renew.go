package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// moved are the members of a document that renew moves, all instants.
var moved = []string{"validFrom", "nextCheck", "warnFrom", "maintenanceUntil", "expires", "graceUntil"}

// renewal is what renew is told beside what an issuer is.
type renewal struct {
	issuer
	fromTrust *signed.Trust // that the licenses of today are verified by
	owner     string        // whose licenses; empty: everybody's
	ending    time.Time     // only those that end before; zero: all
	months    int           // that the instants are moved by
}

// renew makes the next licenses of the folder of a feed: the number is the next
// one, the instants are moved, everything else is as it was.
func (p program) renew(args []string) error {
	set := flags("renew")
	r := &renewal{issuer: issuer{program: p}}
	r.flags(set)
	set.StringVar(&r.owner, "owner", "", "")
	set.IntVar(&r.months, "months", 12, "")
	ending, yes := set.String("ending-before", "", ""), set.Bool("yes", false, "")
	fromTrust := set.String("from-trust", "", "")
	err := parse(set, args, 0, "key", "trust", "feed")
	if err == nil && *ending != "" {
		r.ending, err = instant("renew", "ending-before", *ending)
	}
	if err == nil && r.months < 0 {
		err = &usageError{"renew: -months is not negative"}
	}
	if err != nil {
		return err
	}
	if err := r.load(); err != nil {
		return err
	}
	r.fromTrust = r.trust
	if *fromTrust != "" {
		if r.fromTrust, err = p.trustOf(*fromTrust); err != nil {
			return err
		}
	}
	all, err := r.prepareAll()
	if err != nil || len(all) == 0 {
		return err
	}
	r.warnOfAll(all)
	if !*yes && !p.confirm(fmt.Sprintf("Issue %d licenses?", len(all))) {
		return errors.New("nothing was written")
	}
	return r.write(all)
}

// prepareAll signs the next licenses, and shows what is different in each.
func (r *renewal) prepareAll() ([]*issued, error) {
	names, err := fs.Glob(os.DirFS(r.feed), "*/*"+licenseSuffix)
	if err != nil {
		return nil, err
	}
	var all []*issued
	var wrong slips
	for _, name := range names {
		name = filepath.Join(r.feed, name)
		one, err := r.next(name)
		if err != nil {
			wrong = append(wrong, asSlips(err).at(inOneLine(name))...)
		} else if one != nil {
			all = append(all, one)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return all, nil
}

// next prepares the license after the one in a file. It returns nil for what is
// not asked for, and for those who are served a status.
func (r *renewal) next(name string) (*issued, error) {
	if _, err := os.Stat(strings.TrimSuffix(name, licenseSuffix) + statusSuffix); !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	envelope, err := r.read(name)
	if err != nil {
		return nil, err
	}
	opened, err := r.fromTrust.Reopen(envelope)
	if err != nil {
		return nil, err
	}
	l := opened.License
	if place, err := feedFile(r.feed, customerOf(l)); err != nil || place != name {
		return nil, slips{{code: "misfiled", detail: "it is the license of another owner or serial"}}
	}
	if !r.isWanted(l) {
		return nil, nil //nolint:nilnil // it is left as it is
	}
	document, err := r.move(opened.Document, l.Number)
	if err != nil {
		return nil, err
	}
	one, err := r.prepare(draft{document: document})
	if err != nil {
		return nil, err
	}
	one.unusual = one.unusual.at(inOneLine(name))
	return one, r.show(opened, document, one.license)
}

// isWanted reports whether a license is to be renewed. One without an end is,
// when nothing is moved.
func (r *renewal) isWanted(l *license.License) bool {
	if r.owner != "" && l.Owner.Name != r.owner {
		return false
	}
	if l.Expires == nil {
		return r.months == 0 && r.ending.IsZero()
	}
	return r.ending.IsZero() || l.Expires.Before(r.ending)
}

// move returns the document with the next number and its instants moved.
func (r *renewal) move(document []byte, number int64) ([]byte, error) {
	members, err := decodeDocument(document)
	if err != nil {
		return nil, err
	}
	members["number"] = json.Number(fmt.Sprint(number + 1))
	members["issuedAt"] = day(r.now())
	for _, name := range moved {
		text, ok := members[name].(string)
		if !ok {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, err
		}
		members[name] = addMonths(at, r.months).Format(time.RFC3339Nano)
	}
	return encodeDocument(members)
}

// addMonths returns the same day of another month, or its last day if the month
// has no such day.
func addMonths(at time.Time, months int) time.Time {
	next := at.AddDate(0, months, 0)
	if next.Day() != at.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return next
}

// show prints what is different in the next license, in one line.
func (r *renewal) show(before *signed.Opened, document []byte, after *license.License) error {
	old, err := decodeDocument(before.Document)
	if err != nil {
		return err
	}
	members, err := decodeDocument(document)
	if err != nil {
		return err
	}
	difference := license.Diff(before.License, after)
	line := fmt.Sprintf("%s %v → %v", customerOf(after), old["number"], members["number"])
	for _, name := range slices.DeleteFunc(difference.Fields, func(name string) bool { return name == "number" }) {
		line += fmt.Sprintf(", %s %v → %v", name, old[name], members[name])
	}
	if len(difference.Modules) > 0 {
		line += fmt.Sprintf(", %d modules differ", len(difference.Modules))
	}
	_, err = fmt.Fprintln(r.stdout, inOneLine(line))
	return err
}

// confirm asks a question and reports whether the answer is yes.
func (p program) confirm(question string) bool {
	p.tell(question + " [y/N]")
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n')
	return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer)))
}
