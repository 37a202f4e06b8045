package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig is the largest configuration in bytes; one of all keys with their
// explanations has a twelfth of it.
const maxConfig = 64 << 10

// readYAML reads the keys of a configuration file with the lines on which they
// stand. A key without a value is not given.
func readYAML(path string, body []byte) (map[string]sourcedValue, error) {
	if len(body) > maxConfig {
		return nil, fmt.Errorf("%s: is larger than %d KiB, which no configuration is; give the right file with --config", path, maxConfig>>10)
	}
	out := make(map[string]sourcedValue)
	documents, err := parseYAML(body)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: this is no YAML: %s", path, brokenLine(body), parserMessage(err))
	}
	if len(documents) > 1 {
		return nil, fmt.Errorf("%s:%d: a second document begins here (---); the configuration is one", path, documents[1].Line)
	}
	if len(documents) == 0 {
		return out, nil
	}
	root := documents[0].Content[0]
	if root.Kind != yaml.MappingNode && root.Tag != "!!null" {
		return nil, fmt.Errorf("%s:%d: a configuration is lines of key: value", path, root.Line)
	}
	for pair := range slices.Chunk(root.Content, 2) {
		key, value := pair[0], resolveAlias(pair[1])
		from := fmt.Sprintf("%s:%d", path, key.Line)
		if earlier, twice := out[key.Value]; twice {
			return nil, fmt.Errorf("%s: %s: is there twice, first in %s", from, key.Value, earlier.from)
		}
		out[key.Value] = sourcedValue{node: value, from: from}
	}
	return out, nil
}

// parseYAML returns the documents of a file.
func parseYAML(body []byte) (documents []*yaml.Node, err error) {
	for decoder := yaml.NewDecoder(bytes.NewReader(body)); ; {
		document := new(yaml.Node)
		switch err := decoder.Decode(document); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, err
		}
		documents = append(documents, document)
	}
}

// brokenLine is the line on which a file stops to be YAML: the one after the
// longest beginning that is some. The parser's own count is off by one at times,
// and missing at others.
func brokenLine(body []byte) int {
	lines := bytes.SplitAfter(body, []byte("\n"))
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := parseYAML(bytes.Join(lines[:n], nil)); err == nil {
			return n + 1
		}
	}
	return 1
}

// parserMessage is the parser's error without its name and its count of lines.
func parserMessage(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if line, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(line, "line ") {
		text = rest
	}
	return strings.Join(strings.Fields(text), " ")
}

// resolveAlias is the node that an alias stands for.
func resolveAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
