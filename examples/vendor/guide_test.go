//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// guide runs the commands of docs/vendor-guide.md in order, in one folder.
type guide struct {
	vendor
	now       time.Time
	variables map[string]string
	served    string // the address of serve
	stop      func()
	ran       int
}

// TestGuide runs every command of the guide on the day that the page names. Those
// of vendor run within the test, the others in a shell.
func TestGuide(t *testing.T) {
	page, err := os.ReadFile("../../docs/vendor-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	documents := os.DirFS(mustAbs(t, "testdata/guide"))
	v := newVendor(t)
	if err := os.CopyFS(v.dir, documents); err != nil {
		t.Fatal(err)
	}
	g := &guide{vendor: v, variables: make(map[string]string)}
	defer func() { g.stop() }()
	blocks := regexp.MustCompile("(?s)<!-- on ([0-9-]+) -->|```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	for _, block := range blocks[1:] { // the first builds the program
		if block[1] != "" {
			if g.now, err = time.Parse(time.DateOnly, block[1]); err != nil {
				t.Fatal(err)
			}
		}
		g.block(block[2])
	}
	if g.ran < 30 {
		t.Errorf("%d commands were run, which are not all", g.ran)
	}
}

func mustAbs(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir + "/" + name
}

// block runs the commands of a block.
func (g *guide) block(text string) {
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if strings.Contains(line, "<<'END'") {
			document, after, found := strings.Cut(rest, "\nEND\n")
			if !found {
				g.t.Fatalf("the document of %q does not end", line)
			}
			line, rest = line+"\n"+document+"\nEND\n", after
		}
		text = rest
		if line != "" {
			g.command(line)
		}
	}
}

func (g *guide) command(line string) {
	g.t.Helper()
	g.ran++
	for name, value := range g.variables {
		line = strings.ReplaceAll(line, "$"+name, value)
	}
	switch {
	case strings.HasPrefix(line, "vendor serve "):
		g.serve(strings.Fields(line))
	case strings.HasPrefix(line, "curl "):
		g.curl(line)
	case strings.HasPrefix(line, "vendor "):
		g.run(strings.TrimPrefix(line, "vendor "))
	default:
		shell := exec.CommandContext(g.t.Context(), "sh", "-ec", line)
		shell.Dir = g.dir
		if output, err := shell.CombinedOutput(); err != nil {
			g.t.Fatalf("%s: %v\n%s", line, err, output)
		}
	}
}

// run runs a command of vendor.
func (g *guide) run(line string) {
	g.t.Helper()
	line, want, fails := strings.Cut(line, " # fails: ")
	line, into, _ := strings.Cut(line, " > ")
	var out, problems bytes.Buffer
	p := g.program(&out, &problems)
	status := p.run(g.t.Context(), words(line))
	told := withoutWarnings(problems.String())
	if fails != (status == exitFailed) || !strings.HasPrefix(told, want) || (!fails && told != "") {
		g.t.Fatalf("%s: vendor %s: status %d\n%s", g.now.Format(time.DateOnly), line, status, problems.String())
	}
	if into != "" {
		g.write(into, out.String())
	}
	if strings.HasPrefix(line, "token ") && g.variables["TOKEN"] == "" {
		g.variables["TOKEN"] = strings.TrimSpace(out.String())
	}
	if strings.HasPrefix(line, "keygen -out signing-2028b") {
		g.variables["LEAKED"] = g.thumbprint("signing-2028.pub.jwk")
	}
}

func (g *guide) program(out, problems io.Writer) program {
	now := g.now
	return program{
		stdin: strings.NewReader(""), stdout: out, stderr: problems, user: "eva",
		now: func() time.Time { return now }, ask: func(string) ([]byte, error) { return []byte("correct horse"), nil },
	}
}

// words splits a line as a shell does, as far as the guide needs it.
func words(line string) []string {
	var found []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			found = append(found, part)
		} else {
			found = append(found, strings.Fields(part)...)
		}
	}
	return found
}

// serve serves in the background, at an address that is free.
func (g *guide) serve(args []string) {
	g.t.Helper()
	ctx, stop := context.WithCancel(g.t.Context())
	log, err := os.Create(g.path("serve.log"))
	if err != nil {
		g.t.Fatal(err)
	}
	reader, writer := io.Pipe()
	ended := make(chan int)
	for i, arg := range args {
		if arg == "127.0.0.1:8080" {
			args[i] = "127.0.0.1:0"
		}
		if arg == "2>>" {
			args = args[:i]
			break
		}
	}
	go func() { ended <- g.program(writer, log).run(ctx, args[1:]) }()
	if _, err := fmt.Fscanf(reader, "serving feed on %s\n", &g.served); err != nil {
		g.t.Fatal(err)
	}
	g.stop = func() {
		stop()
		if status := <-ended; status != exitOK {
			g.t.Errorf("serve ended with %d", status)
		}
		_ = log.Close()
		g.stop = func() {}
	}
}

// curl asks the feed, which then ends.
func (g *guide) curl(line string) {
	g.t.Helper()
	args := words(line)
	address := strings.Replace(args[len(args)-1], "http://127.0.0.1:8080", g.served, 1)
	status, body := get(g.t, address, strings.TrimPrefix(args[len(args)-2], "Authorization: Bearer "))
	if status != 200 || !bytes.Equal(body, g.read("feed/acme/4711.license.json")) {
		g.t.Fatalf("%s: status %d\n%s", line, status, body)
	}
	g.stop()
}
