package text

// Decoded returns how many bytes were decoded so far.
func (d *Decoder) Decoded() int { return d.decoded }

// CleanText exposes cleanText.
func CleanText(text string, before byte, final bool) (string, int) {
	out, used := cleanText(nil, []byte(text), before, final)
	return string(out), used
}

// FindContinuation exposes findContinuation.
func FindContinuation(sent, text string, final bool) int {
	return findContinuation([]byte(sent), []byte(text), final)
}

// UnescapeText exposes unescapeText.
func UnescapeText(dst, raw string, limit int) (out string, used int, ok bool) {
	b, used, ok := unescapeText([]byte(dst), []byte(raw)[:len(raw):len(raw)], limit)
	return string(b), used, ok
}
