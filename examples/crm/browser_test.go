package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const (
	// patience is how long a busy machine may take for one step.
	patience = time.Minute
	glance   = 20 * time.Millisecond
)

// errNoChromium says what to install.
var errNoChromium = errors.New("Chromium is not installed: install it (Debian: chromium), or set CHROMIUM to its path") //nolint:staticcheck // the message begins with a name

// chromium is one process for all tests.
var chromium struct {
	sync.Once
	browser context.Context //nolint:containedctx // it is the browser's process
	stop    context.CancelFunc
	err     error
}

// startChromium returns the context of the process. Without Chromium the test
// is skipped, and fails in CI.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	chromium.Do(func() { chromium.browser, chromium.stop, chromium.err = launchChromium() })
	if errors.Is(chromium.err, errNoChromium) && os.Getenv("CI") == "" {
		t.Skip(chromium.err)
	}
	require.NoError(t, chromium.err)
	return chromium.browser
}

func launchChromium() (context.Context, context.CancelFunc, error) {
	path, err := findChromium()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	browser, stop := chromedp.NewContext(allocator)
	return browser, func() { stop(); end() }, chromedp.Do(browser)
}

func findChromium() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoChromium
}

func stopChromium() {
	if chromium.stop != nil {
		chromium.stop()
	}
}

// window is somebody at a site in a browser, with cookies of their own. What
// they press and read they find as assistive technology does: by role and name.
type window struct {
	t    *testing.T
	site *site
	ctx  context.Context //nolint:containedctx // it is the window
	// part is the node within which things are looked for; nil for all.
	part *accessibility.Node
	said *complaints
}

// complaints is what the browser had to say about the pages.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// That a page was refused is what some walks are about; files are there.
		refused := strings.Contains(e.Entry.Text, "the server responded with a status of 4") && !strings.Contains(e.Entry.URL, "/static/")
		if e.Entry.Level == log.EntryLevelError && !refused {
			c.list = append(c.list, string(e.Entry.Source)+": "+e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		c.list = append(c.list, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			c.list = append(c.list, "console.error")
		}
	}
}

// newWindow opens a window. When the test ends, the browser must not have
// complained of anything: no script failed, and the policy for contents was kept.
func (s *site) newWindow(t *testing.T) *window {
	t.Helper()
	ctx, closeWindow := chromedp.NewContext(startChromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(closeWindow)
	w := &window{t: t, site: s, ctx: ctx, said: &complaints{}}
	require.NoError(t, chromedp.Listen(ctx, w.said.hear))
	t.Cleanup(func() {
		w.said.mu.Lock()
		defer w.said.mu.Unlock()
		if len(w.said.list) > 0 {
			t.Errorf("the browser complained:\n%s", strings.Join(w.said.list, "\n"))
		}
	})
	w.size(1280)
	return w
}

// windowOf opens a window and signs in.
func (s *site) windowOf(t *testing.T, name string) *window {
	t.Helper()
	w := s.newWindow(t)
	w.signIn(name)
	return w
}

func (w *window) signIn(name string) {
	w.t.Helper()
	w.open("/signin")
	w.fill("Name", name)
	w.fill("Password", demoPassword)
	w.press("Sign in")
}

// size sets the width of the window.
func (w *window) size(width int64) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	require.NoError(w.t, err)
}

// navigates waits until what is done has brought another page, and returns its
// status.
func (w *window) navigates(do ...chromedp.Action[chromedp.Void]) int64 {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, do...)
	require.NoError(w.t, err)
	require.Less(w.t, response.Status, int64(http.StatusInternalServerError), response.URL)
	return response.Status
}

func (w *window) open(path string) int64 {
	w.t.Helper()
	return w.navigates(chromedp.Navigate(w.site.url + path))
}

// path is where the window is.
func (w *window) path() string {
	w.t.Helper()
	return strings.TrimPrefix(evaluate[string](w, "location.href"), w.site.url)
}

// text is what can be read.
func (w *window) text() string {
	w.t.Helper()
	return evaluate[string](w, "document.body.innerText")
}

// sees waits until each text can be read, where a script or a reload brings it.
func (w *window) sees(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		w.until(text, func() bool {
			now, err := chromedp.Run(w.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			return err == nil && strings.Contains(now, text) // there is an error while the page is left
		})
	}
}

// until looks again and again whether something holds.
func (w *window) until(what string, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	again := time.NewTicker(glance)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-ctx.Done():
			w.t.Fatalf("waited in vain for %q on %s, where it says:\n%s", what, w.path(), w.text())
		}
	}
}

func evaluate[T any](w *window, script string) T {
	w.t.Helper()
	value, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script))
	require.NoError(w.t, err, script)
	return value
}

