package export

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/geminid/geminid/cookie"
)

// maxYAML is the largest settings file that is read, in bytes.
const maxYAML = 256 << 10

// looksYAML recognises settings below other settings, such as those of
// Gemini-FastAPI. Flat lines are left to a simpler format.
func looksYAML(head string) bool {
	first := true
	for line := range strings.Lines(head) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if first && trimmed[0] != '-' && !strings.Contains(trimmed, ":") {
			return false
		}
		first = false
		nested := strings.HasPrefix(line, " ") || strings.HasPrefix(trimmed, "- ")
		if strings.Contains(trimmed, "`") {
			continue // a list in Markdown
		}
		if s, ok := splitSetting(trimmed); ok && nested && s.separator == ':' &&
			(ours(s.key) || s.key == "name" && isSession(s.value)) {
			return true
		}
		if at := strings.IndexAny(trimmed, "{["); at > 0 && strings.Contains(trimmed[:at], ":") &&
			strings.Contains(strings.ToLower(trimmed[at:]), "psid") {
			return true
		}
	}
	return false
}

// parseYAML reads known settings at any depth. Each mapping is a store of its
// own: a list of clients is a list of accounts.
func parseYAML(text string, found *list) *cookie.Rejection {
	if len(text) > maxYAML {
		return cookie.Reject(cookie.CodeTooBig, "is a settings file of more than %d KiB. Keep only the part with the cookies.", maxYAML>>10)
	}
	if depthOver(text, maxDepth) {
		return cookie.Reject(cookie.CodeMalformed, "is YAML nested deeper than %d levels. Keep only the part with the cookies.", maxDepth)
	}
	for documents := yaml.NewDecoder(strings.NewReader(text)); ; {
		var root yaml.Node
		err := documents.Decode(&root)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			// The library's text may quote the file; only its line is shown.
			return cookie.Reject(cookie.CodeMalformed, "is not valid YAML%s. Check the indentation and the quotes.", yamlLine(err.Error()))
		}
		if rejection := walkYAML(&root, found); rejection != nil {
			return rejection
		}
	}
}

func yamlLine(text string) string {
	_, rest, _ := strings.Cut(text, "line ")
	digits, _, _ := strings.Cut(rest, ":")
	if n, err := strconv.Atoi(digits); err == nil {
		return " at line " + strconv.Itoa(n)
	}
	return ""
}

func walkYAML(node *yaml.Node, found *list) *cookie.Rejection {
	if node.Kind != yaml.MappingNode {
		for _, child := range node.Content {
			if rejection := walkYAML(child, found); rejection != nil {
				return rejection
			}
		}
		return nil
	}
	if e, ok := yamlCookie(node); ok {
		found.add(e)
		return nil
	}
	saved := "line " + strconv.Itoa(node.Line) + "/" + strconv.Itoa(node.Column)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode {
			if rejection := walkYAML(value, found); rejection != nil {
				return rejection
			}
			continue
		}
		if rejection := addYAMLSetting(key.Value, value, saved, found); rejection != nil {
			return rejection
		}
	}
	return nil
}

// yamlCookie reads a mapping with a cookie's name and value.
func yamlCookie(node *yaml.Node) (e entry, ok bool) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		value := node.Content[i+1].Value
		switch strings.ToLower(node.Content[i].Value) {
		case "name":
			e.name = value
		case "value":
			e.value = value
		case "domain":
			e.domain = hostOf(value)
		case "path":
			e.path = value
		case "expires", "expiry", "expirationdate":
			e.expires = parseExpiry(value)
		}
	}
	return e, siteName(e.name) && e.value != ""
}

func addYAMLSetting(key string, value *yaml.Node, saved string, found *list) *cookie.Rejection {
	if value.Kind == yaml.AliasNode && value.Alias != nil {
		value = value.Alias
	}
	_, _, session := sessionKey(key)
	switch {
	case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
		return nil
	case session && value.Tag != "!!str":
		return notText()
	}
	addSetting(key, value.Value, saved, found)
	return nil
}
