// Package license has the types of a license document and the rules by which
// one is read. It implements docs/spec/domain.md; it is pure, and everything
// in it may be used from any number of goroutines.
//
// [Parse] reads a document, or says everything that is wrong with it: a list of
// [Finding], each with a [Code] and a pointer to the member. It is strict where
// encoding/json is not: a member that occurs twice or in another case, invalid
// UTF-8, an integer with an exponent are findings. Reading a License with
// encoding/json runs Parse too.
//
// A [License] belongs to one [Owner] and lists [Module] values; modules are
// known to other owners by their full name, "owner.module" ([FullName]).
// [License.StateAt] says where a license stands in time. [NewSet] makes an
// index of the licenses of an installation: which module a name means, what
// includes it, what requires it. [Diff] says what differs between two licenses.
//
// Parse checks a document, not a signature. Open a license that arrives from
// outside with package license/signed, which verifies first and parses then.
package license
