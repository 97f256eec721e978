package main

import (
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// grantMargin is how long a grant should go on after a license is issued under
// it, because hosts open a license only within the grant's window.
const grantMargin = 30 * 24 * time.Hour

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// rules are those of issuing that the user may loosen.
type rules struct {
	allow list // names of members, or pointers to them
	jump  bool // the number may grow by more than maxJump
}

// issuer issues licenses with a key. Its flags are those of issue and renew.
type issuer struct {
	program
	rules
	from                        keyFlags
	trustFile, feed, ledgerFile string
	grantFiles                  list

	key     crypto.Signer
	keyID   string
	grants  []string
	trust   *signed.Trust // nil where nothing is opened
	records map[customer][]record
}

func (i *issuer) flags(set *flag.FlagSet) {
	i.from.flags(set)
	set.StringVar(&i.trustFile, "trust", "", "")
	set.StringVar(&i.feed, "feed", "", "")
	set.StringVar(&i.ledgerFile, "ledger", "", "")
	set.Var(&i.grantFiles, "grant", "")
	set.Var(&i.allow, "allow", "")
	set.BoolVar(&i.jump, "jump", false, "")
}

// load reads the files that the flags name.
func (i *issuer) load() (err error) {
	key, err := i.privateKey(i.from)
	if err != nil {
		return err
	}
	i.key, i.keyID = key, signed.Thumbprint(publicOf(key))
	if i.grants, err = i.grantsIn(i.grantFiles); err != nil {
		return err
	}
	if i.trustFile != "" {
		if i.trust, err = i.trustOf(i.trustFile); err != nil {
			return err
		}
	}
	if i.ledgerFile == "" {
		return nil
	}
	records, err := readLedger(i.ledgerFile)
	i.records = byCustomer(records)
	return err
}

// draft is a license that is to be issued.
type draft struct {
	document      []byte
	message, link string
	after         string // the envelope before, if the user names it
	out           string // empty: into the feed, or to standard output
	overwrites    bool
}

// issued is a license that is signed, and not yet written.
type issued struct {
	license  *license.License
	envelope []byte
	record   record
	output   output
	force    bool
	unusual  slips
}

// prepare signs a license if nothing is wrong with it. Nothing is written.
func (i *issuer) prepare(d draft) (*issued, error) {
	unknown, err := license.UnknownMembers(d.document)
	if err != nil {
		return nil, err
	}
	l, err := license.Parse(d.document)
	if err != nil {
		return nil, err
	}
	now := i.now()
	wrong, unusual := i.judge(l, unknown, now)
	envelope, err := i.sign(d)
	if err != nil {
		return nil, err
	}
	out, force, err := i.outOf(d, l)
	if err != nil {
		return nil, err
	}
	if err := free(force || out == "", output{name: out}); err != nil {
		return nil, err
	}
	sum := digest(envelope)
	before, err := i.before(d, l, out)
	if err != nil {
		return nil, err
	}
	if before != nil {
		wrong = append(wrong, i.judgeNumber(l.Number, sum, *before)...)
		unusual = append(unusual, lapses(l, *before)...)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	if i.trust != nil {
		more, err := i.opens(envelope, now)
		if err != nil {
			return nil, err
		}
		unusual = append(unusual, more...)
	}
	c := customerOf(l)
	return &issued{
		license: l, envelope: envelope, unusual: unusual, force: force,
		output: output{name: out, mode: publicMode, data: envelope},
		record: record{
			At: now.UTC(), User: i.user, KeyID: i.keyID, Owner: c.owner, Serial: c.serial,
			Number: l.Number, Digest: sum, File: out,
		},
	}, nil
}

func customerOf(l *license.License) customer {
	return customer{l.Owner.Name, strings.TrimSpace(l.Licensee.Serial)}
}

// digest returns the SHA-256 of the signed license in an envelope, in hexadecimal.
// It stays the same when a grant or a message is added.
func digest(envelope []byte) string {
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(parsed.License))
	return hex.EncodeToString(sum[:])
}

// sign returns the envelope of a license.
func (i *issuer) sign(d draft) ([]byte, error) {
	envelope, err := signed.Sign(d.document, i.key, i.grants...)
	if err != nil || (d.message == "" && d.link == "") {
		return append(envelope, '\n'), err
	}
	parsed, err := signed.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	parsed.Message, parsed.MessageURL = d.message, d.link
	envelope, err = parsed.Marshal()
	return append(envelope, '\n'), err
}

// opens does with what is to be delivered what a host does.
func (i *issuer) opens(envelope []byte, now time.Time) (unusual slips, err error) {
	opened, err := i.trust.Open(envelope, now)
	if err != nil {
		return nil, err
	}
	if grant := opened.Grant; grant != nil && grant.NotAfter.Before(now.Add(grantMargin)) {
		unusual.add("grant-ends", "", "hosts open the license until %s only, when the grant of its key ends", day(grant.NotAfter))
	}
	return unusual, nil
}

// outOf returns the file to write, and whether it may be there.
func (i *issuer) outOf(d draft, l *license.License) (name string, force bool, err error) {
	if d.out != "" || i.feed == "" {
		return d.out, d.overwrites, nil
	}
	name, err = feedFile(i.feed, customerOf(l))
	return name, true, err // its number is above that of what is there
}

// feedFile returns where a license lies in the folder of a feed.
func feedFile(dir string, c customer) (string, error) {
	name := c.serial + licenseSuffix
	if strings.ContainsAny(c.serial, `/\`) || !filepath.IsLocal(name) {
		return "", slips{{code: "serial", pointer: "/licensee/serial", detail: "the serial can't be the name of a file in a feed"}}
	}
	return filepath.Join(dir, c.owner, name), nil
}

// before returns the license with the highest number of those that were issued
// before, as far as the flags say where to look; nil if they don't.
func (i *issuer) before(d draft, l *license.License, out string) (*previous, error) {
	c := customerOf(l)
	var found []previous
	if records := i.records[c]; len(records) > 0 {
		last := records[len(records)-1]
		found = append(found, previous{number: last.Number, digest: last.Digest, where: "in the ledger"})
	}
	for _, name := range []string{d.after, out} {
		there, err := i.issuedIn(name, c)
		if err != nil && name == out && (d.overwrites || errors.Is(err, fs.ErrNotExist)) && !errors.Is(err, errOther) {
			continue // what nobody can read is overwritten
		}
		if err != nil {
			return nil, err
		}
		if there != nil {
			found = append(found, *there)
		}
	}
	if len(found) == 0 && i.ledgerFile == "" && i.feed == "" {
		return nil, nil //nolint:nilnil // nobody said where to look
	}
	highest := previous{}
	for _, f := range found {
		if f.number > highest.number || f.number == highest.number && f.end != nil {
			highest = f
		}
	}
	return &highest, nil
}

// errOther is a license that is not of the customer.
var errOther = errors.New("has a license of another owner or serial")

// issuedIn returns the license in a file as a previous one. It is not verified: its
// number alone counts, and its key may be revoked by now.
func (i *issuer) issuedIn(name string, c customer) (*previous, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // there is no such file
	}
	envelope, err := i.read(name)
	if err != nil {
		return nil, err
	}
	said, err := signed.Inspect(envelope)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l, err := license.Parse(said.Payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if customerOf(l) != c {
		return nil, fmt.Errorf("%s %w", name, errOther)
	}
	before := &previous{number: l.Number, digest: digest(envelope), where: "in " + name}
	if end, ends := l.End(); ends {
		before.end = &end
	}
	return before, nil
}

// write writes the licenses to the ledger, and then to their files.
func (i *issuer) write(all []*issued) error {
	if i.ledgerFile != "" {
		var records []record
		for _, one := range all {
			if !i.isRecorded(one.record) {
				records = append(records, one.record)
			}
		}
		if err := appendLedger(i.ledgerFile, records); err != nil {
			return err
		}
	}
	for n, one := range all {
		if err := os.MkdirAll(filepath.Dir(one.output.name), 0o777); err != nil { //nolint:gosec // the umask says who may read
			return err
		}
		if err := write(one.force, one.output); err != nil {
			return err
		}
		i.progress(n+1, len(all))
	}
	return nil
}

// isRecorded reports whether the very license is in the ledger, whose writing
// was interrupted.
func (i *issuer) isRecorded(r record) bool {
	for _, known := range i.records[r.customer()] {
		if known.Number == r.Number && known.Digest == r.Digest {
			return true
		}
	}
	return false
}

// progress tells how far a batch is, some twenty times.
func (i *issuer) progress(done, of int) {
	if of > 1 && (done == of || done%max(1, of/20) == 0) {
		i.tell(fmt.Sprintf("%d of %d licenses written", done, of))
	}
}
