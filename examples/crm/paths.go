package main

import (
	"net/http"
	"net/url"
	"strings"
)

// pathTo writes a path of this site from its parts, which may be any texts: ids
// of users are the host's, and have #, / or ?. Every path with a part that is not
// a constant is made here, and [partOf] reads it.
//
// No escape protects a part of dots and slashes alone: browsers take %2e%2e for
// .., too, and [http.ServeMux] takes a last %2F for the end of a folder. Such a
// part gets a ~ in front, and so does one that begins with a ~.
func pathTo(parts ...string) string {
	var path strings.Builder
	for _, part := range parts {
		if strings.Trim(part, "./") == "" || strings.HasPrefix(part, "~") {
			part = "~" + part
		}
		path.WriteString("/" + url.PathEscape(part))
	}
	return path.String()
}

// partOf returns a part of the path of a request, as [pathTo] was given it.
func partOf(r *http.Request, name string) string {
	return strings.TrimPrefix(r.PathValue(name), "~")
}
