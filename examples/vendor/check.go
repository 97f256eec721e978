package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/source/online"
)

// checkAhead is how far check looks ahead if it is not told.
const checkAhead = 30 * 24 * time.Hour

// checker checks the folder of a feed.
type checker struct {
	program
	issuing.FeedCheck
	dir      string
	found    map[issuing.Customer]string // which kind of file is served to each
	licenses int
	statuses int
	wrong    slips
}

// check fails if a file of a feed is not what a host can use, now and at a later
// instant.
func (p program) check(args []string) error {
	set := flags("check")
	trustFile, dir := set.String("trust", "", ""), set.String("dir", "", "")
	ledgerFile, days := set.String("ledger", "", ""), set.Int("days", 14, "")
	var logs list
	set.Var(&logs, "log", "")
	now := p.now()
	later := instant{now.Add(checkAhead)}
	set.Var(&later, "at", "")
	if err := parse(set, args, 0, "trust", "dir"); err != nil {
		return err
	}
	c := &checker{program: p, dir: *dir, found: make(map[issuing.Customer]string)}
	c.Now, c.Later = now, later.Time
	var err error
	if c.Trust, err = p.trustOf(*trustFile); err != nil {
		return err
	}
	if *ledgerFile != "" {
		if c.Ledger, err = readLedger(*ledgerFile, p.read); err != nil {
			return err
		}
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
	_, err = fmt.Fprintf(p.stdout, "all is right, now and on %[3]s; licenses: %[1]d, statuses: %[2]d\n", c.licenses, c.statuses, day(c.Later))
	return err
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
			c.wrong.add(owner.Name(), "misplaced", "it is not the folder of an owner")
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
		c.wrong.add(place, "misplaced", "it can't be read")
		return
	}
	if serial, ok := strings.CutSuffix(name, online.EnvelopeSuffix); ok {
		c.licenses++
		who := issuing.Customer{Owner: owner, Serial: serial}
		c.found[who] = online.EnvelopeSuffix
		c.wrong = append(c.wrong, at(place, c.License(body, who))...)
		return
	}
	serial, ok := strings.CutSuffix(name, online.StatusSuffix)
	if !ok {
		c.wrong.add(place, "misplaced", "it is neither a license nor a status, and nobody is sent it")
		return
	}
	c.statuses++
	if _, err := online.ParseStatus(body); err != nil {
		c.wrong.add(place, "status", "%v", err)
	}
	who := issuing.Customer{Owner: owner, Serial: serial}
	if c.found[who] != "" {
		c.wrong.add(place, "status", "it is served instead of the license beside it")
	}
	c.found[who] = online.StatusSuffix
}

// missing reports those who were issued a license, and are served nothing.
func (c *checker) missing() {
	for _, who := range c.Ledger.Customers() {
		if c.found[who] == "" {
			c.wrong.add(who.String(), "missing", "a license was issued, and nothing is served")
		}
	}
}

// unseen reports those who have not fetched since an instant, by the logs of serve.
func (c *checker) unseen(logs []string, since time.Time) error {
	seen := make(map[issuing.Customer]time.Time)
	for _, name := range logs {
		log, err := c.read(name)
		if err != nil {
			return err
		}
		readLog(log, seen)
	}
	for _, who := range slices.SortedFunc(maps.Keys(c.found), issuing.Customer.Compare) {
		switch last, ok := seen[who]; {
		case !ok:
			c.wrong.add(who.String(), "unseen", "nobody has fetched it")
		case last.Before(since):
			c.wrong.add(who.String(), "unseen", "it was fetched last on %s", day(last))
		}
	}
	return nil
}

// readLog keeps when each customer was answered last with a license, a status,
// or that nothing has changed. It passes over all other lines of a log.
func readLog(log []byte, seen map[issuing.Customer]time.Time) {
	for text := range bytes.Lines(log) {
		var line struct {
			Time          time.Time
			Owner, Serial string
			Status        int
		}
		if json.Unmarshal(text, &line) != nil || (line.Status != http.StatusOK && line.Status != http.StatusNotModified) {
			continue
		}
		if who := (issuing.Customer{Owner: line.Owner, Serial: line.Serial}); seen[who].Before(line.Time) {
			seen[who] = line.Time
		}
	}
}
