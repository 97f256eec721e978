// Package file reads licenses from files: one that an administrator received by
// mail and uploads, or files in a folder of the server.
//
//	licenses := file.Path("/etc/crm/licenses") // a file, or a folder of them
//	outcome, err := licenses.Check(ctx, source.Request{})
//
// [Path], [FS] and [Reader] each return a source, and so do [Env] and [Secret]
// for licenses that are in no file. Use [Path] for a file or folder of the
// server, [FS] for an embedded or other file system, and [Reader] for an
// upload.
//
// A file is a regular file of at most [source.MaxEnvelopeSize] bytes; devices
// and FIFOs are never opened. In a folder, the source reads every file whose
// name ends in ".json" and does not begin with a dot, in the order of names. It
// does not read subfolders. One unreadable file makes the whole folder a
// problem that names it, because that file could be the license that somebody
// waits for.
//
// The outcome is [source.KindNew] with the bytes, or [source.KindProblem]. The
// sources ignore the request. The engine verifies the licenses, and decides
// whose they are and which is the newest. The message of an envelope from a
// file must not be shown, see docs/spec/format.md; the caller has to see to
// that too.
//
// See docs/spec/feed.md, File.
package file
