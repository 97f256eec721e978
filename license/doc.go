// Package license defines the license document: its types, and the rules for
// reading it. It implements docs/spec/domain.md. The package is pure, and all
// of it is safe for concurrent use.
//
// [Parse] reads a document. If the document is wrong, Parse reports everything
// that is wrong with it: a list of [Finding], each with a [Code] and a pointer
// to the member. Parse is stricter than encoding/json. It refuses a member that
// occurs twice or in another case, invalid UTF-8, and an integer with an
// exponent. Decoding a License with encoding/json runs Parse too.
//
// A [License] belongs to one [Owner] and lists [Module] values. Other owners
// refer to a module by its full name, "owner.module" ([FullName]).
// [License.StateAt] tells where a license stands in time: not yet valid,
// active, in its grace period, lapsed. [NewSet] indexes the licenses of an
// installation: it resolves names, and links each module to the modules that
// include or require it. [Diff] compares two licenses.
//
// Parse checks a document, not a signature. Open a license that arrives from
// outside with package license/signed, which verifies the signature before it
// parses.
package license
