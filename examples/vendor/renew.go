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

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

// renewal is what renew is told beside what an issuer is.
type renewal struct {
	issuer
	fromTrust *signed.Trust // verifies the licenses of today
	owner     string        // whose licenses; empty for everybody's
	ending    instant       // only those that end before; zero for all
	months    int           // by how many months the instants move
}

// renew makes the next licenses of the folder of a feed: the number is the next
// one, the instants are moved, everything else is as it was.
func (p program) renew(args []string) error {
	set := flags("renew")
	r := &renewal{issuer: issuer{program: p}}
	r.flags(set)
	set.StringVar(&r.owner, "owner", "", "")
	set.IntVar(&r.months, "months", 12, "")
	set.Var(&r.ending, "ending-before", "")
	yes, fromTrust := set.Bool("yes", false, ""), set.String("from-trust", "", "")
	err := parse(set, args, 0, "key", "trust", "feed")
	if err == nil && r.months < 0 {
		err = &usageError{"renew: -months is not negative"}
	}
	if err != nil {
		return err
	}
	if err := r.load(); err != nil {
		return err
	}
	r.fromTrust = r.Trust
	if *fromTrust != "" {
		if r.fromTrust, err = p.trustOf(*fromTrust); err != nil {
			return err
		}
	}
	all, names, err := r.prepareAll()
	if err != nil || len(all) == 0 {
		return err
	}
	r.warnOfAll(all, names)
	if !*yes && !p.confirm(fmt.Sprintf("Licenses to issue: %d. Go on?", len(all))) {
		return errors.New("nothing was written")
	}
	return r.write(all)
}

// prepareAll signs the next licenses, and shows what is different in each. It
// returns the names of their files, too.
func (r *renewal) prepareAll() (all []*issued, names []string, err error) {
	found, err := fs.Glob(os.DirFS(r.feed), "*/*"+online.EnvelopeSuffix)
	if err != nil {
		return nil, nil, err
	}
	var wrong slips
	for _, name := range found {
		name = filepath.Join(r.feed, name)
		one, err := r.next(name)
		if err != nil {
			wrong = append(wrong, slipsOf(name, err)...)
		} else if one != nil {
			all, names = append(all, one), append(names, name)
		}
	}
	return all, names, wrong.orNil()
}

// next prepares the license after the one in a file. It returns nil for what is
// not asked for, and for those who are served a status.
func (r *renewal) next(name string) (*issued, error) {
	if _, err := os.Stat(strings.TrimSuffix(name, online.EnvelopeSuffix) + online.StatusSuffix); !errors.Is(err, fs.ErrNotExist) {
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
	if place, err := feedFile(r.feed, issuing.CustomerOf(l)); err != nil || place != name {
		return nil, fmt.Errorf("it %w", errOther)
	}
	if !r.isWanted(l) {
		return nil, nil //nolint:nilnil // this license is not renewed
	}
	document, err := issuing.Next(opened.Document, r.now(), r.months)
	if err != nil {
		return nil, err
	}
	one, err := r.prepare(draft{Draft: issuing.Draft{Document: document}})
	if err != nil {
		return nil, err
	}
	return one, r.show(opened, document, one.License)
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
	return r.ending.IsZero() || l.Expires.Before(r.ending.Time)
}

// show prints what is different in the next license, in one line.
func (r *renewal) show(before *signed.Opened, document []byte, after *license.License) error {
	var old, members map[string]any
	if err := errors.Join(json.Unmarshal(before.Document, &old), json.Unmarshal(document, &members)); err != nil {
		return err
	}
	line := fmt.Sprintf("%s %d → %d", issuing.CustomerOf(after), before.License.Number, after.Number)
	for _, name := range license.Diff(before.License, after).Fields {
		if name != "number" {
			line += fmt.Sprintf(", %s %v → %v", name, old[name], members[name])
		}
	}
	_, err := fmt.Fprintln(r.stdout, inOneLine(line))
	return err
}

// confirm asks a question and reports whether the answer is yes.
func (p program) confirm(question string) bool {
	p.tell(question + " [y/N]")
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n')
	return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer)))
}
