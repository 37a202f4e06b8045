package markup

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
)

const (
	placeholderHost = "://googleusercontent.com/"
	placeholderPath = 200
	chipPath        = "immersive_entry_chip/"
	picturePath     = "image_generation_content/"
	videoPath       = "video_gen_chip/"
	agentPath       = "image_agent_tag_"
	searchAddress   = "https://www.google.com/search?q="

	// chipPatience is how much text, in bytes, waits behind the chip of a document
	// that did not come yet.
	chipPatience = 256

	linkText    = 512     // bytes of the text of a link
	linkAddress = 2 << 10 // bytes of its address
)

// Places are the placeholders of a text for parts of the answer that the client is to
// get: those for ornaments of the page do not count.
type Places struct {
	Documents       int // one more than the highest number of a document
	Pictures, Video bool
}

// countPlace counts a placeholder by its path.
func (p *Places) countPlace(path string) {
	if number, ok := strings.CutPrefix(path, chipPath); ok {
		n, _ := strconv.Atoi(number) // 0 if it is none
		p.Documents = max(p.Documents, n+1)
	}
	p.Pictures = p.Pictures || strings.HasPrefix(path, picturePath)
	p.Video = p.Video || strings.HasPrefix(path, videoPath)
}

// matchPlaceholder takes out a placeholder address with the newlines after it, such
// as http://googleusercontent.com/image_generation_content/0_635. One of a document
// stops the Cleaner.
func (c *Cleaner) matchPlaceholder(text []byte, final bool) (n int, wait bool) {
	from, n, state := scanPlaceholder(text)
	switch {
	case state == absent:
		return 0, false
	case state == partial && n == 0:
		return 0, true
	}
	address := string(text[from:n])
	c.places.countPlace(address)
	if number, ok := strings.CutPrefix(address, chipPath); ok {
		switch i, err := strconv.Atoi(number); {
		case err == nil && i < c.Documents:
			c.chip = i + 1
			return n, false
		case len(text)-n < chipPatience && !final:
			return 0, true
		}
	}
	n, wait = dropPlaceholder(text, n)
	return n, wait
}

// dropPlaceholder takes out the newlines behind a placeholder as well.
func dropPlaceholder(text []byte, n int) (int, bool) {
	if n+1 == len(text) && text[n] == '_' {
		return n, true // a second number may follow
	}
	for n < len(text) && text[n] == '\n' {
		n++
	}
	return n, n == len(text)
}

// scanPlaceholder scans an address whose path begins at from and ends at n. It
// reports partial with n if the path may go on.
func scanPlaceholder(text []byte) (from, n int, state progress) {
	n, state = scanLiteral(text, 0, "http")
	if state == complete && n < len(text) && text[n] == 's' {
		n++
	}
	if state == complete {
		n, state = scanLiteral(text, n, placeholderHost)
	}
	if state != complete {
		return 0, 0, state
	}
	from = n
	if end, state := scanLiteral(text, n, agentPath); state == complete {
		n = skipDigits(text, end)
		return from, n, complete
	}
	for ; ; n++ {
		switch {
		case n-from > placeholderPath:
			return 0, 0, absent
		case n == len(text) || text[n] == '/' && n+1 == len(text):
			return 0, 0, partial
		case text[n] == '/' && isDigit(text[n+1]):
			return from, scanNumbers(text, n+1), complete
		case text[n] != '/' && text[n] != '-' && text[n] != '_' && !isAlnum(text[n]):
			return 0, 0, absent
		}
	}
}

// scanNumbers returns the index after a number and an optional second one.
func scanNumbers(text []byte, n int) int {
	n = skipDigits(text, n)
	if n+1 < len(text) && text[n] == '_' && isDigit(text[n+1]) {
		n = skipDigits(text, n+1)
	}
	return n
}

// matchLink matches a link whose address means nothing to a client: of a
// placeholder its text stays, of an address that is wrapped in a search the address.
func (c *Cleaner) matchLink(text []byte) (n int, wait bool) {
	end, state := scanLinkText(text)
	if state != complete {
		return 0, state == partial
	}
	from := end + len("](")
	if from > len(text) {
		return 0, end+1 == len(text) || text[end+1] == '('
	}
	if text[end+1] != '(' {
		return 0, false
	}
	_, search := scanLiteral(text, from, searchAddress)
	_, plain := scanLiteral(text, from, "http"+placeholderHost)
	_, secure := scanLiteral(text, from, "https"+placeholderHost)
	switch max(search, plain, secure) {
	case absent:
		return 0, false
	case partial:
		return 0, true
	case complete:
	}
	address := text[from:min(len(text), from+linkAddress)]
	n = bytes.IndexAny(address, ") \n")
	switch {
	case n < 0:
		return 0, len(address) < linkAddress
	case address[n] != ')':
		return 0, false
	}
	label := string(text[1:end])
	out := label
	if search == complete {
		if out = unwrapSearch(label, string(address[len(searchAddress):n])); out == "" {
			return 0, false
		}
	}
	c.emitText(out)
	return from + n + 1, false
}

// scanLinkText returns the index of the bracket that ends the text of a link.
func scanLinkText(text []byte) (int, progress) {
	depth := 0
	for i, b := range text[:min(len(text), linkText)] {
		switch b {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i, complete
			}
		case '\n':
			return 0, absent
		}
	}
	if len(text) >= linkText {
		return 0, absent
	}
	return 0, partial
}

// unwrapSearch returns the link that was wrapped in a search for its address, or
// the text alone if that was searched for. It returns "" for all other searches.
func unwrapSearch(label, query string) string {
	query, _, _ = strings.Cut(query, "&")
	plain, err := url.QueryUnescape(query)
	switch {
	case err != nil:
		return ""
	case plain == strings.Trim(label, "`"):
		return label
	case !strings.HasPrefix(plain, "https://") && !strings.HasPrefix(plain, "http://"):
		return ""
	case strings.ContainsAny(plain, " ()<>\n"):
		plain = strings.ReplaceAll(query, "%3A%2F%2F", "://")
	}
	return "[" + label + "](" + plain + ")"
}
