package license

import "time"

// checkDocument applies the rules between the members of the document itself.
// An instant that is malformed or occurs twice is present and nil.
func checkDocument(l *License, present memberSet, f *findings) {
	checkCritical(l.Critical, f)
	absent := func(name string) bool { return present&documentMembers.members[name].bit == 0 }
	if l.WarnFrom != nil && (absent("expires") || isAfter(l.WarnFrom, l.Expires)) {
		f.add(CodeOrder, member("warnFrom"))
	}
	if l.GraceUntil != nil && (absent("expires") || isAfter(l.Expires, l.GraceUntil)) {
		f.add(CodeOrder, member("graceUntil"))
	}
	end := l.GraceUntil
	if absent("graceUntil") {
		end = l.Expires
	}
	if l.ValidFrom != nil && end != nil && !l.ValidFrom.Before(*end) {
		f.add(CodeOrder, member("validFrom"))
	}
}

// isAfter reports whether both instants are known and the first is later.
func isAfter(a, b *time.Time) bool { return a != nil && b != nil && a.After(*b) }

// checkCritical reports unknown members that the document marks as critical.
func checkCritical(critical []string, f *findings) {
	reported := 0
	for i, name := range critical {
		if documentMembers.members[name] != nil || moduleMembers.members[name] != nil {
			continue
		}
		path := []step{member("critical"), element(i)}
		if name == "" && f.has(CodeMalformed, path) {
			continue
		}
		if reported++; reported > f.limit() {
			return
		}
		f.add(CodeUnsupported, path...)
	}
}
