package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// useColor reports whether output goes to a terminal that shows colors, and
// whoever sits there has nothing against them (https://no-color.org).
func useColor(output io.Writer, getenv func(string) string) bool {
	file, ok := output.(*os.File)
	if !ok || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func red(text string) string { return "\x1b[31m" + text + "\x1b[0m" }

// printable spells out what would steer a terminal, such as an escape sequence
// or a change of the direction of writing, in a text from outside.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// maxText is how many characters are shown of a text from outside.
const maxText = 200

// short is printable for what is part of a line.
func short(text string) string {
	length := 0
	for i := range text {
		if length == maxText {
			return printable(text[:i]) + "…"
		}
		length++
	}
	return printable(text)
}
