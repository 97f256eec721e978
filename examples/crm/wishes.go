package main

import (
	"net/http"

	"github.com/seatwright/seatwright/activation"
)

// wishesPage is what people should have by the host's own rules, and have not.
type wishesPage struct {
	Wishes []activation.Wish
	Called map[string]string
}

func (s *Server) wishes(w http.ResponseWriter, r *http.Request, v visitor) error {
	wishes, err := s.crm.WishPage(r.Context(), nil, activation.Wish{}, maxListed+1)
	if err != nil {
		return err
	}
	page := wishesPage{Wishes: wishes}
	var ids []string
	for _, wish := range wishes {
		ids = append(ids, wish.Holder)
	}
	if page.Called, err = s.called(r.Context(), unique(ids)); err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "wishes", "Unmet wishes", page)
}
