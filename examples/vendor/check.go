package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

// checkAhead is how far check looks ahead if it is not told.
const checkAhead = 30 * 24 * time.Hour

// checker checks the folder of a feed.
type checker struct {
	program
	trust   *signed.Trust
	dir     string
	at, now time.Time
	records map[customer][]record
	ledger  bool // there is one

	found    map[customer]string // the kind of file that is served
	licenses int
	statuses int
	wrong    slips
}

// check fails if a file of a feed is not what a host can use, now and at a later
// instant.
func (p program) check(args []string) error {
	set := flags("check")
	trustFile, dir, at := set.String("trust", "", ""), set.String("dir", "", ""), set.String("at", "", "")
	ledgerFile, days := set.String("ledger", "", ""), set.Int("days", 14, "")
	var logs list
	set.Var(&logs, "log", "")
	if err := parse(set, args, 0, "trust", "dir"); err != nil {
		return err
	}
	now := p.now()
	c := &checker{program: p, dir: *dir, now: now, at: now.Add(checkAhead), ledger: *ledgerFile != "", found: make(map[customer]string)}
	var err error
	if *at != "" {
		if c.at, err = instant("check", "at", *at); err != nil {
			return err
		}
	}
	if c.trust, err = p.trustOf(*trustFile); err != nil {
		return err
	}
	if c.ledger {
		records, err := readLedger(*ledgerFile)
		if err != nil {
			return err
		}
		c.records = byCustomer(records)
	}
	if err := c.folders(); err != nil {
		return err
	}
	c.missing()
	if len(logs) > 0 {
		if err := c.unseen(logs, now.AddDate(0, 0, -*days)); err != nil {
			return err
		}
	}
	if len(c.wrong) > 0 {
		return c.wrong
	}
	_, err = fmt.Fprintf(p.stdout, "%d licenses and %d statuses are right, now and on %s\n", c.licenses, c.statuses, day(c.at))
	return err
}

func (c *checker) report(place, code, format string, figures ...any) {
	c.wrong = append(c.wrong, slip{place: inOneLine(place), code: code, detail: fmt.Sprintf(format, figures...)})
}

// folders checks the folders of owners.
func (c *checker) folders() error {
	owners, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		name, ok := license.FoldName(owner.Name())
		if !ok || name != owner.Name() || !owner.IsDir() {
			c.report(owner.Name(), "misplaced", "it is not the folder of an owner")
			continue
		}
		files, err := os.ReadDir(filepath.Join(c.dir, name))
		if err != nil {
			return err
		}
		for _, file := range files {
			c.file(name, file.Name())
		}
	}
	return nil
}

// file checks a file of an owner.
func (c *checker) file(owner, name string) {
	place := filepath.Join(owner, name)
	body, err := c.read(filepath.Join(c.dir, place))
	if err != nil {
		c.report(place, "misplaced", "it can't be read")
		return
	}
	if serial, ok := strings.CutSuffix(name, licenseSuffix); ok {
		c.licenses++
		c.license(place, customer{owner, serial}, body)
		return
	}
	serial, ok := strings.CutSuffix(name, statusSuffix)
	if !ok {
		c.report(place, "misplaced", "it is neither a license nor a status, and nobody is sent it")
		return
	}
	c.statuses++
	if _, err := online.ParseStatus(body); err != nil {
		c.report(place, "status", "%v", err)
	}
	who := customer{owner, serial}
	if c.found[who] != "" {
		c.report(place, "status", "it is served instead of the license beside it")
	}
	c.found[who] = statusSuffix
}

// license checks an envelope.
func (c *checker) license(place string, who customer, envelope []byte) {
	c.found[who] = licenseSuffix
	opened, err := c.trust.Open(envelope, c.now)
	if err != nil {
		c.wrong = append(c.wrong, asSlips(err).at(inOneLine(place))...)
		return
	}
	if customerOf(opened.License) != who {
		c.report(place, "misfiled", "it is the license of another owner or serial")
		return
	}
	if _, err := c.trust.Open(envelope, c.at); err != nil {
		for _, s := range asSlips(err) {
			c.report(place, s.code, "on %s: %s", day(c.at), s.detail)
		}
	}
	if end := opened.License.Expires; end != nil && !end.After(c.at) {
		c.report(place, "ends", "the license ends on %s", day(*end))
	}
	if c.ledger {
		c.recorded(place, who, opened.License.Number, digest(envelope))
	}
}

// recorded compares a license with the ledger.
func (c *checker) recorded(place string, who customer, number int64, sum string) {
	records := c.records[who]
	known := false
	for _, r := range records {
		known = known || r.Number == number && r.Digest == sum
	}
	switch {
	case !known:
		c.report(place, "not-in-ledger", "this license of number %d was not issued", number)
	case records[len(records)-1].Number > number:
		c.report(place, "stale", "number %d is served, and %d was issued", number, records[len(records)-1].Number)
	}
}

// missing reports those who were issued a license, and are served nothing.
func (c *checker) missing() {
	for _, who := range slices.SortedFunc(maps.Keys(c.records), customer.compare) {
		if c.found[who] == "" {
			c.report(who.String(), "missing", "a license was issued, and nothing is served")
		}
	}
}

// unseen reports those who have not fetched since an instant, by the logs of serve.
func (c *checker) unseen(logs []string, since time.Time) error {
	seen := make(map[customer]time.Time)
	for _, name := range logs {
		f, err := os.Open(name) //nolint:gosec // the user names the log
		if err != nil {
			return err
		}
		err = readLog(f, seen)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, who := range slices.SortedFunc(maps.Keys(c.found), customer.compare) {
		switch last, ok := seen[who]; {
		case !ok:
			c.report(who.String(), "unseen", "nobody has fetched it")
		case last.Before(since):
			c.report(who.String(), "unseen", "it was fetched last on %s", day(last))
		}
	}
	return nil
}

// readLog keeps when each customer was answered last with a license, a status, or
// that nothing has changed. What else is in a log is passed over.
func readLog(log io.Reader, seen map[customer]time.Time) error {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct {
			Time          time.Time
			Owner, Serial string
			Status        int
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || (line.Status != http.StatusOK && line.Status != http.StatusNotModified) {
			continue
		}
		if who := (customer{line.Owner, line.Serial}); seen[who].Before(line.Time) {
			seen[who] = line.Time
		}
	}
	return lines.Err()
}
