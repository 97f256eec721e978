package online

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seatwright/seatwright/source"
)

// MaxPathLength is the length of the longest path that a feed answers, as
// encoded, in bytes. The same limit holds for the query.
const MaxPathLength = 1024

// HandlerOption is an option of [NewHandler].
type HandlerOption func(*handler) error

// WithTokens makes the feed require a bearer token. Without it, anybody who
// knows a serial can fetch its license. The function returns the SHA-256
// digests of the tokens that are valid for an owner and a serial, and
// [ErrNotFound] if there are none. It may return several while a token is being
// replaced. [TokenFile.Digests] and [Tokens.Digests] are such functions.
//
// Tokens are compared in constant time. A client without a valid token gets a
// 401, whether the serial exists or not.
func WithTokens(digests func(ctx context.Context, owner, serial string) ([][sha256.Size]byte, error)) HandlerOption {
	return func(h *handler) error {
		if digests == nil {
			return errors.New("the function for the tokens of the feed is nil")
		}
		h.digests = digests
		return nil
	}
}

// NewHandler returns the server side of a feed. It answers
//
//	GET /licenses/{owner}/{serial}
//
// and HEAD from the catalog, as docs/spec/feed.md, Server, says. To serve the
// feed below another path, use [http.StripPrefix].
//
//   - An envelope has a strong ETag. A client that has it already gets a 304.
//   - A status has no ETag and never gets a 304, because a client reads a 304
//     as "current", and not every status says that.
//   - Everything else is a problem document. It is 401 without a valid token,
//     see [WithTokens]; 404 for a serial that is not in the catalog and for
//     every other path; 405 for other methods; 414 for a path that is too
//     long.
//   - It is 500 for any other error of the catalog, for a malformed status,
//     and for an envelope that [WithCheck] refuses.
//
// Rate limits, TLS and logs are up to the host, see [WithObserver]. The handler
// is safe for concurrent use. The error joins everything that is wrong with the
// arguments.
func NewHandler(catalog Catalog, options ...HandlerOption) (http.Handler, error) {
	h := &handler{catalog: catalog}
	var problems []error
	if catalog == nil {
		problems = append(problems, errors.New("the catalog of the feed is nil"))
	}
	for _, option := range options {
		if err := option(h); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return h, nil
}

type handler struct {
	catalog Catalog
	digests func(ctx context.Context, owner, serial string) ([][sha256.Size]byte, error)
	observe func(context.Context, Served)                     // may be nil
	check   func(owner, serial string, envelope []byte) error // may be nil
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answering{ResponseWriter: w}
	a.served.Err = h.answer(a, r)
	if h.observe != nil {
		h.observe(r.Context(), a.served)
	}
}

// answer answers a request. The error is the reason for a status 500.
func (h *handler) answer(w *answering, r *http.Request) error {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Content-Type-Options", "nosniff")
	if h.digests != nil {
		header.Set("Vary", "Authorization")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD are allowed")
		return nil
	}
	path := r.URL.EscapedPath()
	if len(path) > MaxPathLength || len(r.URL.RawQuery) > MaxPathLength {
		refuse(w, http.StatusRequestURITooLong, "the address is too long")
		return nil
	}
	owner, serial, ok := parsePath(path)
	if !ok {
		refuse(w, http.StatusNotFound, "there is no such license")
		return nil
	}
	w.served.Owner, w.served.Serial, w.served.Have = owner, serial, haveOf(r.URL.Query())
	if ok, err := h.authorize(w, r, owner, serial); !ok {
		return err
	}
	entry, err := h.catalog.Lookup(r.Context(), owner, serial)
	if err != nil {
		return refuseError(w, err)
	}
	return h.serve(w, r, entry)
}

// parsePath returns the owner and the serial that a path names, still encoded,
// and whether it names any.
func parsePath(path string) (owner, serial string, ok bool) {
	segments := strings.Split(path, "/")
	if len(segments) != 4 || segments[0] != "" || segments[1] != "licenses" {
		return "", "", false
	}
	owner = segments[2]
	serial, err := url.PathUnescape(segments[3])
	if err != nil || (source.Request{Owner: owner, Serial: serial}).Validate() != nil {
		return "", "", false
	}
	return owner, serial, true
}

// serve answers with an entry. The tag of the answer is always that of its
// bytes, which may be newer than the entry.
func (h *handler) serve(w *answering, r *http.Request, entry Content) error {
	if entry.Type != EnvelopeType && entry.Type != StatusType {
		refuse(w, http.StatusInternalServerError, "the catalog has something else than a license")
		return errors.New("the catalog has something else than a license or a status")
	}
	asked := r.Header.Values("If-None-Match")
	tagged := entry.Type == EnvelopeType
	if tagged && entry.ETag != "" && matchesAny(asked, entry.ETag) {
		unchanged(w, entry.ETag)
		return nil
	}
	body, err := entry.Read(r.Context())
	if err == nil {
		err = h.checkBody(w.served.Owner, w.served.Serial, entry.Type, body)
	}
	if err != nil {
		return refuseError(w, err)
	}
	if tagged {
		tag := ETag(body)
		if matchesAny(asked, tag) {
			unchanged(w, tag)
			return nil
		}
		w.Header().Set("ETag", tag)
	}
	send(w, http.StatusOK, entry.Type, body)
	return nil
}

func unchanged(w http.ResponseWriter, tag string) {
	w.Header().Set("ETag", tag)
	w.WriteHeader(http.StatusNotModified)
}

// refuseError answers an error of the catalog. It does not send the error's
// text, which may contain what nobody outside should see. It returns the error
// if the status is 500.
func refuseError(w http.ResponseWriter, err error) error {
	if errors.Is(err, ErrNotFound) {
		refuse(w, http.StatusNotFound, "there is no such license")
		return nil
	}
	refuse(w, http.StatusInternalServerError, "the feed can't answer now")
	return err
}

// refuse answers with a problem document.
func refuse(w http.ResponseWriter, status int, title string) {
	body, _ := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
	}{Type: "about:blank", Title: title, Status: status}) // these values can always be encoded
	send(w, status, problemType, body)
}

func send(w http.ResponseWriter, status int, mediaType string, body []byte) {
	header := w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // net/http sends no body after HEAD; if the client has gone, nothing is left to do
}
