package export

import "time"

// The pure parts that have a table of their own in the tests.
var (
	ParseExpiry   = parseExpiry
	ShellCommands = shellCommands
	ShownDomain   = shownDomain
	ShownTitle    = shownTitle
	ShownStore    = shownStore
	SessionKey    = sessionKey
	HostOf        = hostOf
)

// Bounds of the parsers.
const (
	MaxEntries = maxEntries
	MaxDepth   = maxDepth
	MaxYAML    = maxYAML
)

// ParseAs parses text as the named format without asking whether it looks like
// it.
func ParseAs(name, text string, now time.Time) (*Result, error) {
	for _, f := range formats {
		if f.name != name {
			continue
		}
		var found list
		rejection := f.parse(text, &found)
		var export *Result
		if rejection == nil {
			export, rejection = pick(&found, now)
		}
		if rejection != nil {
			return nil, found.explain(rejection).InFile("f")
		}
		export.Format = f.name
		return export, nil
	}
	panic("no format is called " + name)
}
