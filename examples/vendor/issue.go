package main

import "fmt"

// issue checks a license document and signs it, byte for byte as it is. With rows
// the document is a template, and all licenses are written in one go.
func (p program) issue(args []string) error {
	set := flags("issue")
	i := &issuer{program: p}
	i.flags(set)
	var d draft
	set.StringVar(&d.out, "out", "", "")
	set.StringVar(&d.after, "after", "", "")
	set.StringVar(&d.message, "message", "", "")
	set.StringVar(&d.link, "message-url", "", "")
	set.BoolVar(&d.overwrites, "force", false, "")
	rowsFile := set.String("rows", "", "")
	if err := parse(set, args, 1, "key"); err != nil {
		return err
	}
	if d.out != "" && i.feed != "" {
		return &usageError{"issue: -feed says where the license is written; leave -out"}
	}
	if *rowsFile != "" && (i.feed == "" || d.after != "") {
		return &usageError{"issue: -rows goes with -feed, and not with -after"}
	}
	if err := i.load(); err != nil {
		return err
	}
	var err error
	if d.document, err = p.read(set.Arg(0)); err != nil {
		return err
	}
	if *rowsFile != "" {
		return i.issueRows(*rowsFile, d)
	}
	one, err := i.prepare(d)
	if err != nil {
		return err
	}
	p.warn(one.unusual)
	return i.deliver(one)
}

// deliver writes one license, or prints it where there is no file for it.
func (i *issuer) deliver(one *issued) error {
	if one.output.name != "" {
		if err := free(one.force, one.output); err != nil {
			return err
		}
		return i.write([]*issued{one})
	}
	if i.ledgerFile != "" && !i.isRecorded(one.record) {
		if err := appendLedger(i.ledgerFile, []record{one.record}); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(i.stdout, "%s", one.envelope)
	return err
}

// issueRows issues a license for each row of a file.
func (i *issuer) issueRows(file string, d draft) error {
	data, err := i.read(file)
	if err != nil {
		return err
	}
	rows, err := readRows(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return i.batch(d.document, rows, d)
}
