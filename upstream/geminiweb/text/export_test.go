package text

// Decoded returns how many bytes were decoded so far.
func (d *Decoder) Decoded() int { return d.decoded }

// UnstableSuffix exposes unstableSuffix.
func UnstableSuffix(text string, before byte) int { return unstableSuffix([]byte(text), before) }

// FindContinuation exposes findContinuation.
func FindContinuation(sent, text string, final bool) int {
	return findContinuation([]byte(sent), []byte(text), final)
}

// UnescapeText exposes unescapeText.
func UnescapeText(dst, raw string, limit int) (out string, used int, ok bool) {
	b, used, ok := unescapeText([]byte(dst), []byte(raw)[:len(raw):len(raw)], limit)
	return string(b), used, ok
}
