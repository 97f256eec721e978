// Package keygen reads license and machine files of Keygen (keygen.sh) as
// licenses of this library. It is an adapter, and shows how a host brings in
// licenses of another issuer; no other package knows of it. It implements
// docs/spec/format.md, Keygen certificates.
//
// A [Trust] opens files for an engine, as one of package signed opens envelopes.
// [Open] does so for one file. Both verify it with the account's public keys,
// decrypt it where needed, and make a license of what it says:
//
//   - each included entitlement becomes a site module. Its name is the
//     entitlement's code in lower case, with "-" for "_", "." and spaces; a
//     code that is no module's name even then is refused.
//   - maxUsers, or else maxMachines, becomes a user module with that many
//     seats. Where Keygen sets no limit there is no such module.
//   - the license's expiry is the end of the license, the file's issued is when
//     it was issued, and the file's expiry is when to check again, or the end as
//     well where [Options.EndsWithFile] is set. The number is the file's issued
//     in milliseconds since 1970, which grows from file to file.
//
// A file is to be checked out from Keygen with the entitlements included, and a
// machine file with its license ("include=license,license.entitlements").
//
// The payload of a file is in base64, for which nothing else is needed, or
// encrypted with AES-256-GCM under the license key, in a machine file under
// license key and fingerprint. Files are signed with Ed25519, RSA (PKCS #1 v1.5
// or PSS, with SHA-256) or ECDSA on P-256 (with SHA-256), as
// https://keygen.sh/docs/api/cryptography/ says. Other algorithms are refused.
package keygen
