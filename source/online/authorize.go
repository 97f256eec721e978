package online

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
)

// authorize reports whether the request may be answered. If not, it has refused
// it, for an error with status 500. It compares all digests, and a dummy if
// there are none. So its duration reveals neither which bytes are right nor
// whether the serial exists.
func (h *handler) authorize(w http.ResponseWriter, r *http.Request, owner, serial string) (bool, error) {
	if h.digests == nil {
		return true, nil
	}
	digests, err := h.digests(r.Context(), owner, serial)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, refuseError(w, err)
	}
	known := 1
	if err != nil || len(digests) == 0 {
		known, digests = 0, make([][sha256.Size]byte, 1)
	}
	token, presented := bearer(r)
	digest := sha256.Sum256([]byte(token))
	match := 0
	for _, one := range digests {
		match |= subtle.ConstantTimeCompare(digest[:], one[:])
	}
	if !presented || match&known == 0 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "a token of this license is needed")
		return false, nil
	}
	return true, nil
}

// bearer returns the bearer token of a request, if it has one.
func bearer(r *http.Request) (string, bool) {
	lines := r.Header.Values("Authorization")
	if len(lines) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(lines[0], " ")
	token = strings.Trim(token, " ")
	return token, ok && token != "" && strings.EqualFold(scheme, "Bearer")
}
