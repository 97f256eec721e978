package main

import (
	"fmt"

	"github.com/seatwright/seatwright/license/issuing"
)

// issue checks a license document and signs it, byte for byte as it is. With rows
// the document is a template, and all licenses are written in one go.
func (p program) issue(args []string) error {
	set := flags("issue")
	i := &issuer{program: p}
	i.flags(set)
	var d draft
	set.StringVar(&d.out, "out", "", "")
	set.StringVar(&d.after, "after", "", "")
	set.StringVar(&d.Message, "message", "", "")
	set.StringVar(&d.MessageURL, "message-url", "", "")
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
	if d.Document, err = p.read(set.Arg(0)); err != nil {
		return err
	}
	if *rowsFile != "" {
		return i.issueRows(*rowsFile, d)
	}
	one, err := i.prepare(d)
	if err != nil {
		return err
	}
	p.warn(at("", one.Unusual))
	return i.write([]*issued{one})
}

// issueRows issues a license for each row of a file beside a template, all or none.
func (i *issuer) issueRows(file string, d draft) error {
	data, err := i.read(file)
	if err != nil {
		return err
	}
	rows, err := issuing.ParseRows(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	template := d.Document
	if _, err := issuing.FillTemplate(template, issuing.Row{}); err != nil {
		return slipsOf("the template", err)
	}
	var all []*issued
	var places []string
	var wrong slips
	seen := make(map[issuing.Customer]bool)
	for _, row := range rows {
		place := fmt.Sprintf("line %d", row.Line)
		one, err := i.prepareRow(template, row, d)
		if err != nil {
			wrong = append(wrong, slipsOf(place, err)...)
			continue
		}
		c := one.Record.Customer()
		if seen[c] {
			wrong.add(place, string(issuing.CodeDouble), "there is another license for %s", inOneLine(c.String()))
		}
		seen[c] = true
		all, places = append(all, one), append(places, place)
	}
	if len(wrong) > 0 {
		return wrong
	}
	i.warnOfAll(all, places)
	return i.write(all)
}

func (i *issuer) prepareRow(template []byte, row issuing.Row, d draft) (*issued, error) {
	var err error
	if d.Document, err = issuing.FillTemplate(template, row); err != nil {
		return nil, err
	}
	return i.prepare(d)
}