// evaluateLater waits for a promise.
func evaluateLater[T any](w *window, script string) T {
	w.t.Helper()
	value, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	require.NoError(w.t, err, script)
	return value
}

// in is the same window, looking only within a part of the page.
func (w *window) in(role, name string) *window {
	w.t.Helper()
	part := *w
	part.part = w.find(name, role)
	return &part
}

// all finds what has one of the roles, and a name. It compares names itself,
// since the browser's own search misses those of fields for files.
func (w *window) all(name string, roles ...string) []*accessibility.Node {
	w.t.Helper()
	return slices.DeleteFunc(w.having(roles...), func(node *accessibility.Node) bool { return nameOf(node) != name })
}

// nameOf is how assistive technology calls a node.
func nameOf(node *accessibility.Node) (name string) {
	if node.Name == nil || json.Unmarshal(node.Name.Value, &name) != nil {
		return ""
	}
	return name
}

// having finds what has one of the roles.
func (w *window) having(roles ...string) (found []*accessibility.Node) {
	w.t.Helper()
	for _, role := range roles {
		query := accessibility.QueryAXTreeParams{Role: role}
		if w.part != nil {
			query.BackendNodeID = w.part.BackendDOMNodeID
		} else {
			document, err := chromedp.Run(w.ctx, chromedp.Evaluate[*runtime.RemoteObject]("document"))
			require.NoError(w.t, err)
			query.ObjectID = document.ObjectID
		}
		result, err := chromedp.Call(w.ctx, accessibility.QueryAXTree, query)
		require.NoError(w.t, err)
		for _, node := range result.Nodes {
			if !node.Ignored {
				found = append(found, node)
			}
		}
	}
	return found
}

// find finds the only one.
func (w *window) find(name string, roles ...string) *accessibility.Node {
	w.t.Helper()
	found := w.all(name, roles...)
	if len(found) != 1 {
		w.t.Fatalf("%d of %s are named %q on %s:\n%s", len(found), strings.Join(roles, ", "), name, w.path(), w.text())
	}
	return found[0]
}

// press presses a button or follows a link, to another page.
func (w *window) press(name string) int64 {
	w.t.Helper()
	return w.navigates(click(w.find(name, "button", "link").BackendDOMNodeID))
}

// tick clicks a box.
func (w *window) tick(name string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, click(w.find(name, "checkbox").BackendDOMNodeID)))
}

// click points at the middle of a node and presses the mouse.
func click(node cdp.BackendNodeID) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (none chromedp.Void, err error) {
		if _, err := chromedp.Call(ctx, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
			return none, err
		}
		at, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
		if err != nil {
			return none, err
		}
		quad := at.Quads[0]
		return chromedp.MouseClickXY((quad[0]+quad[4])/2, (quad[1]+quad[5])/2)(ctx, chromedp.FromContext(ctx).Target)
	}
}

// fill replaces what a field has.
func (w *window) fill(name, text string) {
	w.t.Helper()
	field := w.find(name, "textbox", "searchbox", "spinbutton").BackendDOMNodeID
	w.apply(field, "function() { this.focus(); this.select() }")
	_, err := chromedp.Call(w.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(w.t, err)
}

// choose chooses from a list, by what is read there.
func (w *window) choose(name, option string) {
	w.t.Helper()
	w.apply(w.find(name, "combobox").BackendDOMNodeID, `function(text) {
		this.selectedIndex = [...this.options].findIndex((o) => o.text === text)
		if (this.selectedIndex < 0) throw new Error("there is no " + text)
	}`, option)
}

// upload chooses a file.
func (w *window) upload(name, file string) {
	w.t.Helper()
	field := w.find(name, "button").BackendDOMNodeID
	_, err := chromedp.Call(w.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{
		Files: []string{file}, BackendNodeID: field,
	})
	require.NoError(w.t, err)
}

// apply calls a function on an element.
func (w *window) apply(node cdp.BackendNodeID, function string, args ...any) {
	w.t.Helper()
	object, err := chromedp.Call(w.ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	require.NoError(w.t, err)
	_, err = chromedp.Run(w.ctx, chromedp.CallFunctionOn[chromedp.Void](function, func(p *runtime.CallFunctionOnParams) {
		p.ObjectID = object.Object.ObjectID
	}, args...))
	require.NoError(w.t, err)
}

// activateDisabled reports whether Activate can't be pressed, and what is said
// beside it.
func (w *window) activateDisabled() (bool, string) {
	w.t.Helper()
	button := w.find("Activate", "button")
	reason := ""
	if button.Description != nil {
		reason = strings.Trim(string(button.Description.Value), `"`)
	}
	for _, property := range button.Properties {
		if property.Name == accessibility.PropertyNameDisabled && string(property.Value.Value) == "true" {
			return true, reason
		}
	}
	return false, reason
}
