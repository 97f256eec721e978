// Package issuing is for owners who issue licenses: it checks what is about to be
// signed for slips of the hand, and has what an issuer needs beside signing. It
// implements docs/spec/vendor.md, and answers from its arguments alone. Hosts have
// no use for it.
//
//   - [Issuer.Issue] checks a license document, signs it, and opens the result as a
//     host does.
//   - [FillTemplate] makes many documents of a template and the rows that [ParseRows] reads;
//     [Next] makes the license after one.
//   - [Ledger] is what was issued, with its [Ledger.Gaps].
//   - [FeedCheck] looks at what a feed serves, and [Regrant] adds a later grant to
//     what was signed.
//
// An error is a list of findings like those of license.Parse, which
// [license.FindingsOf] returns, or that of package signed.
package issuing
