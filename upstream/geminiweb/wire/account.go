package wire

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Account is the answer of the status procedure.
type Account struct {
	Status   int // 0 or 1000 is signed in; docs/protocol.md lists the others
	Offers   []Offer
	Capacity int  // 1 free, 2 or 3 advanced, 4 plus
	Shifted  bool // the capacity stands one place further in the model header
}

// Offer is one row of the account's own model list.
type Offer struct {
	ID, Name, Description string
	// Version is the name that answers show, such as "3.6 Flash", "" if the row has
	// none. Unlike Name it is never translated.
	Version string
	Class   int // 0 if the list has no number for it
}

// ParseAccount parses the body of the status procedure. It reports false if the
// body is no array.
func ParseAccount(body gjson.Result) (Account, bool) {
	if !body.IsArray() {
		return Account{}, false
	}
	a := Account{Status: int(At(body, 14).Int())}
	At(body, 15).ForEach(func(_, row gjson.Result) bool {
		if id := DecodeString(At(row, 0)); id != "" {
			a.Offers = append(a.Offers, Offer{ID: id, Name: DecodeString(At(row, 1)), Description: DecodeString(At(row, 2)),
				Version: findVersion(row), Class: int(At(row, 17).Int())})
		}
		return true
	})
	a.Capacity, a.Shifted = parseCapacity(intValues(At(body, 16)), intValues(At(body, 17)))
	return a, true
}

// findVersion returns the versioned name in a row of the model list: at 11, in some
// rows at 10 or 19. A name without a version is none.
func findVersion(row gjson.Result) string {
	for _, place := range []int{11, 10, 19} {
		if name := strings.TrimSpace(DecodeString(At(row, place))); name != "" && '0' <= name[0] && name[0] <= '9' {
			return name
		}
	}
	return ""
}

// parseCapacity derives the plan that the account pays for from its tier and
// capability flags.
func parseCapacity(tier, caps []int64) (value int, shifted bool) {
	has := slices.Contains[[]int64, int64]
	switch {
	case has(tier, 21):
		return 1, true
	case has(tier, 22):
		return 2, true
	case has(caps, 115):
		return 4, false
	case has(tier, 16) || has(caps, 106):
		return 3, false
	case has(tier, 8) || has(caps, 19):
		return 2, false
	}
	return 1, false
}

func intValues(list gjson.Result) (out []int64) {
	list.ForEach(func(_, v gjson.Result) bool {
		out = append(out, v.Int())
		return true
	})
	return out
}
