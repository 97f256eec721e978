// Package keygen reads license and machine files of Keygen (keygen.sh) as
// licenses of this library. It is an adapter, and shows how a host brings in
// licenses of another issuer; no other package knows of it. It implements
// docs/spec/format.md, Keygen certificates.
//
// [Open] verifies a file with the account's Ed25519 public key, decrypts it
// where needed, and makes a license of what it says:
//
//   - each included entitlement becomes a site module. Its name is the
//     entitlement's code in lower case, with "-" for "_", "." and spaces; a
//     code that is no module's name even then is refused.
//   - maxUsers, or else maxMachines, becomes a user module with that many
//     seats. Where Keygen sets no limit there is no such module.
//   - the license's expiry is the end of the license, the file's issued is when
//     it was issued and from when on it is valid, and the file's expiry is when
//     to check again. The number is the file's issued in milliseconds since
//     1970, which grows from file to file.
//
// A file is to be checked out from Keygen with the entitlements included, and a
// machine file with its license ("include=license,license.entitlements").
//
// Of a file with the scheme "base64+ed25519" nothing else is needed. One with
// "aes-256-gcm+ed25519" is encrypted with the license key, a machine file with
// license key and fingerprint. Other schemes are not read.
package keygen
