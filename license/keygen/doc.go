// Package keygen reads license and machine files of Keygen (keygen.sh) as
// licenses of this library. Use it if you sell through Keygen already. It is
// also an example of how a host brings in licenses of another issuer: no other
// package depends on it. It implements docs/spec/format.md, Keygen
// certificates.
//
// A [Trust] opens files for an engine, as a [signed.Trust] opens envelopes.
// [Open] reads a single file without an engine. Both verify it with the
// account's public keys, decrypt it if needed, and make a license of its
// content:
//
//   - Each included entitlement becomes a site module. Its name is the
//     entitlement's code in lower case, with "-" for "_", "." and spaces. A
//     code that is no module name even then is refused.
//   - maxUsers, or else maxMachines, becomes a user module with that many
//     seats. If Keygen sets no limit, there is no such module.
//   - The license's expiry is the end of the license, and the file's issued
//     is when it was issued. The file's expiry is when to check again. With
//     [Options.EndsWithFile] it also ends the license.
//   - The number is the file's issued in milliseconds since 1970, which grows
//     from file to file.
//
// Check a file out of Keygen with its entitlements included, and a machine file
// with its license too ("include=license,license.entitlements").
//
// The payload of a file is either in base64, which needs no key, or encrypted
// with AES-256-GCM. The key is the license key, for a machine file license key
// and fingerprint. Files are signed with Ed25519, RSA (PKCS #1 v1.5 or PSS,
// with SHA-256) or ECDSA on P-256 (with SHA-256), as
// https://keygen.sh/docs/api/cryptography/ says. Other algorithms are refused.
package keygen
