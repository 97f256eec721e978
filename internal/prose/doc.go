// Package prose tests the words of the project: comments that go doc shows, the
// README and the documents.
package prose
