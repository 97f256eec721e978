package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/seatwright/seatwright/internal/content"
)

// activatedMember is an element of "activated". A nil field is missing.
type activatedMember struct {
	Serial  *string `json:"serial"`
	Number  *int64  `json:"number"`
	Content *string `json:"content"`
}

func activatedMembers(activated []content.Numbered) []activatedMember {
	members := make([]activatedMember, len(activated))
	for i, n := range activated {
		digest := hex.EncodeToString(n.Content[:])
		members[i] = activatedMember{&n.Serial, &n.Number, &digest}
	}
	return members
}

func (r *reader) activated(pointer, raw string) {
	var members []activatedMember
	if !r.decode(pointer, raw, &members) {
		return
	}
	for i, m := range members {
		at := pointer + "/" + strconv.Itoa(i)
		if m.Serial == nil {
			r.add(at+"/serial", missing)
		}
		if m.Number == nil {
			r.add(at+"/number", missing)
		}
		if m.Content == nil {
			r.add(at+"/content", missing)
		}
		if m.Serial == nil || m.Number == nil || m.Content == nil {
			continue
		}
		digest, err := hex.DecodeString(*m.Content)
		if err != nil || len(digest) != sha256.Size {
			r.add(at+"/content", "must be a SHA-256 in hexadecimal")
			continue
		}
		r.scenario.Activated = append(r.scenario.Activated, content.Numbered{
			Serial: *m.Serial, Number: r.number(at+"/number", *m.Number, 1), Content: [sha256.Size]byte(digest),
		})
	}
}
