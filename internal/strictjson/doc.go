// Package strictjson reads JSON (RFC 8259) without the leniencies by which two
// readers can understand one document differently.
//
// Most code wants [Unmarshal], which decodes into a Go value as encoding/json
// does. It refuses what that package lets pass: member names that occur twice,
// unknown members, members that differ from a known one in case, null, and
// anything after the value.
//
// Code that has to report everything that is wrong with a document, and where,
// uses the layers below. [Scan] judges the text as a whole and marks duplicates
// in a [Tree]. A [Cursor] walks a text that has passed. The tree lists the
// marks as RFC 6901 pointers in order.
//
// Nothing here limits the size of a text; callers do. Time and memory are
// linear in that size, and the depth is limited by [MaxDepth].
package strictjson

// MaxDepth is how deep arrays and objects may be nested, counting the
// outermost.
const MaxDepth = 10_000

// byteOrderMark is that of UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// TrimMark returns the text without the one UTF-8 byte order mark that editors
// put in front of a file. It is for whoever reads a file that people make or
// send; a text inside of another one has none.
func TrimMark[Text []byte | string](text Text) Text {
	if len(text) >= len(byteOrderMark) && string(text[:len(byteOrderMark)]) == byteOrderMark {
		return text[len(byteOrderMark):]
	}
	return text
}
