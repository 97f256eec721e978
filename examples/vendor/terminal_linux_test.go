package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestTerminal has the program, built as the guide says, ask for the pass phrase on
// the terminal, whatever standard input is, and not show it.
func TestTerminal(t *testing.T) {
	program := built(t)
	v := newVendor(t)
	if told := v.typed(program, "correct horse\ncorrect horse\n", "keygen", "-out", "key", "-encrypt"); told != "New pass phrase: \r\nOnce more: \r\n" {
		t.Errorf("keygen tells %q", told)
	}
	v.write("license.json", licenseFor("4711", 1, nil))
	if told := v.typed(program, "correct horse\n", "issue", "-key", "key.pem", "-out", "envelope.json", "license.json"); told != "Pass phrase of key.pem: \r\n" {
		t.Errorf("issue tells %q", told)
	}
	v.trust(false, "key.pub.jwk")
	v.mustRun("verify", "-trust", "trust.json", "envelope.json")
}

// built runs the first command of docs/vendor-guide.md, and returns the program.
func built(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/vendor-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	command := strings.TrimSpace(regexp.MustCompile("(?s)```sh\n(.*?)```").FindStringSubmatch(string(page))[1])
	program := t.TempDir() + "/vendor"
	words := strings.Fields(strings.Replace(command, "-o vendor ", "-o "+program+" ", 1))
	build := exec.CommandContext(t.Context(), words[0], words[1:]...)
	build.Dir = "../.."
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	return program
}

// typed runs a command at a terminal of its own, where the lines are typed, and
// returns what is shown there.
func (v vendor) typed(program, lines string, args ...string) (shown string) {
	v.t.Helper()
	keyboard, terminal := openTerminal(v.t)
	command := exec.CommandContext(v.t.Context(), program, args...)
	command.Dir, command.Stderr = v.dir, terminal
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2}
	if err := command.Start(); err != nil {
		v.t.Fatal(err)
	}
	if err := terminal.Close(); err != nil {
		v.t.Fatal(err)
	}
	told := make([]byte, 0, 1024)
	for line := range strings.Lines(lines) {
		for !strings.HasSuffix(string(told), ": ") {
			n, err := keyboard.Read(told[len(told):cap(told)])
			if err != nil {
				v.t.Fatalf("%v after %q", err, told)
			}
			told = told[:len(told)+n]
		}
		waitUntilHidden(v.t, keyboard)
		if _, err := io.WriteString(keyboard, line); err != nil {
			v.t.Fatal(err)
		}
		told = append(told, 0) // so that the next question is waited for
	}
	rest, _ := io.ReadAll(keyboard) // a closed terminal is reported as an error
	if err := command.Wait(); err != nil {
		v.t.Errorf("vendor %s: %v", strings.Join(args, " "), err)
	}
	return strings.ReplaceAll(string(told)+string(rest), "\x00", "")
}

// waitUntilHidden waits until a terminal does not show what is typed, as nobody
// types quicker than that.
func waitUntilHidden(t *testing.T, keyboard *os.File) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range 2000 {
		state, err := unix.IoctlGetTermios(int(keyboard.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if state.Lflag&unix.ECHO == 0 {
			return
		}
		<-ticker.C
	}
	t.Fatal("the terminal shows what is typed")
}

// openTerminal returns both sides of a terminal.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return keyboard, terminal
}
