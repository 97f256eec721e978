package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/source/online"
)

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// issuer issues licenses. Its flags are those of issue and renew.
type issuer struct {
	program
	issuing.Issuer
	from                        keyFlags
	trustFile, feed, ledgerFile string
	grantFiles                  list
	ledger                      issuing.Ledger
}

func (i *issuer) flags(set *flag.FlagSet) {
	i.from.flags(set)
	set.StringVar(&i.trustFile, "trust", "", "")
	set.StringVar(&i.feed, "feed", "", "")
	set.StringVar(&i.ledgerFile, "ledger", "", "")
	set.Var(&i.grantFiles, "grant", "")
	set.Var((*list)(&i.Allow), "allow", "")
	set.BoolVar(&i.AllowJump, "jump", false, "")
}

// load reads the files that the flags name.
func (i *issuer) load() error {
	key, err := i.privateKey(i.from)
	if err != nil {
		return err
	}
	i.Key = key
	if i.Grants, err = i.grantsIn(i.grantFiles); err != nil {
		return err
	}
	if i.trustFile != "" {
		if i.Trust, err = i.trustOf(i.trustFile); err != nil {
			return err
		}
	}
	if i.ledgerFile != "" {
		i.ledger, err = readLedger(i.ledgerFile, i.readIfThere) // a ledger that is not there yet counts as empty
	}
	return err
}

// draft is a license that is to be issued.
type draft struct {
	issuing.Draft
	after      string // the envelope of the license before, if the user names it
	out        string // if empty, into the feed or to standard output
	overwrites bool
}

// issued is a license that is signed, and not yet written.
type issued struct {
	*issuing.Issued
	output output
	force  bool
}

// prepare signs a license if nothing is wrong with it. Nothing is written.
func (i *issuer) prepare(d draft) (*issued, error) {
	l, err := license.Parse(d.Document)
	if err != nil {
		return nil, err
	}
	c := issuing.CustomerOf(l)
	out, force, err := i.outOf(d, c)
	if err != nil {
		return nil, err
	}
	if err := free(force || out == "", output{name: out}); err != nil {
		return nil, err
	}
	if d.Before, err = i.before(d, c, out); err != nil {
		return nil, err
	}
	one, err := i.Issue(d.Draft, i.now())
	if err != nil {
		return nil, err
	}
	status := strings.TrimSuffix(out, online.EnvelopeSuffix) + online.StatusSuffix
	if _, err := os.Stat(status); err == nil && i.feed != "" {
		detail := status + " is served instead of the license"
		one.Unusual = append(one.Unusual, &license.Finding{Code: "status", Detail: detail})
	}
	one.Record.User, one.Record.File = i.user, out
	return &issued{one, output{name: out, mode: publicMode, data: append(one.Envelope, '\n')}, force}, nil
}

// outOf returns the file to write, and whether it may be there.
func (i *issuer) outOf(d draft, c issuing.Customer) (name string, force bool, err error) {
	if d.out != "" || i.feed == "" {
		return d.out, d.overwrites, nil
	}
	name, err = feedFile(i.feed, c)
	return name, true, err // safe, since its number is higher than that of the file there
}

// feedFile returns where a license lies in the folder of a feed.
func feedFile(dir string, c issuing.Customer) (string, error) {
	name := c.Serial + online.EnvelopeSuffix
	if strings.ContainsAny(c.Serial, `/\`) || !filepath.IsLocal(name) {
		return "", &license.Finding{Code: issuing.CodeSerial, Pointer: "/licensee/serial", Detail: "the serial can't be the name of a file in a feed"}
	}
	return filepath.Join(dir, c.Owner, name), nil
}

// before returns the license with the highest number of those that were issued
// before, as far as the flags say where to look; nil if they don't.
func (i *issuer) before(d draft, c issuing.Customer, out string) (*issuing.Previous, error) {
	var highest issuing.Previous
	known := i.ledgerFile != "" || i.feed != ""
	if last, ok := i.ledger.Last(c); ok {
		highest = issuing.Previous{Number: last.Number, Digest: last.Digest, Where: "in the ledger"}
	}
	for _, name := range []string{d.after, out} {
		if name == "" {
			continue
		}
		there, err := i.issuedIn(name, c)
		if err != nil && name == out && (d.overwrites || errors.Is(err, fs.ErrNotExist)) && !errors.Is(err, errOther) {
			continue // a file that can't be read may be overwritten
		}
		if err != nil {
			return nil, err
		}
		known = true
		if there.Number >= highest.Number {
			highest = there
		}
	}
	if !known {
		return nil, nil //nolint:nilnil // the user named nothing to look in
	}
	return &highest, nil
}

// errOther is a license that is not of the customer.
var errOther = errors.New("has a license of another owner or serial")

// issuedIn returns the license in a file as a previous one. It is not verified: its
// number alone counts, and its key may be revoked by now.
func (i *issuer) issuedIn(name string, c issuing.Customer) (issuing.Previous, error) {
	envelope, err := i.read(name)
	if err != nil {
		return issuing.Previous{}, err
	}
	l, err := issuing.Read(envelope)
	if err != nil {
		return issuing.Previous{}, fmt.Errorf("%s: %w", name, err)
	}
	if issuing.CustomerOf(l) != c {
		return issuing.Previous{}, fmt.Errorf("%s %w", name, errOther)
	}
	before := issuing.Previous{Number: l.Number, Digest: issuing.Digest(envelope), Where: "in " + name}
	if end, ends := l.End(); ends {
		before.End = &end
	}
	return before, nil
}

// write writes the licenses to the ledger, and then to their files, or to standard
// output where there is none.
func (i *issuer) write(all []*issued) error {
	var records []issuing.Record
	for _, one := range all {
		if !i.ledger.Contains(one.Record) { // it is there already if an earlier run was interrupted
			records = append(records, one.Record)
		}
	}
	if i.ledgerFile != "" {
		if err := appendLedger(i.ledgerFile, records); err != nil {
			return err
		}
	}
	for n, one := range all {
		if one.output.name != "" {
			if err := os.MkdirAll(filepath.Dir(one.output.name), 0o777); err != nil { //nolint:gosec // the umask says who may read
				return err
			}
		}
		if err := i.deliver(one.output.name, one.force, one.output.data); err != nil {
			return err
		}
		if done := n + 1; len(all) > 1 && (done == len(all) || done%max(1, len(all)/20) == 0) {
			i.tell(fmt.Sprintf("%d of %d licenses written", done, len(all)))
		}
	}
	return nil
}

// warnOfAll prints what is unusual in licenses, each of a place.
func (i *issuer) warnOfAll(all []*issued, places []string) {
	var unusual slips
	for n, one := range all {
		unusual = append(unusual, at(places[n], one.Unusual)...)
	}
	i.warn(unusual)
}
