// Package issuing is for owners who issue licenses. It checks a license for
// mistakes that are easy to make before it is signed, and does the other work
// of an issuer. It implements docs/spec/vendor.md, reads no clock, file or
// network, and is of no use to hosts.
//
//   - [Issuer.Issue] checks a license document, signs it, and opens the
//     result as a host does.
//   - [FillTemplate] makes a document from a template and a row, and
//     [ParseRows] reads many rows. [Next] makes the document that renews a
//     license.
//   - [Ledger] records what was issued; [Ledger.Gaps] finds missing and
//     double numbers.
//   - [FeedCheck] checks what a feed serves, and [Regrant] adds a later grant
//     to a signed license.
//
// An error is either a list of findings like those of license.Parse, for
// [license.FindingsOf], or an error of package signed.
package issuing
