package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig is the largest configuration in bytes; one of all keys with their
// explanations has a twelfth of it.
const maxConfig = 64 << 10

// readYAML reads the keys of a configuration file with the lines on which they
// stand. Mistakes are keys that are there twice; of these the first counts.
func readYAML(path string, body []byte) (values map[string]sourcedValue, mistakes []mistake, err error) {
	if len(body) > maxConfig {
		return nil, nil, fmt.Errorf("%s: is larger than %d KiB, which no configuration is; give the right file with --config", path, maxConfig>>10)
	}
	values = make(map[string]sourcedValue)
	documents, err := parseYAML(body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s:%d: this is no YAML: %s", path, findBrokenLine(body), parserMessage(err))
	}
	if len(documents) > 1 {
		return nil, nil, fmt.Errorf("%s:%d: a second document begins here (---); the configuration is one", path, documents[1].Line)
	}
	if len(documents) == 0 {
		return values, nil, nil
	}
	root := documents[0].Content[0]
	if root.Kind != yaml.MappingNode && root.Tag != "!!null" {
		return nil, nil, fmt.Errorf("%s:%d: a configuration is lines of key: value", path, root.Line)
	}
	for pair := range slices.Chunk(root.Content, 2) {
		key := pair[0]
		at := place{from: fmt.Sprintf("%s:%d", path, key.Line), source: fromFile, line: key.Line}
		if earlier, twice := values[key.Value]; twice {
			mistakes = append(mistakes, mistake{key: key.Value, text: "is there twice, first in " + earlier.from, at: at})
			continue
		}
		values[key.Value] = sourcedValue{node: resolveAlias(pair[1]), place: at}
	}
	return values, mistakes, nil
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

// findBrokenLine returns the line on which a file stops to be YAML, counted from 1.
// The parser's own count is off by one at times, and missing at others. It bisects
// twice, first for the key whose lines are broken and then for the line, so that a
// large file is parsed a few times only.
func findBrokenLine(body []byte) int {
	lines := bytes.SplitAfter(body, []byte("\n"))
	isBroken := func(n int) bool { // the first n lines
		_, err := parseYAML(bytes.Join(lines[:n], nil))
		return err != nil
	}
	starts := []int{0} // of keys
	for i, line := range lines {
		if i > 0 && len(line) > 0 && !bytes.ContainsRune([]byte(" \t\r\n#]}"), rune(line[0])) {
			starts = append(starts, i)
		}
	}
	starts = append(starts, len(lines))
	key := sort.Search(len(starts)-1, func(i int) bool { return isBroken(starts[i+1]) })
	if key == len(starts)-1 {
		return 1
	}
	first, end := starts[key], starts[key+1]
	return first + 1 + sort.Search(end-first-1, func(i int) bool { return isBroken(first + i + 1) })
}

// parserMessage returns the parser's error without its name and its count of lines.
func parserMessage(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if line, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(line, "line ") {
		text = rest
	}
	return strings.Join(strings.Fields(text), " ")
}

// resolveAlias returns the node that an alias stands for.
func resolveAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
