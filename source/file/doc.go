// Package file reads licenses from files: what an administrator has received by
// mail and uploads, and what lies in a folder of the server.
//
//	licenses := file.Path("/etc/crm/licenses") // a file, or a folder of them
//	outcome, err := licenses.Check(ctx, source.Request{})
//
// [Reader], [FS] and [Path] each return a source, and so do [Env] and [Secret],
// for what is in no file. A file is a regular file of at
// most [source.MaxEnvelopeSize] bytes: devices and FIFOs are never opened. Of a
// folder, every file is read whose name ends in ".json" and does not begin with
// a dot, in the order of names; folders in it are left out. One file that can't
// be read makes the whole folder a problem that names it, because it could be
// the license that somebody waits for.
//
// The outcome is [source.KindNew] with the bytes, or [source.KindProblem]. The
// sources do not look at the request. The engine verifies the licenses, and decides
// whose they are and which is the newest. The message of an envelope that came from
// a file is not shown, see docs/spec/format.md; that is up to the caller as well.
//
// See docs/spec/feed.md, File.
package file
