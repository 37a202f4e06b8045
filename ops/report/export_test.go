package report

// Words are the phrases by language and key.
var Words = map[string]map[string]string{"en": english, "zh": chinese}

// MaxBytes bounds the file.
const MaxBytes = defaultMaxBytes

// ParseFile reads the content of a file and says how many lines could not be read.
func ParseFile(raw []byte) (hours []Hour, bad int) {
	c := parseLines(raw)
	return c.hours, c.bad
}
