// Package words has a sentence for each code, refusal and error of the library, for
// people to read. The sentences are in a file that a host can replace or translate.
// Copy the package, and change it.
//
//	w, err := words.Read(words.English, norwegian)
//	w.Say("blocker.", blocker.Kind, blocker)      // with the figures of the blocker
//	w.Names(status).Text(w.Explain(err).Sentence) // with what modules are called
//
// Do not show the library's own texts to users. They are for logs, may change with
// any version, and have code names. Codes and the names of figures stay the same,
// so the sentences are found by them.
package words
