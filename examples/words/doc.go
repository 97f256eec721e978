// Package words is what people read for the codes, refusals and errors of the
// library: a sentence for each, in a file that a host can replace or translate.
// Copy it, and change it.
//
//	w, err := words.Read(words.English, norwegian)
//	w.Say("blocker.", blocker.Kind, blocker)      // with the figures of the blocker
//	w.Names(status).Text(w.Explain(err).Sentence) // with what modules are called
//
// The library's own texts are for logs: they vary, and have code names. Codes and
// the names of figures stay, and so the sentences are found by them.
package words
